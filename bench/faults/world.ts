/** A data directory, the program on it, and what the program has confirmed so far. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { markerFormat, markerName, type DataDirMarker } from '../../src-main/contract/dataDirMarker'
import type { EpochMetrics } from '../../src-main/contract/runs/metrics'
import type { RunSummary } from '../../src-main/contract/runs/runs'
import type { Random } from '../../src-main/nn/random'
import { Program, processesOf } from './program'

/** A death is to be noticed within this. */
const noticeMs = 2000
/** From one run's end to the next one's start, with all to spare. */
const startMs = 60_000
const diskMiB = 48

export class World {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mcnn-faults-'))
  readonly dataDir = path.join(this.folder, 'data')
  readonly mark = path.basename(this.folder)
  /** Whether the data directory is a file system of its own, which can be filled. */
  readonly smallDisk: boolean
  /** What went wrong, in words. */
  readonly faults: { lost: string[]; mismatches: string[]; orphans: string[]; unnoticed: string[] } = {
    lost: [],
    mismatches: [],
    orphans: [],
    unnoticed: [],
  }
  /** Files of checkpoints were damaged on purpose: warnings about them are right. */
  damaged = false
  #program: Program | null = null
  /** Told so far, by whichever run. */
  #epochs = 0
  /** Epochs that were told as kept, by run. */
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

  /** Another program on the same directory. */
  start(): Promise<Program> {
    return Program.start(this.dataDir, this.mark, path.join(this.folder, 'service.log'), (event, payload) => {
      if (event === 'run.epoch') {
        this.#epochs++
        const { runId, metrics } = payload as { runId: string; metrics: EpochMetrics }
        const epochs = this.#confirmed.get(runId) ?? new Map<number, EpochMetrics>()
        this.#confirmed.set(runId, epochs.set(metrics.epoch, metrics))
      } else if (event === 'run.changed') {
        // A run that goes on from an older checkpoint says so, and measures the rest again.
        const { id, epochsDone } = payload as RunSummary
        const epochs = this.#confirmed.get(id)
        for (const epoch of [...(epochs?.keys() ?? [])]) if (epoch > epochsDone) epochs?.delete(epoch)
      }
    })
  }

  async runs(): Promise<RunSummary[]> {
    return this.program.call('runs.list', {})
  }

  /** Until something trains, or all have ended. @throws where nothing does for long: a run ended that nobody had end */
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

  /** Waits into a random epoch of what trains, or, one time in four, into its start. */
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

  /** After the service died: its trainer must go too; a new service finds all that was confirmed, and takes it up. */
  async reopen(): Promise<void> {
    await this.gone()
    await this.open()
    const going = (await this.runs()).filter((run) => run.state === 'running' || run.state === 'paused')
    if (going.length > 0)
      this.faults.mismatches.push(`${going.length} runs are ${going[0]?.state ?? ''} though nothing trains`)
    await this.program.call('runs.resumeInterrupted', {})
  }

  /** The service died, and its trainer with it. */
  async gone(): Promise<void> {
    await this.program.ended
    if (!(await until(() => processesOf(this.mark).length === 0, noticeMs)))
      this.faults.unnoticed.push('a trainer outlives its service')
    await until(() => processesOf(this.mark).length === 0, 10_000)
  }

  /** Runs that were said to have lost something: what was confirmed of them is not looked for. */
  forget(runs: ReadonlySet<string>): void {
    for (const id of runs) this.#confirmed.delete(id)
  }

  /** After the trainer died: the service says so, and the run is taken up again. */
  async resumeFailed(id: string): Promise<void> {
    const noticed = await until(
      async () => (await this.program.call('runs.get', { id })).run.state !== 'running',
      noticeMs,
    )
    if (!noticed) this.faults.unnoticed.push('a dead trainer is said to run')
    await this.goOn()
  }

  /** Whatever ended before its time is resumed. */
  async goOn(): Promise<void> {
    for (const run of await this.runs())
      if (['failed', 'stopped', 'interrupted', 'paused'].includes(run.state))
        await this.program.call('runs.resume', { ids: [run.id] })
  }

  async untilDone(limitMs: number): Promise<boolean> {
    return until(
      async () => {
        await this.goOn()
        return (await this.runs()).every((run) => run.state === 'done')
      },
      limitMs,
      200,
    )
  }

  /** Ends the program in good order and looks for what it left behind. */
  async close(): Promise<void> {
    const program = this.#program
    if (program?.alive) {
      program.child.disconnect()
      if (!(await until(() => !program.alive, 10_000))) this.faults.orphans.push('a service that does not end')
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
      // What it went on from may have been told to nobody: then the service died right after. What it measures again is
      // held against the undisturbed run.
      const start = events.findLast((event) => event.kind === 'started')?.message
      const goneOnAfter = Number(/in epoch (\d+)\. /.exec(start ?? '')?.[1] ?? (start === undefined ? Infinity : 1)) - 1
      const held = new Map(epochs.map((epoch) => [epoch.epoch, asText(epoch)]))
      for (const [epoch, metrics] of confirmed)
        if (epoch <= goneOnAfter && held.get(epoch) !== asText(metrics))
          this.faults.lost.push(`epoch ${epoch} of ${id}`)
    }
  }
}

/** In whatever order, and whether what was not measured is missing or null. */
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

/** A small file system in memory; false where this process may not mount one. */
function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'mcnn-faults', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
