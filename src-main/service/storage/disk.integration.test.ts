/**
 * Disks that really fill up or disappear: a small file system in memory, if it can be mounted, and a folder that is
 * moved.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DiskProblem } from '../../contract/system/system'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import type { HistoryEvent } from '../../contract/runs/runs'
import { History } from '../../history/history'
import { Disk, describeDiskError } from './disk'
import { Bench, planOf } from '../fixtures/bench'
import type { Service } from '../app/service'

const epochs = 40
const plan = (scenario: 'steady' | 'paused-once'): ReturnType<typeof planOf> => {
  const made = planOf({ 1: scenario })
  return { ...made, training: { ...made.training, epochs } }
}

interface Kept {
  epochs: EpochMetrics[]
  steps: StepMetrics[]
  events: HistoryEvent[]
}

async function kept(service: Service, id: string): Promise<Kept> {
  const { epochs, steps, events } = await service.call('runs.get', { id })
  return { epochs, steps, events }
}

/** A second service trains the same run to its end: the comparison for the first one. */
async function undisturbed(): Promise<Kept> {
  const bench = new Bench()
  const service = await bench.open()
  const { runIds } = await service.call('studies.create', { plan: plan('steady') })
  await bench.reached(runIds[0] ?? '', 'stopped')
  const all = await kept(service, runIds[0] ?? '')
  await bench.end()
  return all
}

async function begin(bench: Bench, roomBytes = 0): Promise<{ service: Service; runId: string }> {
  const service = await bench.open({}, { disk: { retryMs: 50, roomBytes } })
  const { runIds } = await service.call('studies.create', { plan: plan('paused-once') })
  const runId = runIds[0] ?? ''
  await bench.waitFor((event) => event.name === 'run.epoch' && event.payload.metrics.epoch >= 5)
  return { service, runId }
}

async function problem(bench: Bench): Promise<DiskProblem> {
  const reported = await bench.waitFor((event) => event.name === 'system.condition' && event.payload.disk !== null)
  if (reported.name !== 'system.condition' || !reported.payload.disk) throw new Error('no problem')
  return reported.payload.disk
}

/** The run waited, reported that, and at its end equals an undisturbed run. */
async function isWhole(bench: Bench, service: Service, runId: string): Promise<void> {
  await bench.reached(runId, 'stopped')
  const [got, expected] = [await kept(service, runId), await undisturbed()]
  expect(got.epochs).toEqual(expected.epochs)
  expect(got.steps).toEqual(expected.steps)
  const kinds = got.events.map((event) => event.kind).filter((kind) => kind !== 'paused' && kind !== 'resumed')
  // A signal that the trainer sent before space was free may arrive afterwards: the run then waits a second time.
  expect([...new Set(kinds)], kinds.join()).toEqual(['started', 'disk', 'stopped'])
  expect(got.events.find((event) => event.kind === 'disk')?.message).toMatch(/^Training waited \d+ s for the disk/)
  expect(await service.call('filters.layers', { id: runId })).toMatchObject([
    { epochs: Array.from({ length: epochs + 1 }, (_, e) => e) },
  ])
}

describe('data directory that disappears during training', () => {
  it('has everything after it is back', async () => {
    const bench = new Bench()
    const { service, runId } = await begin(bench)
    const away = `${bench.dataDir}-away`
    renameSync(bench.dataDir, away)
    expect(await problem(bench)).toMatchObject({
      message: `${bench.dataDir} is gone.`,
      fix: expect.stringContaining('resumes automatically') as string,
    })
    expect((await service.call('system.condition', {})).disk).not.toBeNull()
    bench.forget()
    await undisturbed()
    expect(bench.count('run.epoch')).toBe(0)
    renameSync(away, bench.dataDir)
    await bench.waitFor((event) => event.name === 'system.condition' && event.payload.disk === null)
    await isWhole(bench, service, runId)
    await bench.end()
  })

  it('does not resume a run that the user paused in the meantime', async () => {
    const bench = new Bench()
    const { service, runId } = await begin(bench)
    renameSync(bench.dataDir, `${bench.dataDir}-away`)
    await problem(bench)
    await service.call('runs.pause', { id: runId })
    renameSync(`${bench.dataDir}-away`, bench.dataDir)
    await bench.waitFor((event) => event.name === 'system.condition' && event.payload.disk === null)
    await bench.reached(runId, 'paused')
    bench.forget()
    await undisturbed()
    expect(bench.count('run.epoch')).toBe(0)
    await service.call('runs.resume', { ids: [runId] })
    await isWhole(bench, service, runId)
    await bench.end()
  })
})

