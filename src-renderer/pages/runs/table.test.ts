import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../src-main/contract'
import { runWith } from '../../lib/testing'
import { arrange, defaultView, facetCounts, parseView, viewQuery, type View } from './table'

let made = 0
function run(changes: Partial<RunSummary> = {}): RunSummary {
  made++
  return runWith({ id: `run-${String(made).padStart(4, '0')}`, createdAt: '2026-01-01T00:00:00.000Z', ...changes })
}
const ids = (runs: RunSummary[]): string[] => runs.map((r) => r.id)
const by = (sort: View['sort'], descending: boolean): View => ({ ...defaultView, sort, descending })

describe('arrange', () => {
  it('sorts numbers as numbers and leaves NaN, then missing ones, last either way', () => {
    const low = run({ testAccuracy: 0.0987 })
    const high = run({ testAccuracy: 0.9 })
    const queued = run({ testAccuracy: null, state: 'queued' })
    const diverged = run({ testAccuracy: 0.95, state: 'diverged' })
    const all = [queued, diverged, low, high]
    expect(ids(arrange(all, by('accuracy', true)))).toEqual(ids([high, low, diverged, queued]))
    expect(ids(arrange(all, by('accuracy', false)))).toEqual(ids([low, high, diverged, queued]))
  })

  it('orders configs by variant, then depth as a number', () => {
    const deep = run({ arch: 'resnet-110' })
    const shallow = run({ arch: 'resnet-20' })
    const multiband = run({ variant: 'mcnn-f' })
    expect(ids(arrange([multiband, deep, shallow], by('config', false)))).toEqual(ids([shallow, deep, multiband]))
  })

  it('breaks ties by newest and does not touch what it was given', () => {
    const old = run({ createdAt: '2026-01-01T00:00:00.000Z' })
    const young = run({ createdAt: '2026-02-01T00:00:00.000Z' })
    const given = Object.freeze([old, young])
    expect(ids(arrange(given, by('seed', false)))).toEqual(ids([young, old]))
    expect(ids(arrange(given, by('seed', true)))).toEqual(ids([young, old]))
  })

  it('keeps only what every filter lets through', () => {
    const wanted = run({ variant: 'mcnn-l', dataset: 'cifar-10' })
    const others = [run({ variant: 'mcnn-l' }), run({ dataset: 'cifar-10' }), run({ variant: 'mcnn-l', dataset: 'cifar-10', state: 'failed' })]
    const view: View = { ...defaultView, variant: 'mcnn-l', dataset: 'cifar-10', state: 'done' }
    expect(ids(arrange([...others, wanted], view))).toEqual([wanted.id])
  })

  it('puts the runs of one moment in the order of their plan', () => {
    const shallow = runWith({ arch: 'resnet-20', variant: 'baseline', seed: 2 })
    const deep = runWith({ arch: 'resnet-110', variant: 'baseline', seed: 1 })
    const multiband = runWith({ arch: 'resnet-20', variant: 'mcnn-f', seed: 1 })
    expect(ids(arrange([deep, multiband, shallow], by('created', true)))).toEqual(ids([shallow, multiband, deep]))
  })

  it('gives the same order for the same runs, however they come', () => {
    const runs = Array.from({ length: 200 }, (_, i) => run({ seed: i % 7, testAccuracy: i % 5 === 0 ? null : (i * 37) % 11 }))
    expect(ids(arrange([...runs].reverse(), by('accuracy', true)))).toEqual(ids(arrange(runs, by('accuracy', true))))
  })
})

describe('the address', () => {
  it('brings a view back as it was', () => {
    const views: View[] = [
      defaultView,
      { state: 'diverged', dataset: 'cifar-100', arch: 'resnet-56', variant: 'mcnn-a', sort: 'accuracy', descending: false },
      by('created', false),
      by('config', true),
    ]
    for (const view of views) {
      const query = new URLSearchParams()
      for (const [key, value] of Object.entries(viewQuery(view))) if (value !== null) query.set(key, value)
      expect(parseView(query)).toEqual(view)
    }
  })

  it('says nothing where nothing was chosen, and does not mind unknown words', () => {
    expect(Object.values(viewQuery(defaultView)).every((value) => value === null)).toBe(true)
    expect(parseView(new URLSearchParams('state=asleep&sort=constructor&dir=sideways'))).toEqual(defaultView)
  })
})

describe('facetCounts', () => {
  it('counts what a choice would leave with the other filters as they are', () => {
    const runs = [run({ state: 'done', variant: 'mcnn-f' }), run({ state: 'failed', variant: 'mcnn-f' }), run({ state: 'failed' })]
    const counts = facetCounts(runs, { ...defaultView, state: 'failed' })
    expect(Object.fromEntries(counts.state)).toEqual({ done: 1, failed: 2 })
    expect(Object.fromEntries(counts.variant)).toEqual({ 'mcnn-f': 1, baseline: 1 })
  })
})
