import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serviceCalls, type ServiceCall, type ServiceParams, type ServiceResult } from '../../contract/calls'
import { bfloat16Words } from '../../analysis/text/names'
import { quickStart, type StudyPlan } from '../../contract/experiment'
import { events } from '../../contract/events'
import { eventMessage, readyMessage, repaired, reply, startFailed } from '../../contract/wire'

/** The built service with the real trainer: the test command builds both first. */
const entry = path.resolve('out/main/service.js')

/** A shell without a window. */
class Shell {
  readonly child: ChildProcess
  readonly #seen: unknown[] = []
  readonly #waiting = new Set<() => void>()
  #lastId = 0

  constructor(dataDir: string, ...more: string[]) {
    this.child = fork(entry, ['--data-dir', dataDir, '--program', '1.2.3', ...more], {
      execArgv: [],
      serialization: 'json',
    })
    // Each request in flight listens for the end.
    this.child.setMaxListeners(0)
    this.child.on('message', (message) => {
      this.#seen.push(message)
      for (const look of [...this.#waiting]) look()
    })
  }

  /** Returns the first message, past or future, for which `pick` returns a value. */
  async first<T>(pick: (message: unknown) => T | null): Promise<T> {
    let from = 0
    return new Promise((resolve, reject) => {
      const look = (): void => {
        for (; from < this.#seen.length; from++) {
          const found = pick(this.#seen[from])
          if (found === null) continue
          this.#waiting.delete(look)
          return resolve(found)
        }
      }
      this.#waiting.add(look)
      this.child.once('exit', (code, signal) => reject(new Error(`the service ended: ${String(code ?? signal)}`)))
      look()
    })
  }

  async ready(): Promise<this> {
    await this.first((message) => (readyMessage.safeParse(message).success ? true : null))
    return this
  }

  async raw(call: string, params: unknown): Promise<ReturnType<typeof reply.parse>> {
    const id = ++this.#lastId
    this.child.send({ id, call, params })
    return this.first((message) => {
      const parsed = reply.safeParse(message)
      return parsed.success && parsed.data.id === id ? parsed.data : null
    })
  }

  async call<C extends ServiceCall>(name: C, params: ServiceParams<C>): Promise<ServiceResult<C>> {
    const answer = await this.raw(name, params)
    if (!answer.ok) throw new Error(answer.error.message)
    return serviceCalls[name].result.parse(answer.value) as ServiceResult<C>
  }

  async progressOf(runId: string): Promise<void> {
    await this.first((message) => {
      const event = eventMessage.safeParse(message)
      if (!event.success || event.data.event !== 'run.progress') return null
      return events['run.progress'].parse(event.data.payload).runId === runId ? true : null
    })
  }

  /** Resolves at the next event of a name. */
  async event(name: string): Promise<void> {
    const from = this.#seen.length
    await this.first((message) =>
      this.#seen.indexOf(message) >= from && eventMessage.safeParse(message).data?.event === name ? true : null,
    )
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
}

let dataDir: string
let shells: Shell[]

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'mcnn-main-'))
  shells = []
})

