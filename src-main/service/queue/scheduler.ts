/**
 * Starts queued runs in order, one per slot. The queue itself is in the history; this process starts only the runs that
 * it owns. A paused run keeps its slot: a person paused it to have the machine free.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { heldReason, type CloseCause } from '../../contract/runs/endReasons'
import { messageOf } from '../../contract/errors'
import type { RunProgress } from '../../contract/runs/runs'
import type { Environment } from '../../contract/runs/environment'
import { isDiskProblem } from '../../history/files/database'
import type { RunRecord } from '../../history/runs/runs'
import { rereadHistory } from '../access/openHistory'
import { survivors } from '../access/recovery'
import { isAlive, sameProcess } from '../../files/processIdentity'
import { announceAll, type Context } from '../app/context'
import { RunSupervisor, type SupervisorOptions } from '../training/runSupervisor'
import type { Slot } from '../training/slot'

/** Between two checks whether the machine is free, in ms. */
const busyMs = 250

export class Scheduler {
  readonly #context: Context
  readonly #options: SupervisorOptions
  readonly #slots: readonly Slot[]
  /** By slot id. */
  readonly #supervisors = new Map<string, RunSupervisor>()
  #closing = false
  /** Number of tasks that have or await exclusive access to the machine. */
  #exclusive = 0
  /** Requests to start or resume runs that came before the gate was closed. */
  #starting = 0
  /** Whether this program holds the slot of the machine to start or resume runs. */
  #mayStart = false
  #retry: NodeJS.Timeout | null = null

