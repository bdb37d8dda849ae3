/**
 * One trainer at a time, queued runs in order. The queue itself is in the history; this process starts only the runs
 * that it owns. A paused run keeps its place: it was paused to have the machine free, so nothing else starts meanwhile.
 */
import { setTimeout as wait } from 'node:timers/promises'
import {
  cancelledReason,
  closedReason,
  heldReason,
  stoppedReason,
  type CloseCause,
  type StopCause,
} from '../../contract/runs/endReasons'
import { messageOf, WorkbenchError } from '../../contract/errors'
import { activeStates, type RunState } from '../../contract/runs/states'
import type { RunProgress } from '../../contract/runs/runs'
import type { StepMetrics } from '../../contract/runs/metrics'
import type { TrainerMessage } from '../../contract/trainer/messages'
import { isDamage, isDiskProblem } from '../../history/files/database'
import type { RunRecord } from '../../history/runs/runs'
import { hasDataset } from '../../datasets'
import { announce, announceAll, type Context } from '../app/context'
import { runLog } from '../storage/dataDir'
import { mustHaveNow } from '../datasets/datasets'
import { exitReason } from './exitReason'
import { mustNotBeTrashed } from '../app/lookup'
import { makeRunFolder } from '../storage/ownFiles'
import { isAlive, sameOwner } from '../access/owner'
import { movedInOrder, placesOf, positionsFor, type Place } from './queueOrder'
import { recordMessage } from './recorder'
import { StepTime } from './stepTime'
import { trainerEnv } from './trainerEnv'
import { Trainer, type TrainerEnd } from './trainers'

export interface QueueOptions {
  /** How long a trainer may take to stop before it is killed, at least: a long step gives it more (`graceMs`). */
  stopMs: number
  /** The same when the service closes. */
  closeMs: number
  /** Between two checkpoints within an epoch. */
  checkpointSeconds: number
}

interface Current {
  run: RunRecord
  trainer: Trainer | null
  progress: RunProgress | null
  /** Why it is to end, if somebody wants that. */
  stopping: Stopping | null
  /** A person wants it to stand still. */
  paused: boolean
  /** Its trainer was told last to stand still, by a person or because of the disk. */
  standing: boolean
  stepTime: StepTime
  /** Its end is written; the process may be there still. */
  ended: boolean
}

type Stopping = { by: 'stop'; cause: StopCause } | { by: 'close'; cause: CloseCause }

/** Ends after which a run can go on where it was. One that diverged would diverge again. */
const resumable: readonly RunState[] = ['stopped', 'interrupted', 'failed']
/** Between two looks whether the machine is free, in ms. */
const busyMs = 250
const pausedReason = 'Held until it is resumed.'

export class Queue {
  readonly #context: Context
  readonly #options: QueueOptions
  #current: Current | null = null
  #closing = false
  /** How many tasks have exclusive access to the machine, or wait for it. */
  #exclusive = 0

