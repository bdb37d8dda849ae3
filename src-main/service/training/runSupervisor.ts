/** Supervises one run in one slot: starts its trainer, records its messages, pauses and stops it, records its end. */
import { closedReason, stoppedReason, type CloseCause, type StopCause } from '../../contract/runs/endReasons'
import { messageOf } from '../../contract/errors'
import type { StepMetrics } from '../../contract/runs/metrics'
import type { RunProgress } from '../../contract/runs/runs'
import type { RunState } from '../../contract/runs/states'
import type { Environment } from '../../contract/runs/environment'
import type { ThreadCounts } from '../../contract/system/tuning'
import type { TrainerJob } from '../../contract/trainer/messages'
import { isDamage, isDiskProblem } from '../../history/files/database'
import type { RunRecord } from '../../history/runs/runs'
import { announce, type Context } from '../app/context'
import { runDir, runLog } from '../storage/dataDir'
import { makeRunFolder } from '../storage/ownFiles'
import { exitReason } from './exitReason'
import { ingestJournal } from './ingestJournal'
import { journalEarlierRun } from './earlierRun'
import { recordEnd } from './runEnd'
import { FoundTrainer, type LivingTrainer } from './foundTrainer'
import type { Slot } from '../machine/slots'
import { StepTime } from './stepTime'
import { fittingThreads } from '../machine/threads'
import { threadsOf, trainerEnv } from './trainerEnv'
import { Trainer, type TrainerEnd, type TrainerLink, type TrainerListener } from './trainers'

export interface SupervisorOptions {
  /** Minimum time for a trainer to stop before it is killed, in ms. Long steps extend it (`graceMs`). */
  stopMs: number
  /** The same while the service closes. */
  closeMs: number
  /** Between two checkpoints within an epoch. */
  checkpointSeconds: number
}

interface SupervisorListener {
  /** Whether a trainer may resume now. */
  canResume(): boolean
  /** `closeMs` has changed. */
  closeTimeChanged(): void
  /** The trainer is gone, or never started: the slot is free. */
  finished(): void
}

/** Why a run is being stopped: on request, or because the service closes. */
export type Stopping = { by: 'stop'; cause: StopCause } | { by: 'close'; cause: CloseCause }

export class RunSupervisor {
  readonly run: RunRecord
  readonly #context: Context
  readonly #options: SupervisorOptions
  readonly #listener: SupervisorListener
  readonly #stepTime = new StepTime()
  #trainer: TrainerLink | null = null
  #progress: RunProgress | null = null
  #stopping: Stopping | null = null
  #pauseRequested = false
  #isSuspended = false
  #hasEnded = false
  #ingestIsHeld = false

  constructor(context: Context, options: SupervisorOptions, run: RunRecord, listener: SupervisorListener) {
    this.#context = context
    this.#options = options
    this.run = run
    this.#listener = listener
  }

  /** The newest progress that the trainer reported. */
  get progress(): RunProgress | null {
    return this.#progress
  }

  /** Whether the end of the run is recorded; the process may still exist. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether the trainer was last asked to pause, by a person or because of the disk. Its reply may be outstanding. */
  get isSuspended(): boolean {
    return this.#isSuspended
  }

  /** How long the trainer may need to stop when the service closes, in ms: it checks for commands between two steps. */
  get closeMs(): number {
    return this.#stepTime.graceMs(this.#options.closeMs)
  }

  /** Resolves when the trainer has ended, and with it the last writer in the run's folder. */
  async closed(): Promise<void> {
    await this.#trainer?.closed
  }

