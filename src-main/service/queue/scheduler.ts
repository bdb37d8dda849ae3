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
import { oneAtATime, type Sharing } from '../training/speed'
import { RunSupervisor, type SupervisorOptions } from '../training/runSupervisor'
import { sharingOf, type MachineSlots, type Slot } from '../machine/slots'

/** Between two checks whether the machine is free, in ms. */
const busyMs = 250

export class Scheduler {
  readonly #context: Context
  readonly #options: SupervisorOptions
  readonly #machine: MachineSlots
  /** The slots in which runs train, as last read. */
  #slots: readonly Slot[] = []
  #sharing = oneAtATime
  #read: readonly Slot[] | null = null
  /** By slot id. */
  readonly #supervisors = new Map<string, RunSupervisor>()
  #closing = false
  /** Number of tasks that wait for a slot. */
  #awaiting = 0
  /** Ids of slots that tasks have acquired. */
  readonly #acquired = new Set<string>()
  /** Requests to start or resume runs that came before the gate was closed. */
  #starting = 0
  /** Whether this program holds the lock to start or resume runs. */
  #mayStart = false
  #retry: NodeJS.Timeout | null = null

  constructor(context: Context, options: SupervisorOptions, machine: MachineSlots) {
    this.#context = context
    this.#options = options
    this.#machine = machine
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
    await this.#readSlots()
    const release = await this.#context.startLock.tryAcquire()
    if (release === null) return this.#startLater()
    try {
      if (this.#isHalted) return
      this.#mayStart = true
      for (const supervisor of this.#all()) supervisor.resume()
      for (let slot = this.#freeSlot(); slot !== null && this.#hasRoom; slot = this.#freeSlot())
        if (!this.#startIn(slot, git)) break
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
   * Acquires a slot for a task: no run of this program starts or resumes in it until it is released, and no run of
   * another program on this data directory starts at all. Waits until a slot is free and no other program trains.
   * @param waiting called repeatedly while it waits
   * @returns the slot, and a function that releases it; `startNextRun` then schedules the waiting runs
   */
  async acquireSlot(signal: AbortSignal, waiting: () => void): Promise<{ slot: Slot; release: () => void }> {
    this.#awaiting++
    try {
      for (;;) {
        await this.#readSlots()
        const release = this.#slotForTask() === null ? null : await this.#context.startLock.tryAcquire()
        if (release !== null) {
          // A run may have become running before the lock was acquired, which a private copy of the history does not show.
          const { history, paths } = this.#context
          if (history.isPrivate) rereadHistory(paths, history)
          const slot = this.#slotForTask()
          if (slot !== null) {
            this.#acquired.add(slot.id)
            return {
              slot,
              release: () => {
                this.#acquired.delete(slot.id)
                release()
              },
            }
          }
          release()
        }
        waiting()
        await wait(busyMs, undefined, { signal })
      }
    } finally {
      this.#awaiting--
    }
  }

  /** Returns the run for which a task has to wait; null if a slot is free. A paused run uses no slot. */
  async blockingRun(): Promise<RunRecord | null> {
    await this.#readSlots()
    const foreign = this.#trainingElsewhere()
    if (foreign !== null || this.#computing.length + this.#acquired.size < this.#slots.length) return foreign
    const [first] = this.#computing
    return first ? this.#context.history.runs.get(first.run.summary.id) : null
  }

  /** Returns the slots of this machine and what trains in them. */
  slots(): ReturnType<MachineSlots['describe']> {
    return this.#machine.describe((slot) => this.#supervisors.get(slot)?.run.summary.id ?? null)
  }

  /** Applies to runs that start from now on. @throws WorkbenchError, see `MachineSlots.choose` */
  async chooseSlots(choice: Parameters<MachineSlots['choose']>[0]): Promise<void> {
    await this.#machine.choose(choice)
    await this.#readSlots()
    this.startNextRun()
  }

  /** How runs share the machine; one at a time before the slots are known. */
  get sharing(): Sharing {
    return this.#sharing
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
    // A failure is reported when a run starts.
    this.#readSlots().catch(() => undefined)
    for (const { run, trainer } of survivors(this.#context)) {
      if (this.supervisorOf(run)) continue
      history.runs.setOwner(run.key, owner, run.summary.reason)
      const id = trainer.slot ?? ''
      const slot = id === '' || this.#supervisors.has(id) ? `found-${run.summary.id}` : id
      this.#supervise(slot, run).follow(trainer)
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

  /** Returns false if no run waits. */
  #startIn(slot: Slot, git: Environment['git']): boolean {
    const run = this.#context.history.runs.claimNext(this.#context.owner)
    if (run) this.#supervise(slot.id, run).start(slot, git)
    return run !== null
  }

  /** @param slot its id */
  #supervise(slot: string, run: RunRecord): RunSupervisor {
    const supervisor: RunSupervisor = new RunSupervisor(this.#context, this.#options, run, {
      canResume: () => this.#mayStart && this.#hasRoom,
      closeTimeChanged: () => this.#context.emit('system.closing', { ms: this.closeMs }),
      finished: () => {
        if (this.#supervisors.get(slot) === supervisor) this.#supervisors.delete(slot)
        this.startNextRun()
      },
    })
    this.#supervisors.set(slot, supervisor)
    return supervisor
  }

  async #readSlots(): Promise<void> {
    const slots = await this.#machine.all()
    if (slots === this.#read) return
    this.#read = slots
    this.#slots = slots.filter(({ used }) => used)
    this.#sharing = sharingOf(this.#slots)
  }

  /** Returns a slot in which a run may start; a paused run keeps its slot. A trainer in an unknown slot counts as well. */
  #freeSlot(): Slot | null {
    if (this.#supervisors.size + this.#acquired.size >= this.#slots.length) return null
    return this.#slots.find(({ id }) => !this.#supervisors.has(id) && !this.#acquired.has(id)) ?? null
  }

  /** Returns a slot that a task may use; one with a paused run if no other is free. */
  #slotForTask(): Slot | null {
    if (this.#starting > 0 || this.#computing.length + this.#acquired.size >= this.#slots.length) return null
    if (this.#trainingElsewhere() !== null) return null
    const usable = this.#slots.filter(({ id }) => !this.#acquired.has(id))
    return (
      usable.find(({ id }) => !this.#supervisors.has(id)) ??
      usable.find(({ id }) => this.#supervisors.get(id)?.isSuspended) ??
      null
    )
  }

  /** What computes now. The state in the history changes only after the trainer has replied. */
  get #computing(): RunSupervisor[] {
    // A trainer whose run has ended may still compute until its process is gone.
    return this.#all().filter((supervisor) => supervisor.hasEnded || !supervisor.isSuspended)
  }

  /** Whether one more run may compute; tasks that wait for a slot come first. */
  get #hasRoom(): boolean {
    return this.#computing.length + this.#acquired.size + this.#awaiting < Math.max(1, this.#slots.length)
  }

  /** Returns a running run of another live program, or one whose trainer has outlived its program. */
  #trainingElsewhere(): RunRecord | null {
    const { history, owner } = this.#context
    return (
      history.runs
        .unfinished()
        .find(
          (run) =>
            run.summary.state === 'running' &&
            run.owner !== null &&
            !sameProcess(run.owner, owner) &&
            isAlive(run.owner),
        ) ??
      survivors(this.#context).find(({ run }) => run.summary.state === 'running')?.run ??
      null
    )
  }

  /** Every start and every resumption of a trainer passes this gate. */
  get #isGateOpen(): boolean {
    return (this.#slots.length === 0 || this.#hasRoom) && !this.#isHalted
  }

  get #isHalted(): boolean {
    return this.#closing || this.#context.disk.problem !== null
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