  constructor(context: Context, options: SupervisorOptions, slots: readonly Slot[]) {
    this.#context = context
    this.#options = options
    this.#slots = slots
    context.disk.follow({ stalled: () => this.#suspendAll(), freed: (seconds) => this.#resumeAfterDiskWait(seconds) })
  }

  /** Returns the newest progress of a run that trains here. */
  progressOf(runId: string): RunProgress | null {
    return this.#supervising(runId)?.progress ?? null
  }

  /** Returns the supervisor of a run that trains or is paused here. */
  supervisorOf(run: RunRecord): RunSupervisor | null {
    return this.#all().find((supervisor) => !supervisor.hasEnded && supervisor.run.key === run.key) ?? null
  }

  /** Starts the next run in each free slot, and resumes runs that were resumed while the gate was closed. */
  startNextRun(): void {
    // The state of the code belongs to the job. It is read once, so that only the first run waits for it.
    if (!this.#isGateOpen) return
    this.#starting++
    const started = this.#context
      .git()
      .then((git) => this.#startWithMachine(git))
      .finally(() => this.#starting--)
    // The run stays queued, and the service calls this again.
    started.catch(
      (thrown: unknown) =>
        this.#context.disk.handleError(thrown) ||
        process.stderr.write(`The next run could not be started: ${messageOf(thrown)}\n`),
    )
  }

  async #startWithMachine(git: Environment['git']): Promise<void> {
    const release = await this.#context.machine.tryAcquire()
    if (release === null) return this.#startLater()
    try {
      if (this.#isHalted) return
      this.#mayStart = true
      for (const supervisor of this.#all()) supervisor.resume()
      for (const slot of this.#freeSlots()) this.#startIn(slot, git)
    } finally {
      this.#mayStart = false
      release()
    }
  }

  /** Another program verifies a run of this data directory, or is starting one. */
  #startLater(): void {
    if (this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.startNextRun()
    }, busyMs).unref()
  }

  /**
   * Acquires exclusive access to the machine: no trainer of this data directory starts or resumes until it is released,
   * in any program. Waits for the current trainings.
   * @param waiting called repeatedly while something trains
   * @returns a function that releases the access; `startNextRun` then schedules the waiting runs
   */
  async acquireExclusive(signal: AbortSignal, waiting: () => void): Promise<() => void> {
    this.#exclusive++
    try {
      for (;;) {
        const release = this.#isBusy() ? null : await this.#context.machine.tryAcquire()
        if (release !== null) {
          // A run may have become running before the slot was acquired, which a private copy of the history does not show.
          const { history, paths } = this.#context
          if (history.isPrivate) rereadHistory(paths, history)
          if (!this.#isBusy())
            return () => {
              release()
              this.#exclusive--
            }
          release()
        }
        waiting()
        await wait(busyMs, undefined, { signal })
      }
    } catch (thrown) {
      this.#exclusive--
      throw thrown
    }
  }

  /** Returns a run that uses the machine now, of this program or another live one. A paused run does not use it. */
  trainingRun(): RunRecord | null {
    const { history } = this.#context
    // The state in the history changes only after the trainer has replied.
    const here = this.#all().find((supervisor) => !supervisor.hasEnded && !supervisor.isSuspended)
    if (here) return history.runs.get(here.run.summary.id)
    return (
      history.runs
        .unfinished()
        .find((run) => run.summary.state === 'running' && run.owner !== null && isAlive(run.owner)) ??
      survivors(this.#context).find(({ run }) => run.summary.state === 'running')?.run ??
      null
    )
  }

  /** Has all trainers write a checkpoint. */
  checkpoint(): void {
    for (const supervisor of this.#all()) supervisor.checkpoint()
  }

  /** Resolves when the trainer of a run that has ended is gone, and with it the last writer in the run's folder. */
  async released(runId: string): Promise<void> {
    await this.#supervising(runId)?.closed()
  }

  /** How long the service may need to close cleanly, in ms. */
  get closeMs(): number {
    return Math.max(this.#options.closeMs, ...this.#all().map((supervisor) => supervisor.closeMs))
  }

  /** Follows the trainers that have outlived their programs. Each takes a slot. */
  followSurvivors(): void {
    const { history, owner } = this.#context
    for (const { run, trainer } of survivors(this.#context)) {
      if (this.supervisorOf(run)) continue
      history.runs.setOwner(run.key, owner, run.summary.reason)
      const slot = this.#slots.find(({ id }) => id === trainer.slot && !this.#supervisors.has(id))
      this.#supervise(slot ?? { id: `found-${run.summary.id}`, device: null, env: {} }, run).follow(trainer)
    }
  }

  /**
   * Stops running runs and pauses queued ones.
   * @param stopsFound whether trainers that this program found are stopped too; else they continue, because this
   *   program was opened for something else
   */
  async close(cause: CloseCause, stopsFound: boolean): Promise<void> {
    this.#closing = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#holdQueued(cause)
    const released = this.#all().filter((supervisor) => !stopsFound && supervisor.release())
    this.#disown(released)
    const supervisors = this.#all().filter((supervisor) => !released.includes(supervisor))
    for (const supervisor of supervisors) supervisor.stop({ by: 'close', cause })
    await Promise.all(supervisors.map((supervisor) => supervisor.closed()))
  }

  #disown(released: readonly RunSupervisor[]): void {
    const { disk, history } = this.#context
    for (const { run } of released) {
      try {
        history.runs.setOwner(run.key, null, history.runs.get(run.summary.id)?.summary.reason ?? null)
      } catch (thrown) {
        // The next program sees that this one has ended.
        if (!disk.handleError(thrown)) throw thrown
      }
    }
  }

  #holdQueued(cause: CloseCause): void {
    const { history, owner } = this.#context
    const waiting = history.runs
      .unfinished()
      .filter((run) => run.summary.state === 'queued' && run.owner !== null && sameProcess(run.owner, owner))
    try {
      history.transaction(() => {
        for (const run of waiting) history.runs.setOwner(run.key, null, heldReason(cause))
      })
      announceAll(
        this.#context,
        waiting.map((run) => run.summary.id),
      )
    } catch (thrown) {
      // The next start finds them without a live owner, and pauses them.
      if (!isDiskProblem(thrown)) throw thrown
    }
  }

  #startIn(slot: Slot, git: Environment['git']): void {
    const run = this.#context.history.runs.claimNext(this.#context.owner)
    if (run) this.#supervise(slot, run).start(git)
  }

  #supervise(slot: Slot, run: RunRecord): RunSupervisor {
    const supervisor: RunSupervisor = new RunSupervisor(this.#context, this.#options, slot, run, {
      canResume: () => this.#mayStart,
      closeTimeChanged: () => this.#context.emit('system.closing', { ms: this.closeMs }),
      finished: () => {
        if (this.#supervisors.get(slot.id) === supervisor) this.#supervisors.delete(slot.id)
        this.startNextRun()
      },
    })
    this.#supervisors.set(slot.id, supervisor)
    return supervisor
  }

  /** A trainer that was found in an unknown slot counts as well. */
  #freeSlots(): Slot[] {
    const free = this.#slots.filter(({ id }) => !this.#supervisors.has(id))
    return free.slice(0, Math.max(0, this.#slots.length - this.#supervisors.size))
  }

  /** Every start and every resumption of a trainer passes this gate. */
  get #isGateOpen(): boolean {
    return this.#exclusive === 0 && !this.#isHalted
  }

  get #isHalted(): boolean {
    return this.#closing || this.#context.disk.problem !== null
  }

  /** A trainer whose run has ended may still compute until its process is gone. */
  #isBusy(): boolean {
    return this.#starting > 0 || this.#all().some((supervisor) => supervisor.hasEnded) || this.trainingRun() !== null
  }

  #suspendAll(): void {
    for (const supervisor of this.#all()) supervisor.suspend()
  }

  #resumeAfterDiskWait(seconds: number): void {
    for (const supervisor of this.#all()) supervisor.recordDiskWait(seconds)
    this.startNextRun()
  }

  #all(): RunSupervisor[] {
    return [...this.#supervisors.values()]
  }

  #supervising(runId: string): RunSupervisor | undefined {
    return this.#all().find((supervisor) => supervisor.run.summary.id === runId)
  }
}
