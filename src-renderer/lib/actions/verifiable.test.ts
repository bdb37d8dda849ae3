import { describe, expect, it } from 'vitest'
import type { HistoryEvent, Verifiable } from '../../../src-main/contract'
import { canVerify, lastVerdict, offeredEpochs, timeWords, wholeWords } from './verifiable'

const plan: Verifiable = {
  runId: 'r',
  extent: 'whole',
  epochs: 200,
  steps: 78_200,
  startupSeconds: 5,
  epochSeconds: 1,
  restSeconds: 0,
  sharedMachine: false,
  trainedOn: 'a processor',
  here: true,
  training: null,
  otherProgram: null,
}

describe('verification of a run', () => {
  it('is offered for runs that started and have ended', () => {
    expect(canVerify({ state: 'done', startedAt: 'then' })).toBe(true)
    expect(canVerify({ state: 'stopped', startedAt: 'then' })).toBe(true)
    expect(canVerify({ state: 'stopped', startedAt: null })).toBe(false)
    expect(canVerify({ state: 'running', startedAt: 'then' })).toBe(false)
  })

  it('covers the whole run if that takes minutes, otherwise about two minutes of it', () => {
    expect(offeredEpochs(plan)).toBeNull()
    expect(offeredEpochs({ ...plan, epochSeconds: 60 })).toBe(2)
    expect(offeredEpochs({ ...plan, epochSeconds: 6000 })).toBe(1)
    expect(offeredEpochs({ ...plan, epochs: 1, epochSeconds: 6000 })).toBeNull()
    expect(offeredEpochs({ ...plan, epochs: 2, epochSeconds: 601 })).toBe(1)
    expect(offeredEpochs({ ...plan, epochSeconds: null })).toBeNull()
  })

  it('states its extent, its duration and the source of the estimate', () => {
    expect([
      wholeWords(plan),
      wholeWords({ ...plan, epochs: 1 }),
      wholeWords({ ...plan, extent: 'epochs', epochs: 12 }),
      wholeWords({ ...plan, extent: 'steps', epochs: 0, steps: 1200 }),
    ]).toEqual(['all 200 epochs', 'its one epoch', 'all recorded: 12 epochs', 'all recorded: 1,200 steps'])
    expect(timeWords(plan, null)).toBe('About 3 min 25 s, as in the original training.')
    expect(timeWords({ ...plan, here: false }, 5)).toBe(
      'It took about 10 s on a processor; this machine has a different CPU, so the last bits may differ.',
    )
    expect(timeWords({ ...plan, here: null, trainedOn: null }, 5)).toBe(
      'It took about 10 s in the original training; it may take longer here.',
    )
    expect(timeWords({ ...plan, sharedMachine: true }, null)).toBe(
      'About 3 min 25 s, as in the original training, next to another training.',
    )
    expect(timeWords({ ...plan, epochSeconds: null }, 5)).toContain('Duration unknown')
  })

  it('is found among the run’s events', () => {
    const event = (kind: string, level: HistoryEvent['level'], at: string): HistoryEvent => ({
      kind,
      level,
      at,
      message: at,
    })
    expect(lastVerdict([event('started', 'info', '1')])).toBeNull()
    expect(
      lastVerdict([event('verified', 'info', '1'), event('verified', 'warning', '2'), event('note', 'info', '3')]),
    ).toEqual({ same: false, whole: true, at: '2', message: '2' })
    expect(lastVerdict([event('verified', 'warning', '1'), event('verified-part', 'info', '2')])).toMatchObject({
      same: true,
      whole: false,
    })
  })
})