  constructor(context: Context, options: QueueOptions) {
    this.#context = context
    this.#options = options
    context.disk.follow({ stalled: () => this.#standStill(), freed: (seconds) => this.#goOn(seconds) })
  }

  /** The newest progress of the run that trains here. */
  progressOf(runId: string): RunProgress | null {
    return this.#current?.run.summary.id === runId ? this.#current.progress : null
  }

  /** Starts the next run if none trains, or resumes the current one if it was resumed while the gate was closed. */
  kick(): void {
    // The state of the code belongs to the job; it is asked for once, so that only the first run waits for it.
    const started = this.#context.git().then((git) => {
      if (!this.#isGateOpen) return
      if (this.#current) return this.#resumeCurrent()
      const run = this.#context.history.runs.claimNext(this.#context.owner)
      if (run) this.#start(run, git)
    })
    // The run stays queued, and the service asks again.
    started.catch(
      (thrown: unknown) =>
        this.#context.disk.met(thrown) ||
        process.stderr.write(`The next run could not be started: ${messageOf(thrown)}\n`),
    )
  }

  pause(run: RunRecord): void {
    this.#mustBeOurs(run)
    const { id, state } = run.summary
    if (state === 'queued') this.#hold([run])
    else if (this.#isCurrent(run)) this.#letTrain(false)
    else throw ended(id, state, 'pause')
  }

  /**
   * Resumes those of the runs that can be, in one transaction, and returns how many.
   * @throws WorkbenchError conflict if none can be, or one is in the trash or belongs to another living program
   */
  resume(runs: readonly RunRecord[]): number {
    for (const run of runs) this.#mustBeOurs(run)
    const queued = runs.filter((run) => run.summary.state === 'queued')
    const current = runs.filter((run) => this.#isCurrent(run))
    const again = runs.filter((run) => resumable.includes(run.summary.state))
    for (const run of again) mustNotBeTrashed(run)
    const [first] = runs
    const resumed = queued.length + current.length + again.length
    if (first && resumed === 0) throw ended(first.summary.id, first.summary.state, 'resume')
    this.#resumeAll(queued, current.length > 0, again)
    return resumed
  }

  /** Runs whose program ended before they did, and those that it left waiting. */
  cutShort(): { interrupted: RunRecord[]; held: RunRecord[] } {
    const { runs } = this.#context.history
    return {
      interrupted: runs.interrupted(),
      held: runs
        .unfinished()
        .filter(
          ({ owner, summary }) => owner === null && summary.state === 'queued' && summary.reason !== pausedReason,
        ),
    }
  }

  /** Takes all of them up, in the places that they had; returns how many. */
  resumeCutShort(): number {
    const { interrupted, held } = this.cutShort()
    // Runs whose data set was removed meanwhile can wait for it; they must not keep the others from resuming.
    const present = interrupted.filter((run) => hasDataset(this.#context.paths.datasets, run.summary.dataset))
    const resumed = present.length + held.length > 0 ? present : interrupted
    this.#resumeAll(held, false, resumed, 'before')
    return resumed.length + held.length
  }

  /**
   * Moves runs among those that wait here.
   * @returns who stood right behind each
   * @throws WorkbenchError conflict where one does not wait, or waits for another living program
   */
  move(runs: readonly RunRecord[], place: Place): { id: string; before: string | null }[] {
    const { history, emit } = this.#context
    const was = history.transaction(() => {
      const ours = history.runs.waiting().filter((run) => !this.#isForeign(run))
      const order = ours.map(({ id }) => id)
      const waiting = new Map(ours.map(({ id, position }) => [id, position]))
      for (const run of runs) {
        this.#mustBeOurs(run)
        if (!waiting.has(run.summary.id)) throw ended(run.summary.id, run.summary.state, 'move')
      }
      const ids = new Set(runs.map((run) => run.summary.id))
      if (typeof place !== 'string' && (!waiting.has(place.before) || ids.has(place.before)))
        throw new WorkbenchError(
          'conflict',
          `The run ${place.before} ${ids.has(place.before) ? 'is moved itself' : 'does not wait'}: nothing can be moved before it.`,
          { field: 'before' },
        )
      const positions = positionsFor(ours.map(({ position }) => position))
      for (const [i, id] of movedInOrder(order, ids, place).entries()) {
        const position = positions[i] ?? 0
        if (waiting.get(id) !== position) history.runs.place(id, position)
      }
      return placesOf(order, ids)
    })
    emit('queue.changed', {})
    return was
  }

  /**
   * Acquires exclusive access to the machine: no trainer starts or resumes here until it is released. Waits for what
   * trains now, here or in another program.
   * @param waiting is called again and again while something trains
   * @returns releases the access; `kick` then schedules what had to wait
   */
  async acquireMachine(signal: AbortSignal, waiting: () => void): Promise<() => void> {
    this.#exclusive++
    const release = (): void => {
      this.#exclusive--
    }
    try {
      while (this.#isBusy()) {
        waiting()
        await wait(busyMs, undefined, { signal })
      }
    } catch (thrown) {
      release()
      throw thrown
    }
    return release
  }

  /**
   * Returns the run that takes the machine's time now, of this program or another that lives; a paused one takes none.
   */
  training(): RunRecord | null {
    const { history } = this.#context
    const current = this.#current
    // Its state in the history follows only when its trainer has answered.
    if (current && !current.ended && !current.standing) return history.runs.get(current.run.summary.id)
    return (
      history.runs
        .unfinished()
        .find((run) => run.summary.state === 'running' && run.owner !== null && isAlive(run.owner)) ?? null
    )
  }

  /** A trainer whose run has ended may still be at work until its process is gone. */
  #isBusy(): boolean {
    return this.#current?.ended === true || this.training() !== null
  }

  /** The one gate through which every start and every resumption of a trainer goes. */
  get #isGateOpen(): boolean {
    return !this.#closing && this.#exclusive === 0 && !this.#context.disk.problem
  }

  /** Has the run that trains keep where it stands, as far as its trainer comes to it. */
  checkpoint(): void {
    this.#current?.trainer?.send({ type: 'checkpoint' })
  }

  stop(run: RunRecord, cause: StopCause = 'window'): void {
    this.#mustBeOurs(run)
    const { id, state } = run.summary
    if (state === 'queued') this.#cancel([run], cause)
    else if (this.#isCurrent(run)) this.#stopCurrent({ by: 'stop', cause })
    else throw ended(id, state, 'stop')
  }

  /** Cancels those of the runs that wait, and announces nothing; within a transaction. */
  withdraw(runs: readonly RunRecord[], cause: StopCause): void {
    const { history } = this.#context
    const reason = cancelledReason(cause)
    for (const run of runs) {
      if (run.summary.state !== 'queued') continue
      this.#mustBeOurs(run)
      history.runs.end(run.key, 'stopped', reason)
      history.events.add(run.key, 'info', 'stopped', reason)
    }
  }

  pauseStudy(studyId: string): void {
    const { trains, queued } = this.#unfinishedOf(studyId)
    this.#hold(queued)
    if (trains) this.pause(trains)
  }

  resumeStudy(studyId: string): void {
    const { trains, queued } = this.#unfinishedOf(studyId)
    // What a person stopped by itself stays stopped while the rest of its study waits or trains.
    const goesOn: readonly RunState[] = resumable.filter(
      (state) => state !== 'stopped' || (!trains && queued.length === 0),
    )
    const again = this.#context.history.runs.ofStudy(studyId).filter((run) => goesOn.includes(run.summary.state))
    this.#resumeAll(queued, trains !== null, again)
  }

  stopStudy(studyId: string, cause: StopCause = 'window'): void {
    const { trains, queued } = this.#unfinishedOf(studyId)
    this.#cancel(queued, cause)
    if (trains) this.stop(trains, cause)
  }

  /** When the trainer of a run that has ended is gone, and with it the last writer in the run's folder. */
  async released(runId: string): Promise<void> {
    if (this.#current?.run.summary.id === runId) await this.#current.trainer?.closed
  }

  /** @throws WorkbenchError conflict where the run trains, or another living program has it */
  mustBeDeletable(run: RunRecord): void {
    const { id, state } = run.summary
    if (!activeStates.includes(state)) return
    this.#mustBeOurs(run)
    throw new WorkbenchError('conflict', `The run ${id} is ${state} and can't be deleted.`, { fix: 'Stop it first.' })
  }

  /** Stops what trains, holds what waits. */
  async close(cause: CloseCause): Promise<void> {
    this.#closing = true
    const { history, owner } = this.#context
    const waiting = history.runs
      .unfinished()
      .filter((run) => run.summary.state === 'queued' && run.owner !== null && sameOwner(run.owner, owner))
    try {
      history.transaction(() => {
        for (const run of waiting) history.runs.setOwner(run.key, null, heldReason(cause))
      })
      announceAll(this.#context, idsOf(waiting))
    } catch (thrown) {
      // The next start finds them without an owner that lives, and holds them.
      if (!isDiskProblem(thrown)) throw thrown
    }
    const trainer = this.#current?.trainer
    this.#stopCurrent({ by: 'close', cause })
    await trainer?.closed
  }

  #start(run: RunRecord, git: Awaited<ReturnType<Context['git']>>): void {
    const { history, paths, program, trainerEntry } = this.#context
    const { id, seed, configId } = run.summary
    const current: Current = {
      run,
      trainer: null,
      progress: null,
      stopping: null,
      paused: false,
      standing: false,
      stepTime: new StepTime(),
      ended: false,
    }
    this.#current = current
    try {
      announce(this.#context, id)
      const job = {
        type: 'job' as const,
        runId: id,
        config: history.configs.get(configId, seed),
        datasetsDir: paths.datasets,
        tuningFile: paths.tuning,
        runDir: makeRunFolder(paths, id),
        program,
        git,
        kept: history.completeness.kept(run.key),
        checkpointSeconds: this.#options.checkpointSeconds,
      }
      const listener = {
        message: (message: TrainerMessage) => this.#context.disk.take(() => this.#received(current, message)),
        broken: (what: string) =>
          this.#context.disk.take(() => this.#fail(current, `The trainer broke the contract (${what}).`)),
        closed: (end: TrainerEnd) => this.#context.disk.take(() => this.#closed(current, end)),
      }
      current.trainer = new Trainer(
        trainerEntry,
        job,
        runLog(paths, id),
        listener,
        trainerEnv(),
        this.#context.trainerPriority,
      )
    } catch (thrown) {
      this.#current = null
      this.#notStarted(current, thrown)
    }
  }

  /**
   * Ends a run without a trainer, or puts it back in its place if the disk kept it from starting: it starts when the
   * disk is free.
   */
  #notStarted(current: Current, thrown: unknown): void {
    const { disk, history, owner } = this.#context
    const { key, summary } = current.run
    const waits = isDiskProblem(thrown)
    disk.met(thrown)
    disk.take(() => {
      if (!waits) return this.#end(current, 'failed', `The trainer could not be started: ${messageOf(thrown)}`)
      history.runs.requeue(key, owner, 'before')
      announce(this.#context, summary.id)
    })
    this.kick()
  }

  #received(current: Current, message: TrainerMessage): void {
    if (current.ended) return
    try {
      const end = recordMessage(this.#context, current.run, message)
      if (message.type === 'progress') current.progress = message.progress
      if (message.type === 'steps') this.#measure(current, message.steps)
      if (!end) return
      const { stopping } = current
      if (end.state === 'stopped' && stopping) this.#endStopped(current, stopping, true)
      else this.#end(current, end.state, end.reason, end.weights)
      // It ends by itself now; where it hangs, the next run must not wait for it.
      this.#killAfter(current, this.#options.stopMs)
    } catch (thrown) {
      if (isDiskProblem(thrown) || isDamage(thrown)) throw thrown
      this.#fail(current, `What the trainer sent could not be kept: ${messageOf(thrown)}`)
    }
  }

  #fail(current: Current, reason: string): void {
    this.#end(current, 'failed', reason)
    current.trainer?.kill()
  }

  /** @throws what the disk or damage is to blame for: then it is done again */
  #closed(current: Current, end: TrainerEnd): void {
    try {
      if (!current.ended) {
        const { stopping } = current
        if (stopping) this.#endStopped(current, stopping, false)
        else {
          if (end.output.length > 0)
            this.#context.history.events.add(current.run.key, 'error', 'output', end.output.join('\n'))
          this.#end(current, 'failed', exitReason(end))
        }
      }
    } catch (thrown) {
      if (isDiskProblem(thrown) || isDamage(thrown)) throw thrown
      // The run was purged meanwhile: the queue continues without it.
      process.stderr.write(`The end of the run ${current.run.summary.id} could not be recorded: ${messageOf(thrown)}\n`)
    }
    if (this.#current === current) this.#current = null
    this.kick()
  }

  /** @param inTime whether the trainer stopped by itself; false if it was killed */
  #endStopped(current: Current, stopping: Stopping, inTime: boolean): void {
    if (stopping.by === 'close') this.#end(current, 'interrupted', closedReason(stopping.cause, inTime))
    else this.#end(current, 'stopped', stoppedReason(stopping.cause, inTime))
  }

  #end(
    current: Current,
    state: RunState,
    reason: string | null,
    weights: { file: string; sha256: string } | null = null,
  ): void {
    if (current.ended) return
    const { history } = this.#context
    const { key, summary } = current.run
    history.transaction(() => {
      history.runs.end(key, state, reason, weights)
      history.events.add(
        key,
        state === 'failed' || state === 'interrupted' ? 'error' : state === 'diverged' ? 'warning' : 'info',
        state,
        reason ?? `The run is ${state}.`,
      )
    })
    // Not before: a full disk has it written later.
    current.ended = true
    announce(this.#context, summary.id)
  }

  #letTrain(wanted: boolean): void {
    if (!this.#current) return
    this.#current.paused = !wanted
    if (wanted) this.#resumeCurrent()
    else this.#standStill()
  }

  #standStill(): void {
    const current = this.#current
    if (!current) return
    current.standing = true
    current.trainer?.send({ type: 'pause' })
  }

  /** If the gate is closed, the run resumes when it opens. */
  #resumeCurrent(): void {
    const current = this.#current
    if (!current || current.ended || current.paused || !current.standing || !this.#isGateOpen) return
    current.standing = false
    current.trainer?.send({ type: 'resume' })
  }

  /** The disk takes what is written again. */
  #goOn(seconds: number): void {
    const current = this.#current
    if (current && !current.ended)
      this.#context.disk.take(() =>
        this.#context.history.events.add(
          current.run.key,
          'warning',
          'disk',
          `Training waited ${seconds.toFixed(0)} s for the disk; nothing that was measured is lost.`,
        ),
      )
    this.#resumeCurrent()
    this.kick()
  }

  #measure(current: Current, steps: readonly StepMetrics[]): void {
    const before = this.closeMs
    current.stepTime.add(steps)
    if (this.closeMs !== before) this.#context.emit('system.closing', { ms: this.closeMs })
  }

  /** How long the service may need to close in order, in ms: a trainer answers between two steps. */
  get closeMs(): number {
    return this.#current?.stepTime.graceMs(this.#options.closeMs) ?? this.#options.closeMs
  }

  #stopCurrent(stopping: Stopping): void {
    const current = this.#current
    if (!current) return
    current.stopping ??= stopping
    if (!current.ended) current.trainer?.send({ type: 'stop' })
    this.#killAfter(
      current,
      current.stepTime.graceMs(stopping.by === 'stop' ? this.#options.stopMs : this.#options.closeMs),
    )
  }

