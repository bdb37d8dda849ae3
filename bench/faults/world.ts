/** A data directory, the program that uses it, and what the program has confirmed so far. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { markerFormat, markerName, type DataDirMarker } from '../../src-main/contract/system/dataDirMarker'
import type { EpochMetrics } from '../../src-main/contract/runs/metrics'
import type { RunSummary } from '../../src-main/contract/runs/runs'
import type { Random } from '../../src-main/nn/random'
import { Program, processesOf, trainersOf } from './program'

/** The death of a process must be noticed within this time. */
const noticeMs = 2000
/** Maximum time from the end of a run to the start of the next. */
const startMs = 60_000
const diskMiB = 48

export class World {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mcnn-faults-'))
  readonly dataDir = path.join(this.folder, 'data')
  readonly mark = path.basename(this.folder)
  /** Whether the data directory is a file system of its own, which can be filled up. */
  readonly smallDisk: boolean
  /** Descriptions of what went wrong. */
  readonly faults: { lost: string[]; mismatches: string[]; orphans: string[]; unnoticed: string[] } = {
    lost: [],
    mismatches: [],
    orphans: [],
    unnoticed: [],
  }
  /** Whether checkpoints were corrupted on purpose, so that warnings about them are expected. */
  damaged = false
  #program: Program | null = null
  /** Number of events so far, over all runs. */
  #epochs = 0
  /** Confirmed epochs by run. */
  readonly #confirmed = new Map<string, Map<number, EpochMetrics>>()

  /** @param tuning measurements of another world, so that all compute in the same way */
  constructor(
    readonly random: Random,
    tuning: string | null,
  ) {
    mkdirSync(this.dataDir)
    this.smallDisk = mounted(this.dataDir)
    if (tuning !== null) {
      // Without a marker the program refuses a directory with content.
      writeFileSync(
        path.join(this.dataDir, markerName),
        JSON.stringify({ format: markerFormat, id: this.mark } satisfies DataDirMarker),
      )
      copyFileSync(tuning, path.join(this.dataDir, 'tuning.json'))
    }
  }

