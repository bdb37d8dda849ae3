/** Changes of many runs at once, and failures while the queue starts or ends a run. */
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Configs } from '../../history/configs'
import { Events } from '../../history/events'
import { History } from '../../history/history'
import { Runs } from '../../history/runs/runs'
import { Bench, planOf } from '../fixtures/bench'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await bench.end()
})

describe('many runs at once', () => {
  it('changes many runs in one transaction, with one event for their study', async () => {
    const service = await bench.open()
    const scenarios = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i + 1, i === 0 ? 'waits' : 'good']))
    const { id, runIds } = await service.call('studies.create', { plan: planOf(scenarios) })
    const [first = '', ...waiting] = runIds
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.epoch === 2)
    const transactions = vi.spyOn(History.prototype, 'transaction')
    // The messages of a trainer arrive in a later iteration of the event loop.
    const cost = async (
      change: () => Promise<unknown>,
    ): Promise<{ transactions: number; events: number; runs: number }> => {
      transactions.mockClear()
      bench.forget()
      await change()
      return {
        transactions: transactions.mock.calls.length,
        events: bench.count('study.changed'),
        runs: bench.count('run.changed'),
      }
    }
    const states = async (): Promise<string[]> => [
      ...new Set(
        (await service.call('studies.get', { id })).runs.filter((run) => run.id !== first).map((run) => run.state),
      ),
    ]
    expect(await cost(() => service.call('queue.move', { ids: waiting.slice(20), place: 'first' }))).toEqual({
      transactions: 1,
      events: 0,
      runs: 0,
    })
    expect(await cost(() => service.call('studies.pause', { id }))).toEqual({ transactions: 1, events: 1, runs: 99 })
    await bench.reached(first, 'paused')
    expect(await cost(() => service.call('studies.resume', { id }))).toEqual({ transactions: 1, events: 1, runs: 99 })
    await bench.reached(first, 'running')
    expect(await cost(() => service.call('runs.trash', { ids: waiting.slice(50) }))).toEqual({
      transactions: 1,
      events: 1,
      runs: 0,
    })
    expect(await cost(() => service.call('runs.restore', { ids: waiting.slice(50) }))).toEqual({
      transactions: 1,
      events: 1,
      runs: 49,
    })
    const other = await service.call('studies.create', { plan: planOf(scenarios, { name: 'Other' }) })
    expect(await cost(() => service.call('studies.trash', { id: other.id }))).toEqual({
      transactions: 1,
      events: 1,
      runs: 0,
    })
    expect(await cost(() => service.call('studies.stop', { id, cause: 'SIGINT' }))).toEqual({
      transactions: 1,
      events: 1,
      runs: 50,
    })
    expect(await states()).toEqual(['stopped'])
    expect(await bench.reached(first, 'stopped')).toMatchObject({ reason: 'Stopped by Ctrl-C (SIGINT).' })
  })
})

describe('a queue whose disk fails', () => {
  it('resumes when the disk is writable again after a failed start', async () => {
    vi.spyOn(Configs.prototype, 'get').mockImplementationOnce(() => {
      throw new Error('the config is gone')
    })
    vi.spyOn(Runs.prototype, 'end').mockImplementationOnce(() => {
      throw new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL')
    })
    const service = await bench.open({}, { disk: { retryMs: 20, roomBytes: 0 } })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    expect(await bench.reached(first, 'failed')).toMatchObject({
      reason: 'The trainer could not be started: the config is gone',
    })
    await bench.reached(second, 'done')
  })

  it('keeps a run queued while the disk prevents its start, and fails none', async () => {
    vi.spyOn(Configs.prototype, 'get').mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    })
    const service = await bench.open({}, { disk: { retryMs: 20, roomBytes: 0 } })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'good' }) })
    await Promise.all(runIds.map((id) => bench.reached(id, 'done')))
    expect(
      bench.events.flatMap((e) => (e.name === 'run.changed' && e.payload.state === 'failed' ? [e.payload.id] : [])),
    ).toEqual([])
    expect(
      bench.events.some((e) => e.name === 'system.condition' && e.payload.disk?.message.endsWith('is full.')),
    ).toBe(true)
  })

  it('starts the next run after one whose end cannot be recorded', async () => {
    const service = await bench.open()
    vi.spyOn(Events.prototype, 'add')
      .mockImplementationOnce(Events.prototype.add)
      .mockImplementationOnce(() => {
        throw new Error('no such run')
      })
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'exit-3', 2: 'good' }) })
    await bench.reached(runIds[1] ?? '', 'done')
  })

  it('resumes failed runs with their study', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', { plan: planOf({ 1: 'exit-3' }) })
    await bench.reached(runIds[0] ?? '', 'failed')
    await service.call('studies.resume', { id })
    await bench.reached(runIds[0] ?? '', 'done')
  })
})