  #killAfter(current: Current, ms: number): void {
    const { trainer } = current
    if (!trainer) return
    const timer = setTimeout(() => trainer.kill(), ms)
    void trainer.closed.then(() => clearTimeout(timer))
  }

  /**
   * @param queued wait here or are held
   * @param current whether the run that trains resumes
   * @param again have ended; they go where each was in the queue or behind all others
   */
  #resumeAll(
    queued: readonly RunRecord[],
    current: boolean,
    again: readonly RunRecord[],
    place: 'before' | 'last' = 'last',
  ): void {
    this.#change([...queued, ...again], () => {
      for (const run of queued) this.#context.history.runs.setOwner(run.key, this.#context.owner, null)
      this.#putBack(again, place)
    })
    if (current) this.#letTrain(true)
    this.kick()
  }

  /** Within a transaction. */
  #putBack(runs: readonly RunRecord[], place: 'before' | 'last'): void {
    const { history, owner } = this.#context
    for (const dataset of new Set(runs.map((run) => run.summary.dataset))) mustHaveNow(this.#context, dataset, 'id')
    for (const run of runs) {
      history.runs.requeue(run.key, owner, place)
      const from = run.checkpoint
        ? `to go on after step ${run.checkpoint.step}`
        : run.summary.startedAt === null
          ? 'to begin'
          : 'to begin again: there is no checkpoint'
      history.events.add(run.key, 'info', 'resumed', `Queued again, ${from}.`)
    }
  }

  /** Changes runs in one transaction, however many they are, and announces them. */
  #change(runs: readonly RunRecord[], write: () => void): void {
    if (runs.length === 0) return
    this.#context.history.transaction(write)
    announceAll(this.#context, idsOf(runs))
  }

  #hold(runs: readonly RunRecord[]): void {
    this.#change(runs, () => {
      for (const run of runs) this.#context.history.runs.setOwner(run.key, null, pausedReason)
    })
  }

  #cancel(runs: readonly RunRecord[], cause: StopCause): void {
    this.#change(runs, () => this.withdraw(runs, cause))
  }

  /** @throws WorkbenchError conflict where all that is unfinished belongs to another living program */
  #unfinishedOf(studyId: string): { trains: RunRecord | null; queued: RunRecord[] } {
    const all = this.#context.history.runs.unfinished().filter((run) => run.summary.studyId === studyId)
    const ours = all.filter((run) => !this.#isForeign(run))
    const foreign = all[0]
    if (ours.length === 0 && foreign) this.#mustBeOurs(foreign)
    return {
      trains: ours.find((run) => this.#isCurrent(run)) ?? null,
      queued: ours.filter((run) => run.summary.state === 'queued'),
    }
  }

  #isCurrent(run: RunRecord): boolean {
    return this.#current !== null && !this.#current.ended && this.#current.run.key === run.key
  }

  #isForeign({ owner }: Pick<RunRecord, 'owner'>): boolean {
    return owner !== null && !sameOwner(owner, this.#context.owner) && isAlive(owner)
  }

  #mustBeOurs(run: RunRecord): void {
    if (this.#isForeign(run))
      throw new WorkbenchError(
        'conflict',
        `The run ${run.summary.id} belongs to another MCNN Workbench (process ${run.owner?.pid ?? '?'}).`,
        {
          fix: 'Do it there, or close that program first.',
        },
      )
  }
}

const idsOf = (runs: readonly RunRecord[]): string[] => runs.map((run) => run.summary.id)

function ended(id: string, state: RunState, what: string): WorkbenchError {
  const rerun = what === 'resume' && state === 'diverged'
  return new WorkbenchError(
    'conflict',
    `The run ${id} is ${state}: there is nothing to ${what}.`,
    rerun ? { fix: 'Re-run it: it starts again from its seed.' } : {},
  )
}