  get program(): Program {
    if (!this.#program) throw new Error('The program was not started.')
    return this.#program
  }

  get tuningFile(): string {
    return path.join(this.dataDir, 'tuning.json')
  }

  async open(): Promise<void> {
    this.#program = await this.start()
    await this.#holdsWhatWasConfirmed()
  }

  /** Starts another program on the same directory. */
  start(): Promise<Program> {
    return Program.start(this.dataDir, this.mark, path.join(this.folder, 'service.log'), (event, payload) => {
      if (event === 'run.epoch') {
        this.#epochs++
        const { runId, metrics } = payload as { runId: string; metrics: EpochMetrics }
        const epochs = this.#confirmed.get(runId) ?? new Map<number, EpochMetrics>()
        this.#confirmed.set(runId, epochs.set(metrics.epoch, metrics))
      } else if (event === 'run.changed') {
        // A run that resumes from an older checkpoint reports it, and measures later epochs again.
        const { id, epochsDone } = payload as RunSummary
        const epochs = this.#confirmed.get(id)
        for (const epoch of [...(epochs?.keys() ?? [])]) if (epoch > epochsDone) epochs?.delete(epoch)
      }
    })
  }

  async runs(): Promise<RunSummary[]> {
    return this.program.call('runs.list', {})
  }

  /** Waits until a run trains, or all have ended. @throws if nothing trains for long: a run ended without a fault */
  async untilTraining(): Promise<boolean> {
    for (const end = performance.now() + startMs; performance.now() < end; await wait(50)) {
      const runs = await this.runs()
      if (runs.every((run) => run.state === 'done')) return false
      if (runs.some((run) => run.state === 'running')) return true
    }
    throw new Error(
      `nothing trains: ${(await this.runs()).map((run) => `${run.state} (${run.reason ?? ''})`).join(', ')}`,
    )
  }

  /** Waits until a random epoch of the running run, or, one time in four, during its start. */
  async somewhere(mostEpochs: number): Promise<void> {
    if (this.random.uniform() < 0.25) return this.moment(4000)
    const target = this.#epochs + this.random.int(0, mostEpochs)
    await until(async () => this.#epochs > target || !(await this.untilTraining()), 30_000)
    await this.moment(200)
  }

  /** Waits a random time, shorter times more often. */
  async moment(mostMs: number): Promise<void> {
    await wait(mostMs * this.random.uniform() ** 2)
  }

  /** The process of the newest trainer; null if none runs. */
  get trainer(): number | null {
    return trainersOf(this.mark).at(-1) ?? null
  }

  /**
   * Checks after the service died: a new service must follow a trainer that survived, and find and resume all that was
   * confirmed.
   */
  async reopen(): Promise<void> {
    await this.program.ended
    await this.open()
    const training = async (): Promise<number> =>
      (await this.runs()).filter((run) => run.state === 'running' || run.state === 'paused').length
    // A trainer may end at this moment, or take a moment to end.
    if (!(await until(async () => (await training()) <= trainersOf(this.mark).length, noticeMs)))
      this.faults.unnoticed.push(`${await training()} runs train in ${trainersOf(this.mark).length} trainers`)
    await this.program.call('runs.resumeInterrupted', {})
  }

  /** Resolves when the service and its trainer, which were killed, are gone. */
  async gone(): Promise<void> {
    await this.program.ended
    if (!(await until(() => processesOf(this.mark).length === 0, noticeMs)))
      this.faults.unnoticed.push('a killed process remains')
  }

  /** Checks after the trainer died: the service must report it, and the run is resumed. */
  async resumeFailed(id: string): Promise<void> {
    const noticed = await until(
      async () => (await this.program.call('runs.get', { id })).run.state !== 'running',
      noticeMs,
    )
    if (!noticed) this.faults.unnoticed.push('a dead trainer is reported as running')
    await this.resumeEnded()
  }

  /** Resumes whatever ended early. */
  async resumeEnded(): Promise<void> {
    for (const run of await this.runs())
      if (['failed', 'stopped', 'interrupted', 'paused'].includes(run.state))
        await this.program.call('runs.resume', { ids: [run.id] })
  }

  async untilDone(limitMs: number): Promise<boolean> {
    return until(
      async () => {
        await this.resumeEnded()
        return (await this.runs()).every((run) => run.state === 'done')
      },
      limitMs,
      200,
    )
  }

  /** Closes the program cleanly and checks for leftovers. */
  async close(): Promise<void> {
    const program = this.#program
    if (program?.alive) {
      program.child.disconnect()
      if (!(await until(() => !program.alive, 10_000))) this.faults.orphans.push('a service that does not exit')
    }
    await until(() => processesOf(this.mark).length === 0, noticeMs)
    for (const pid of processesOf(this.mark)) {
      this.faults.orphans.push(`process ${pid}`)
      process.kill(pid, 'SIGKILL')
    }
    if (this.smallDisk) execFileSync('umount', ['-l', this.dataDir])
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #holdsWhatWasConfirmed(): Promise<void> {
    for (const [id, confirmed] of this.#confirmed) {
      const { epochs, events } = await this.program.call('runs.get', { id })
      // The event about the checkpoint may be missing if the service died right after it. Repeated measurements are
      // compared with the undisturbed run.
      const start = events.findLast((event) => event.kind === 'started')?.message
      const goneOnAfter = Number(/in epoch (\d+)\. /.exec(start ?? '')?.[1] ?? (start === undefined ? Infinity : 1)) - 1
      const held = new Map(epochs.map((epoch) => [epoch.epoch, asText(epoch)]))
      for (const [epoch, metrics] of confirmed)
        if (epoch <= goneOnAfter && held.get(epoch) !== asText(metrics))
          this.faults.lost.push(`epoch ${epoch} of ${id}`)
    }
  }
}

/** Compares independent of order, and of whether a missing measurement is absent or null. */
function asText(metrics: EpochMetrics): string {
  return JSON.stringify(
    Object.entries(metrics)
      .filter(([, value]) => value !== null && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

export async function until(holds: () => boolean | Promise<boolean>, limitMs: number, stepMs = 20): Promise<boolean> {
  const end = performance.now() + limitMs
  for (;;) {
    if (await holds()) return true
    if (performance.now() > end) return false
    await wait(stepMs)
  }
}

/** Mounts a small file system in memory; false if this process may not mount one. */
function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'mcnn-faults', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