  /** @param git state of the code, which is recorded with the run */
  start(slot: Slot, git: Environment['git']): void {
    const { paths, trainerEntry, trainerPriority } = this.#context
    const { id } = this.run.summary
    try {
      announce(this.#context, id)
      journalEarlierRun(this.#context, this.run)
      this.#trainer = new Trainer(
        trainerEntry,
        this.#job(slot, git),
        runLog(paths, id),
        this.#trainerListener(),
        { ...trainerEnv(process.env, this.#threads(slot)), ...slot.env },
        trainerPriority,
      )
    } catch (thrown) {
      // First: recording the end can fail too, and must not keep the slot occupied.
      this.#listener.finished()
      this.#recordFailedStart(thrown)
    }
  }

  /** Follows a trainer that has outlived the program that started it. */
  follow(trainer: LivingTrainer): void {
    const { paths, trainerPriority } = this.#context
    const { id } = this.run.summary
    // The earlier program may not have read the last lines.
    this.#ingestSoon()
    this.#pauseRequested = this.#isSuspended = this.#context.history.runs.get(id)?.summary.state === 'paused'
    this.#trainer = new FoundTrainer(
      runDir(paths, id),
      trainer,
      this.#pauseRequested,
      this.#trainerListener(),
      trainerPriority,
    )
    // It may have written the end of the run, and should exit now.
    if (this.#hasEnded) this.#killAfter(this.#options.stopMs)
    announce(this.#context, id)
  }

  /** Leaves a trainer that was found to itself, for the next program. Returns false if this program started it. */
  release(): boolean {
    if (!(this.#trainer instanceof FoundTrainer)) return false
    this.#trainer.release()
    return true
  }

  /** Pauses the run until `resume`, or cancels a pause. */
  setPaused(paused: boolean): void {
    this.#pauseRequested = paused
    if (paused) this.suspend()
    else this.resume()
  }

  /** Asks the trainer to pause until `resume`. */
  suspend(): void {
    this.#isSuspended = true
    this.#trainer?.send({ type: 'pause' })
  }

  /** Resumes a suspended trainer, unless a person paused it or nothing may resume now: then call it again later. */
  resume(): void {
    if (this.#hasEnded || this.#pauseRequested || !this.#isSuspended || !this.#listener.canResume()) return
    this.#isSuspended = false
    this.#trainer?.send({ type: 'resume' })
  }

  /** Asks the trainer to write a checkpoint between two steps. */
  checkpoint(): void {
    this.#trainer?.send({ type: 'checkpoint' })
  }

  /**
   * Asks the trainer to stop, and kills it if it does not stop in time. The first cause is the one that is recorded.
   */
  stop(stopping: Stopping): void {
    this.#stopping ??= stopping
    if (!this.#hasEnded) this.#trainer?.send({ type: 'stop' })
    this.#killAfter(stopping.by === 'stop' ? this.#stepTime.graceMs(this.#options.stopMs) : this.closeMs)
  }

  /** Records that training waited for the disk. */
  recordDiskWait(seconds: number): void {
    if (this.#hasEnded) return
    const { disk, history } = this.#context
    disk.writeOrBuffer(() =>
      history.events.add(
        this.run.key,
        'warning',
        'disk',
        `Training waited ${seconds.toFixed(0)} s for the disk; nothing that was measured is lost.`,
      ),
    )
  }

  #trainerListener(): TrainerListener {
    const { disk } = this.#context
    return {
      progress: (progress) => this.#receive(progress),
      journal: () => this.#ingestSoon(),
      disk: (error) => disk.handleError(error),
      broken: (what) => disk.writeOrBuffer(() => this.#fail(`The trainer sent an invalid message (${what}).`)),
      closed: (end) => disk.writeOrBuffer(() => this.#close(end)),
    }
  }

  /**
   * A run keeps the thread counts with which it began, because other counts change the last bits of its weights. The
   * user's environment comes first.
   */
  #threads(slot: Slot): ThreadCounts | undefined {
    const { environmentHash } = this.run
    const began = environmentHash === null ? null : this.#context.history.environments.get(environmentHash)
    return (
      threadsOf(process.env) ?? (began === null ? null : fittingThreads(began.threads)) ?? slot.threads ?? undefined
    )
  }

  #job(slot: Slot, git: Environment['git']): TrainerJob {
    const { history, paths, program } = this.#context
    const { id, seed, configId } = this.run.summary
    return {
      type: 'job',
      runId: id,
      config: history.configs.get(configId, seed),
      datasetsDir: paths.datasets,
      tuningFile: paths.tuning,
      runDir: makeRunFolder(paths, id),
      program,
      git,
      checkpointSeconds: this.#options.checkpointSeconds,
      slot: slot.id,
      outlivesService: true,
      servicePid: process.pid,
    }
  }

  /** Ends the run, or returns it to its place in the queue if the disk is unavailable. */
  #recordFailedStart(thrown: unknown): void {
    const { disk, history, owner } = this.#context
    const { key, summary } = this.run
    const isDiskUnavailable = isDiskProblem(thrown)
    disk.handleError(thrown)
    disk.writeOrBuffer(() => {
      if (!isDiskUnavailable) return this.#end('failed', `The trainer could not be started: ${messageOf(thrown)}`)
      history.runs.requeue(key, owner, 'before')
      announce(this.#context, summary.id)
    })
  }

  #receive(progress: RunProgress): void {
    const { id } = this.run.summary
    if (progress.runId !== id) return this.#fail(`The trainer sent an invalid message (progress of ${progress.runId}).`)
    if (this.#hasEnded) return
    this.#progress = progress
    this.#context.emit('run.progress', progress)
  }

  /** Ingests the journal once, now or when the disk is writable again, however often it is called meanwhile. */
  #ingestSoon(): void {
    if (this.#ingestIsHeld) return
    this.#ingestIsHeld = true
    this.#context.disk.writeOrBuffer(() => {
      try {
        this.#ingest()
      } catch (thrown) {
        // Runs again when the disk is writable.
        if (isDiskProblem(thrown)) throw thrown
        this.#ingestIsHeld = false
        throw thrown
      }
      this.#ingestIsHeld = false
    })
  }

  #ingest(): void {
    if (this.#hasEnded) return
    let ended = false
    const { messages, problem } = ingestJournal(this.#context, this.run, (end) => {
      // The trainer knows that it was asked to stop, but not why.
      const why = end.state === 'stopped' && this.#stopping ? endOf(this.#stopping, true) : null
      recordEnd(this.#context.history, this.run.key, { ...end, ...why })
      ended = true
    })
    for (const message of messages) if (message.type === 'steps') this.#measure(message.steps)
    if (problem !== null) return this.#fail(problem)
    if (!ended) return
    this.#announceEnd()
    // The trainer should exit now. Kill it after stopMs so that a hung process cannot block the queue.
    this.#killAfter(this.#options.stopMs)
  }

  #measure(steps: readonly StepMetrics[]): void {
    const before = this.closeMs
    this.#stepTime.add(steps)
    if (this.closeMs !== before) this.#listener.closeTimeChanged()
  }

  #fail(reason: string): void {
    this.#end('failed', reason)
    this.#trainer?.kill()
  }

  /** @throws errors of the disk and of a corrupt history: the caller then retries */
  #close(end: TrainerEnd): void {
    try {
      this.#recordExit(end)
    } catch (thrown) {
      if (isDiskProblem(thrown) || isDamage(thrown)) throw thrown
      // The run was purged: the queue continues without it.
      process.stderr.write(`The end of the run ${this.run.summary.id} could not be recorded: ${messageOf(thrown)}\n`)
    }
    this.#listener.finished()
  }

  #recordExit(end: TrainerEnd): void {
    // The end in the journal takes precedence.
    this.#ingest()
    if (this.#hasEnded) return
    // The trainer may have stopped in time without recording it, because the disk is full.
    if (this.#stopping) return this.#endStopped(this.#stopping, end.code === 0)
    if (end.output.length > 0) this.#context.history.events.add(this.run.key, 'error', 'output', end.output.join('\n'))
    this.#end('failed', exitReason(end))
  }

  /** @param inTime whether the trainer stopped by itself; false if it was killed */
  #endStopped(stopping: Stopping, inTime: boolean): void {
    const { state, reason } = endOf(stopping, inTime)
    this.#end(state, reason)
  }

  #end(state: RunState, reason: string | null): void {
    if (this.#hasEnded) return
    const { history } = this.#context
    const at = new Date().toISOString()
    history.transaction(() => recordEnd(history, this.run.key, { state, reason, weights: null, at }))
    this.#announceEnd()
  }

  /** After the transaction: if the disk is full, `Disk` repeats it. */
  #announceEnd(): void {
    this.#hasEnded = true
    announce(this.#context, this.run.summary.id)
  }

  #killAfter(ms: number): void {
    const trainer = this.#trainer
    if (!trainer) return
    const timer = setTimeout(() => trainer.kill(), ms)
    void trainer.closed.then(() => clearTimeout(timer))
  }
}

function endOf(stopping: Stopping, inTime: boolean): { state: RunState; reason: string } {
  return stopping.by === 'close'
    ? { state: 'interrupted', reason: closedReason(stopping.cause, inTime) }
    : { state: 'stopped', reason: stoppedReason(stopping.cause, inTime) }
}