afterEach(async () => {
  for (const shell of shells) {
    // In order, so that its trainer ends too.
    shell.child.kill('SIGTERM')
    await shell.ended()
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

function start(): Shell {
  const shell = new Shell(dataDir)
  shells.push(shell)
  return shell
}

/** Trains for minutes if nothing ends it. */
const long: StudyPlan = {
  ...quickStart,
  name: 'Long',
  variants: ['baseline'],
  seeds: [1],
  training: { ...quickStart.training, epochs: 500, milestones: [] },
}
const short: StudyPlan = {
  ...long,
  name: 'Short',
  variants: ['baseline', 'mcnn-f'],
  training: { ...long.training, epochs: 2, trainExamples: 200, testExamples: 100 },
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Resolves when a process has ended. A process that is not our child emits no event. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
}

describe('the service process', () => {
  it('trains a real study whose results outlast the service', async () => {
    const shell = await start().ready()
    const { id, runIds } = await shell.call('studies.create', { plan: short })
    const last = runIds.at(-1) ?? ''
    await shell.first((message) => {
      const event = eventMessage.safeParse(message)
      if (!event.success || event.data.event !== 'run.changed') return null
      const run = events['run.changed'].parse(event.data.payload)
      if (run.state === 'failed') throw new Error(run.reason ?? 'failed')
      return run.id === last && run.state === 'done' ? true : null
    })
    const detail = await shell.call('runs.get', { id: last })
    expect(detail.epochs.map((epoch) => epoch.epoch)).toEqual([1, 2])
    expect(detail.environment).toMatchObject({ program: '1.2.3', device: expect.any(String) as string })
    expect(detail.run.weightsSha256).toMatch(/^[0-9a-f]{64}$/)
    expect(readFileSync(detail.weightsFile ?? '').length).toBeGreaterThan(4 * detail.run.trainableParameters)
    const layers = await shell.call('filters.layers', { id: last })
    expect(layers.map((layer) => [layer.name, layer.epochs])).toEqual([['stem', [0, 1, 2]]])
    expect((await shell.call('filters.bank', { id: last, size: 16 })).banks).toHaveLength(4)
    const compared = await shell.call('studies.compare', { id })
    shell.child.disconnect()
    expect(await shell.ended()).toBe(0)

    const again = await start().ready()
    expect(await again.call('runs.get', { id: last })).toEqual(detail)
    expect(await again.call('studies.compare', { id })).toEqual(compared)
  })

  it('returns errors as values', async () => {
    const shell = await start().ready()
    expect(await shell.raw('runs.get', { id: 'none' })).toMatchObject({
      ok: false,
      error: { code: 'not-found', field: 'id' },
    })
    expect(await shell.raw('runs.get', {})).toMatchObject({ ok: false, error: { code: 'bad-input', field: 'id' } })
    expect(await shell.raw('no.such', {})).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    // Messages that are no requests are skipped.
    shell.child.send({ call: 'runs.list' })
    expect(await shell.call('runs.list', {})).toEqual([])
  })

  it.each<[string, (child: ChildProcess) => void, RegExp]>([
    [
      'the shell is gone without a word',
      (child) => child.disconnect(),
      /^The window ended unexpectedly while this run trained\.$/,
    ],
    [
      'the shell closes',
      (child) => void child.send({ close: 'closed' }),
      /^The program was closed while this run trained\.$/,
    ],
    [
      'the system shuts down',
      (child) => void child.send({ close: 'shutdown' }),
      /^The system shut down while this run trained\.$/,
    ],
    ['it receives SIGTERM', (child) => void child.kill('SIGTERM'), /^The program was stopped by SIGTERM/],
    ['it receives SIGUSR1', (child) => void child.kill('SIGUSR1'), /^The program was stopped by SIGUSR1/],
  ])('stops its trainer, ends and records why when %s', async (_, end, reason) => {
    const shell = await start().ready()
    const { runIds } = await shell.call('studies.create', { plan: long })
    await shell.progressOf(runIds[0] ?? '')
    const [trainer = 0] = childrenOf(shell.child.pid ?? 0)
    end(shell.child)
    expect(await shell.ended()).toBe(0)
    await gone(trainer)
    const again = await start().ready()
    const { run } = await again.call('runs.get', { id: runIds[0] ?? '' })
    expect(run).toMatchObject({ state: 'interrupted', reason: expect.stringMatching(reason) as string })
  })

  it('leaves its trainer to the next service, which follows, pauses, resumes and stops it, when it is killed', async () => {
    const shell = await start().ready()
    const { runIds } = await shell.call('studies.create', { plan: long })
    const id = runIds[0] ?? ''
    await shell.progressOf(id)
    const [trainer = 0] = childrenOf(shell.child.pid ?? 0)
    shell.child.kill('SIGKILL')
    await shell.ended()
    const again = await start().ready()
    const stateOf = async () => (await again.call('runs.get', { id })).run.state
    expect(await stateOf()).toBe('running')
    await again.progressOf(id)
    await again.call('runs.pause', { id })
    await expect.poll(stateOf).toBe('paused')
    again.child.kill('SIGKILL')
    await again.ended()

    const third = await start().ready()
    const runOf = async () => (await third.call('runs.get', { id })).run
    expect(await runOf()).toMatchObject({ state: 'paused' })
    await third.call('runs.resume', { ids: [id] })
    await expect.poll(runOf).toMatchObject({ state: 'running' })
    await third.call('runs.stop', { id })
    await expect.poll(runOf).toMatchObject({ state: 'stopped', reason: 'Stopped in the window.' })
    await gone(trainer)
  })

  it('finds the run interrupted if it was killed together with its trainer', async () => {
    const shell = await start().ready()
    const { runIds } = await shell.call('studies.create', { plan: long })
    await shell.progressOf(runIds[0] ?? '')
    const [trainer = 0] = childrenOf(shell.child.pid ?? 0)
    shell.child.kill('SIGKILL')
    process.kill(trainer, 'SIGKILL')
    await shell.ended()
    await gone(trainer)
    const again = await start().ready()
    const { run } = await again.call('runs.get', { id: runIds[0] ?? '' })
    expect(run).toMatchObject({ state: 'interrupted', reason: 'The program that trained it ended unexpectedly.' })
  })

  it('starts nothing next to a trainer that outlived a killed service, and records the end of its run', async () => {
    const shell = await start().ready()
    const plan = { ...short, training: { ...short.training, epochs: 40 } }
    const { runIds } = await shell.call('studies.create', { plan })
    const [first = '', second = ''] = runIds
    await shell.progressOf(first)
    shell.child.kill('SIGKILL')
    await shell.ended()
    const again = await start().ready()
    await again.call('runs.resume', { ids: [second] })
    await again.progressOf(second)
    // One slot: the second began when the first had ended.
    const ended = (await again.call('runs.get', { id: first })).run
    expect(ended).toMatchObject({ state: 'done', epochsDone: 40, weightsSha256: expect.any(String) as string })
    const { run } = await again.call('runs.get', { id: second })
    expect(Date.parse(run.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ended.endedAt ?? ''))
  })

  it('is read-only while another program writes, follows it, and takes over when it is killed', async () => {
    // Both start at once on a new directory: one of them creates the database.
    const both = await Promise.all([start().ready(), start().ready()])
    const conditions = await Promise.all(both.map((shell) => shell.call('system.condition', {})))
    expect(conditions.filter(({ heldBy }) => heldBy === null)).toHaveLength(1)
    const one = both[conditions[0]?.heldBy === null ? 0 : 1]
    const two = both[conditions[0]?.heldBy === null ? 1 : 0]
    expect(conditions.find(({ heldBy }) => heldBy !== null)?.heldBy).toMatchObject({
      pid: one.child.pid,
      program: expect.stringContaining('window') as string,
    })
    const { id, runIds } = await one.call('studies.create', { plan: long })
    const runId = runIds[0] ?? ''
    await one.progressOf(runId)
    expect((await two.call('runs.get', { id: runId })).run.state).toBe('running')
    for (const [call, params] of [
      ['runs.stop', { id: runId }],
      ['studies.trash', { id }],
      ['studies.create', { plan: long }],
    ] as const)
      expect(await two.raw(call, params)).toMatchObject({
        ok: false,
        error: { code: 'conflict', message: expect.stringContaining(`process ${one.child.pid ?? 0}`) as string },
      })
    await two.event('history.changed')
    one.child.kill('SIGKILL')
    await one.ended()
    await two.event('system.condition')
    expect(await two.call('system.condition', {})).toEqual({ heldBy: null, disk: null, otherVerification: false })
    expect((await two.call('runs.get', { id: runId })).run.state).toBe('running')
    await two.call('runs.stop', { id: runId })
    await expect.poll(async () => (await two.call('runs.get', { id: runId })).run.state).toBe('stopped')
    await two.call('studies.trash', { id })
  })

  it('reports corruption, ends, and does not start again before a repair', async () => {
    const shell = await start().ready()
    const { runIds } = await shell.call('studies.create', { plan: short })
    const last = runIds.at(-1) ?? ''
    await shell.first((message) => {
      const event = eventMessage.safeParse(message)
      if (!event.success || event.data.event !== 'run.changed') return null
      const run = events['run.changed'].parse(event.data.payload)
      return run.id === last && run.state === 'done' ? true : null
    })
    shell.child.disconnect()
    await shell.ended()
    const file = path.join(dataDir, 'history.sqlite')
    const db = new Sqlite(file, { readonly: true })
    const pages = db
      .prepare<[], number>(`SELECT pageno FROM dbstat WHERE name = 'filters' AND pagetype = 'leaf'`)
      .pluck()
      .all()
    db.close()
    const again = await start().ready()
    // The file is intact at the start, and is overwritten while the service runs.
    const handle = openSync(file, 'r+')
    for (const page of pages) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096)
    closeSync(handle)
    const failed = again.first((message) => startFailed.safeParse(message).data ?? null)
    expect(await again.raw('filters.layer', { id: last, layer: 'stem' })).toMatchObject({
      ok: false,
      error: { code: 'damaged' },
    })
    expect((await failed).startFailed).toMatchObject({
      code: 'damaged',
      fix: expect.stringContaining('--repair') as string,
    })
    expect(await again.ended()).toBe(1)
    const third = start()
    expect((await third.first((message) => startFailed.safeParse(message).data ?? null)).startFailed.code).toBe(
      'damaged',
    )
    await third.ended()
    const mending = new Shell(dataDir, '--repair')
    shells.push(mending)
    const done = (await mending.first((message) => repaired.safeParse(message).data ?? null)).repaired
    expect(done).toMatchObject({
      from: 'records',
      runs: 2,
      losses: [],
      kept: expect.stringContaining('damaged') as string,
    })
    expect(await mending.ended()).toBe(0)
    const restarted = await start().ready()
    expect((await restarted.call('runs.get', { id: last })).epochs).toHaveLength(2)
  })

  it('reports why it cannot start, and ends', async () => {
    const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
    db.pragma('user_version = 1000')
    db.close()
    const shell = start()
    const failed = await shell.first((message) => startFailed.safeParse(message).data ?? null)
    expect(failed.startFailed).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer') as string,
    })
    expect(await shell.ended()).toBe(1)
  })

  it('loads TensorFlow', async () => {
    const shell = await start().ready()
    const doctor = await shell.call('system.doctor', {})
    expect(doctor.tensorflow).toMatchObject({ version: expect.stringMatching(/^2\./) as string })
    expect(doctor.checks.find((check) => check.name === 'bfloat16')).toMatchObject({
      ok: true,
      detail: bfloat16Words(await shell.call('system.device', {})),
    })
    expect(doctor.checks.find((check) => check.name === 'TensorFlow')).toMatchObject({ ok: true, fix: null })
  })
})