describe('unwritable history', () => {
  it('keeps pending writes in order, applies each once, and throws other errors', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-disk-'))
    const history = new History(path.join(folder, 'history.sqlite'))
    const reported: (string | null)[] = []
    const disk = new Disk(
      history,
      folder,
      { retryMs: 20, roomBytes: 0 },
      () => reported.push(disk.problem?.message ?? null),
      () => reported.push('damaged'),
    )
    const add = (id: string): void =>
      history.studies.insert({ id, name: id, createdAt: '2026-01-01T00:00:00Z', plan: null })
    const done = new Promise((resolve) => disk.follow({ stalled: () => reported.push('stalled'), freed: resolve }))
    disk.writeOrBuffer(() => add('a'))
    history.mayNotWrite()
    for (const id of ['b', 'c', 'd']) disk.writeOrBuffer(() => add(id))
    const tryWrite = vi.spyOn(history, 'tryWrite')
    expect(disk.problem).toMatchObject({ message: `${folder} cannot be written (SQLITE_READONLY).` })
    await expect.poll(() => tryWrite.mock.calls.length).toBeGreaterThan(3)
    expect(history.studies.list().map((study) => study.id)).toEqual(['a'])
    history.openForWriting()
    await done
    expect(history.studies.list().map((study) => study.id)).toEqual(['d', 'c', 'b', 'a'])
    expect(reported).toEqual([`${folder} cannot be written (SQLITE_READONLY).`, 'stalled', null])
    expect(() => disk.writeOrBuffer(() => add('a'))).toThrow(/UNIQUE/)
    disk.writeOrBuffer(() => {
      throw new Sqlite.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT')
    })
    expect(reported.at(-1)).toBe('damaged')
    expect(disk.problem).toBeNull()
    disk.close()
    history.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([
    ['SQLITE_FULL', /is full/],
    ['ENOSPC', /is full/],
    ['EDQUOT', /is full/],
    ['EROFS', /cannot be written/],
    ['ENOENT', /is gone/],
    ['ESTALE', /another file/],
    ['SQLITE_BUSY', /locked/],
    ['SQLITE_IOERR_WRITE', /reports errors/],
    ['EIO', /reports errors/],
  ])('%s is reported in words', (code, words) => {
    const { message, fix } = describeDiskError(Object.assign(new Error('x'), { code }), '/data')
    expect(message).toMatch(words)
    expect(message).toContain('/data')
    expect(fix).toMatch(/\.$/)
  })
})

/** Only an administrator may mount; elsewhere the tests above have to suffice. */
const mounts = process.platform === 'linux' && process.getuid?.() === 0 && mountable()

function mountable(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0
  if (mounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return mounted
}

describe.skipIf(!mounts)('small disk', () => {
  let disk: string
  let bench: Bench

  beforeEach(() => {
    disk = mkdtempSync(path.join(tmpdir(), 'mcnn-disk-'))
    mount('-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk)
    mkdirSync(path.join(disk, 'data'))
    bench = new Bench(path.join(disk, 'data'))
  })

  afterEach(async () => {
    await bench.end()
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })

  function mount(...args: string[]): void {
    const { status, stderr } = spawnSync('mount', args)
    if (status !== 0) throw new Error(String(stderr))
  }

  const ballast = (): string => path.join(disk, 'ballast')

  /** Fills the disk to the last byte. */
  function fill(): void {
    for (let size = 1 << 20; size >= 4096; size >>= 2) {
      try {
        for (;;) writeFileSync(ballast(), Buffer.alloc(size), { flag: 'a' })
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'ENOSPC' })
      }
    }
    expect(statfsSync(disk).bavail).toBe(0)
  }

  it('pauses training when it fills, and loses nothing when space is free again', async () => {
    const { service, runId } = await begin(bench, 4 << 20)
    fill()
    expect(await problem(bench)).toMatchObject({ message: `The disk of ${bench.dataDir} is full.` })
    const before = (await kept(service, runId)).epochs.length
    expect(before).toBeGreaterThanOrEqual(5)
    bench.forget()
    await undisturbed()
    expect(bench.count('run.epoch')).toBe(0)
    await expect(service.call('runs.note', { id: runId, note: 'full' })).rejects.toMatchObject({ code: 'unavailable' })
    rmSync(ballast())
    await bench.waitFor((event) => event.name === 'system.condition' && event.payload.disk === null)
    await isWhole(bench, service, runId)
  })

  it('keeps confirmed data if it stays full when the program ends, and the run is found interrupted', async () => {
    const { service, runId } = await begin(bench)
    fill()
    await problem(bench)
    const confirmed = (await kept(service, runId)).epochs
    await service.close()
    rmSync(ballast())
    const history = new History(path.join(bench.dataDir, 'history.sqlite'))
    const run = history.runs.get(runId)
    expect(history.check()).toBe('ok')
    // Delayed writes are written at the end only if there was space: no confirmed data is missing.
    expect(history.metrics.epochsOfRun(run?.key ?? 0).slice(0, confirmed.length)).toEqual(confirmed)
    history.close()
  })

  it('records a delayed end of a run in order, and the next run starts', async () => {
    const service = await bench.open({}, { disk: { retryMs: 50, roomBytes: 0 } })
    const made = planOf({ 1: 'waits', 2: 'good' })
    const { runIds } = await service.call('studies.create', { plan: made })
    const [first = '', second = ''] = runIds
    await bench.waitFor((event) => event.name === 'run.epoch')
    fill()
    await service.call('runs.stop', { id: first })
    await problem(bench)
    await undisturbed()
    expect((await service.call('runs.get', { id: first })).run.state).toBe('running')
    rmSync(ballast())
    expect(await bench.reached(first, 'stopped')).toMatchObject({ state: 'stopped', epochsDone: 1 })
    expect(await bench.reached(second, 'done', 'failed')).toMatchObject({ state: 'done', epochsDone: 3 })
  })
})
