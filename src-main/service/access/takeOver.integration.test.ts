/** A read-only service becomes the writer when the other program ends, unless clean-up or recovery fails. */
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { quickStart } from '../../contract/experiment'
import { WriterLock } from '../../history/files/writer'
import { Bench, planOf } from '../fixtures/bench'

/** Larger than the system's highest process id: the owner of these runs has ended. */
const endedPid = 2 ** 22 + 1

let bench: Bench
let database: string
let runId: string

beforeEach(async () => {
  bench = new Bench()
  database = path.join(bench.dataDir, 'history.sqlite')
  const service = await bench.open()
  const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
  runId = runIds[0] ?? ''
  await bench.reached(runId, 'done')
  await service.close()
  bench.forget()
})
afterEach(() => bench.end())

function change(sql: string): void {
  const db = new Sqlite(database)
  db.exec(sql)
  db.close()
}

/** State after a program was killed, and a trigger that makes the named function fail. */
const faults = {
  recover: {
    left: `UPDATE runs SET state = 'running', owner_pid = ${endedPid}, owner_start = 'boot:1', ended_at = NULL`,
    fault: `BEFORE UPDATE OF state ON runs BEGIN SELECT RAISE(ABORT, 'recovery is broken'); END`,
    reason: 'recovery is broken',
  },
  cleanUpAfterCrash: {
    left: `UPDATE runs SET note = id; UPDATE studies SET trashed_at = 'importing'`,
    fault: `BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'clean-up is broken'); END`,
    reason: 'clean-up is broken',
  },
}

it.each(Object.entries(faults))(
  'releases the lock, reports the reason once and tries again if %s fails',
  async (_, { left, fault, reason }) => {
    const first = WriterLock.acquire(database, { pid: process.pid, program: 'the first' })
    const service = await bench.open({}, { access: 'either', followMs: 20 })
    change(`${left}; CREATE TRIGGER fault ${fault}`)
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const take = vi.spyOn(WriterLock, 'acquire')
    try {
      first?.release(true)
      await expect.poll(() => take.mock.calls.length).toBeGreaterThan(4)
      const attempts = take.mock.results.flatMap(({ value }) => (value instanceof WriterLock ? [value] : []))
      expect(attempts.length).toBeGreaterThan(1)
      expect(attempts.at(-1)?.afterCrash).toBe(true)
      expect(written.mock.calls.map(([text]) => text)).toEqual([`The history could not be taken over: ${reason}\n`])
      await expect(service.call('studies.create', { plan: quickStart })).rejects.toMatchObject({ code: 'conflict' })
      expect(await service.call('runs.list', {})).toBeInstanceOf(Array)
    } finally {
      take.mockRestore()
      written.mockRestore()
    }
    let lock: WriterLock | null = null
    await expect
      .poll(() => (lock = WriterLock.acquire(database, { pid: process.pid, program: 'the second' })))
      .not.toBeNull()
    change('DROP TRIGGER fault')
    ;(lock as WriterLock | null)?.release(true)
    await bench.waitFor((event) => event.name === 'system.condition' && event.payload.heldBy === null)
    expect(await service.call('studies.list', {})).toHaveLength(reason === faults.recover.reason ? 1 : 0)
    if (reason === faults.recover.reason)
      expect((await service.call('runs.get', { id: runId })).run.state).toBe('interrupted')
  },
)

it.each(Object.entries(faults))('releases the lock at its start if %s fails', async (_, { left, fault, reason }) => {
  change(`${left}; CREATE TRIGGER fault ${fault}`)
  WriterLock.acquire(database, { pid: process.pid, program: 'a program that is killed' })?.release(true)
  await expect(bench.open()).rejects.toThrow(reason)
  const lock = WriterLock.acquire(database, { pid: process.pid, program: 'the next' })
  expect(lock).not.toBeNull()
  // The next program checks the history as after a crash, because this one did not complete its clean-up.
  expect(lock?.afterCrash).toBe(true)
  lock?.release()
})
