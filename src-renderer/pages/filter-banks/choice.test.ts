import { describe, expect, it } from 'vitest'
import { runWith } from '../../lib/testing'
import { besideOf, runName, searchRuns } from './choice'

const at = { startedAt: '2026-05-09T10:00:00.000Z' }
const runs = [
  runWith({ ...at, id: 'a', variant: 'mcnn-f', arch: 'resnet-32', seed: 1 }),
  runWith({ ...at, id: 'b', variant: 'baseline', arch: 'resnet-32', seed: 1, studyId: 'other', studyName: 'Other' }),
  runWith({ ...at, id: 'c', variant: 'baseline', arch: 'resnet-32', seed: 1 }),
  runWith({ ...at, id: 'd', variant: 'baseline', arch: 'resnet-32', seed: 2 }),
]

describe('searching runs', () => {
  it('needs every word, in any order, and says how many there are', () => {
    expect(searchRuns(runs, '', 2)).toMatchObject({ found: [{ id: 'a' }, { id: 'b' }], total: 4 })
    expect(searchRuns(runs, 'S2 Baseline', 9)).toMatchObject({ found: [{ id: 'd' }], total: 1 })
    expect(searchRuns(runs, 'other r32', 9).found.map((r) => r.id)).toEqual(['b'])
    expect(searchRuns(runs, 'baseline mcnn', 9)).toEqual({ found: [], total: 0 })
    const [first] = runs
    expect(first && searchRuns(runs, runName(first), 9).found.map((r) => r.id)).toEqual(['a'])
  })

  it('takes 10,000 runs in a moment', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => runWith({ id: `r-${i}`, seed: i }))
    const start = performance.now()
    expect(searchRuns(many, 'seed 9999', 40).found.map((r) => r.id)).toEqual(['r-9999'])
    expect(performance.now() - start).toBeLessThan(250)
  })
})

it('the baseline beside a run is the one of its own study, seed and network', () => {
  const [run, , own] = runs
  expect(run && besideOf(run, runs)).toBe(own)
  expect(run && besideOf(run, runs.slice(0, 2))?.id).toBe('b')
  expect(run && besideOf(run, runs.slice(3))).toBeNull()
  expect(own && besideOf(own, runs)).toBeNull()
})
