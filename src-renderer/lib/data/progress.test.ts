import { describe, expect, it } from 'vitest'
import { countStates, emptyChart, isHeld, needsYou, progressOf, studyState, together } from './progress'
import { runWith } from '../../../src-main/analysis/testing'

const reported = {
  runId: 'r',
  epoch: 3,
  epochs: 5,
  step: 130,
  steps: 200,
  phase: 'training' as const,
  loss: 1,
  learningRate: 0.1,
  imagesPerSecond: 1,
  etaSeconds: 1,
}

describe('progressOf', () => {
  it('is computed from steps, otherwise from epochs, and is 1 for a finished run', () => {
    expect(progressOf(runWith({ state: 'running', epochsDone: 2 }), reported)).toBe(0.65)
    expect(progressOf(runWith({ state: 'stopped', epochsDone: 2 }), undefined)).toBe(0.4)
    expect(progressOf(runWith({ state: 'running', epochsDone: 4 }), { ...reported, step: 10 })).toBe(0.8)
    expect(progressOf(runWith({ state: 'done' }), undefined)).toBe(1)
    expect(progressOf(runWith({ state: 'running', epochsDone: 0 }), { ...reported, step: 0, steps: 0 })).toBe(0)
  })
})

describe('state of a study', () => {
  it('is the state of its running runs, then of queued ones, then of those that ended badly', () => {
    const state = (...states: Parameters<typeof runWith>[0]['state'][]): string =>
      studyState(countStates(states.map((s) => runWith(s ? { state: s } : {}))))
    expect(state('done', 'queued', 'running', 'failed')).toBe('running')
    expect(state('done', 'queued', 'paused')).toBe('paused')
    expect(state('done', 'diverged', 'interrupted')).toBe('interrupted')
    expect(state('done', 'done')).toBe('done')
  })
})

describe('runs that need attention', () => {
  it('are those that ended without a result, worst first', () => {
    const runs = [
      runWith({ id: 'a', seed: 1, state: 'stopped' }),
      runWith({ id: 'b', seed: 2, state: 'failed' }),
      runWith({ id: 'c', seed: 3 }),
      runWith({ id: 'd', seed: 4, state: 'interrupted' }),
    ]
    expect(needsYou(runs).map((run) => run.id)).toEqual(['d', 'b', 'a'])
  })

  it('exclude runs that a later run of the same config and seed replaces', () => {
    const failed = runWith({ id: 'a', state: 'failed' })
    const again = runWith({ id: 'b', state: 'queued', createdAt: '2026-05-09T11:00:00.000Z' })
    expect(needsYou([failed, again])).toEqual([])
    expect(needsYou([failed, { ...again, seed: 2 }])).toEqual([failed])
    expect(needsYou([failed, { ...again, configId: 'other' }])).toEqual([failed])
  })
})

describe('isHeld', () => {
  it('is true for a queued run with a reason to wait', () => {
    expect(isHeld({ state: 'queued', reason: 'Held until it is resumed.' })).toBe(true)
    expect(isHeld({ state: 'queued', reason: null })).toBe(false)
    expect(isHeld({ state: 'stopped', reason: 'Stopped by hand.' })).toBe(false)
  })
})

describe('text of an empty chart', () => {
  it('announces values only if the run can still produce some', () => {
    expect(emptyChart(['done', 'running'])).toBe('no values yet')
    expect(emptyChart(['queued', 'queued'])).toBe('no values yet: queued')
    expect(emptyChart(['failed'])).toBe('no values: the run finished no epoch')
    expect(emptyChart(['failed', 'stopped', 'interrupted', 'diverged', 'done'])).toBe(
      'no values: no run here finished an epoch',
    )
  })
})

describe('several runs together', () => {
  const of = (imagesPerSecond: number | null, etaSeconds: number | null) => ({
    runId: 'r',
    epoch: 1,
    epochs: 2,
    step: 1,
    steps: 2,
    phase: 'training' as const,
    loss: 1,
    learningRate: 0.1,
    imagesPerSecond,
    etaSeconds,
  })

  it('add their speeds and end with the last one', () => {
    expect(together([of(100, 10), of(50, 30)])).toEqual({ imagesPerSecond: 150, etaSeconds: 30 })
  })

  it('have no speed or end until every run reports one', () => {
    expect(together([of(100, 10), undefined])).toEqual({ imagesPerSecond: null, etaSeconds: null })
    expect(together([of(100, null), of(50, 30)])).toEqual({ imagesPerSecond: 150, etaSeconds: null })
  })
})
