/** Actions of a person on runs and studies: pause, resume, stop, move, resume interrupted runs. */
import type { StopCause } from '../../contract/runs/endReasons'
import { WorkbenchError } from '../../contract/errors'
import { activeStates, type RunState } from '../../contract/runs/states'
import { hasDataset } from '../../datasets'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import { mustNotBeTrashed } from '../app/lookup'
import type { RunSupervisor } from '../training/runSupervisor'
import { assertOurs, isForeign, nothingTo } from './guards'
import { pausedReason, QueuedRuns, type RequeuePlace } from './queuedRuns'
import type { Place } from './queueOrder'
import type { Scheduler } from './scheduler'

/** States from which a run can resume. One that diverged would diverge again. */
const resumable: readonly RunState[] = ['stopped', 'interrupted', 'failed']

export class RunActions {
  readonly #context: Context
  readonly #scheduler: Scheduler
  readonly #queued: QueuedRuns

  constructor(context: Context, scheduler: Scheduler) {
    this.#context = context
    this.#scheduler = scheduler
    this.#queued = new QueuedRuns(context)
  }

  pause(run: RunRecord): void {
    assertOurs(this.#context, run)
    const supervisor = this.#scheduler.supervisorOf(run)
    if (run.summary.state === 'queued') this.#queued.hold([run])
    else if (supervisor) supervisor.setPaused(true)
    else throw nothingTo('pause', run)
  }

  /**
   * Resumes those of the runs that can resume, in one transaction. Returns how many there were.
   * @throws WorkbenchError conflict if none can resume, or one is in the trash or belongs to another live program
   */
  resume(runs: readonly RunRecord[]): number {
    for (const run of runs) assertOurs(this.#context, run)
    const queued = runs.filter((run) => run.summary.state === 'queued')
    const training = this.#supervisorsOf(runs)
    const ended = runs.filter((run) => resumable.includes(run.summary.state))
    for (const run of ended) mustNotBeTrashed(run)
    const [first] = runs
    const resumed = queued.length + training.length + ended.length
    if (first && resumed === 0) throw nothingTo('resume', first)
    this.#resumeAll(queued, training, ended)
    return resumed
  }

  stop(run: RunRecord, cause: StopCause = 'window'): void {
    assertOurs(this.#context, run)
    const supervisor = this.#scheduler.supervisorOf(run)
    if (run.summary.state === 'queued') this.#queued.cancel([run], cause)
    else if (supervisor) supervisor.stop({ by: 'stop', cause })
    else throw nothingTo('stop', run)
  }

  /** Moves queued runs (see `QueuedRuns.move`). */
  move(runs: readonly RunRecord[], place: Place): { id: string; before: string | null }[] {
    return this.#queued.move(runs, place)
  }

  /** Holds queued runs until they are resumed, within a transaction. Announces nothing. */
  holdQueued(runs: readonly RunRecord[]): void {
    this.#queued.holdWithin(runs)
  }

  /** Cancels those of the runs that are queued, within a transaction. Announces nothing. */
  cancelQueued(runs: readonly RunRecord[], cause: StopCause): void {
    this.#queued.cancelWithin(runs, cause)
  }

  /** Returns runs that a program's end interrupted, and queued runs that it left without an owner. */
  interrupted(): { interrupted: RunRecord[]; held: RunRecord[] } {
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

  /** Queues all of them again at their former positions. Returns how many there were. */
  resumeInterrupted(): number {
    const { interrupted, held } = this.interrupted()
    // Runs whose data set was removed can wait for it. They must not prevent the others from resuming.
    const present = interrupted.filter((run) => hasDataset(this.#context.paths.datasets, run.summary.dataset))
    const resumed = present.length + held.length > 0 ? present : interrupted
    this.#resumeAll(held, [], resumed, 'before')
    return resumed.length + held.length
  }

  pauseStudy(studyId: string): void {
    const { training, queued } = this.#unfinishedOf(studyId)
    this.#queued.hold(queued)
    for (const supervisor of training) supervisor.setPaused(true)
  }

  resumeStudy(studyId: string): void {
    const { training, queued } = this.#unfinishedOf(studyId)
    // A run that a person stopped stays stopped while other runs of its study are queued or train.
    const isIdle = training.length === 0 && queued.length === 0
    const states = resumable.filter((state) => state !== 'stopped' || isIdle)
    const ended = this.#context.history.runs.ofStudy(studyId).filter((run) => states.includes(run.summary.state))
    this.#resumeAll(queued, training, ended)
  }

  stopStudy(studyId: string, cause: StopCause = 'window'): void {
    const { training, queued } = this.#unfinishedOf(studyId)
    this.#queued.cancel(queued, cause)
    for (const supervisor of training) supervisor.stop({ by: 'stop', cause })
  }

  /** @throws WorkbenchError conflict if the run trains or is paused */
  assertDeletable(run: RunRecord): void {
    const { id, state } = run.summary
    if (!activeStates.includes(state)) return
    assertOurs(this.#context, run)
    throw new WorkbenchError('conflict', `The run ${id} is ${state} and can't be deleted.`, { fix: 'Stop it first.' })
  }

  #resumeAll(
    queued: readonly RunRecord[],
    training: readonly RunSupervisor[],
    ended: readonly RunRecord[],
    place: RequeuePlace = 'last',
  ): void {
    this.#queued.resume(queued, ended, place)
    for (const supervisor of training) supervisor.setPaused(false)
    this.#scheduler.startNextRun()
  }

  #supervisorsOf(runs: readonly RunRecord[]): RunSupervisor[] {
    return runs.flatMap((run) => this.#scheduler.supervisorOf(run) ?? [])
  }

  /** @throws WorkbenchError conflict if all unfinished runs belong to another live program */
  #unfinishedOf(studyId: string): { training: RunSupervisor[]; queued: RunRecord[] } {
    const all = this.#context.history.runs.unfinished().filter((run) => run.summary.studyId === studyId)
    const ours = all.filter((run) => !isForeign(this.#context, run))
    const foreign = all[0]
    if (ours.length === 0 && foreign) assertOurs(this.#context, foreign)
    return {
      training: this.#supervisorsOf(ours),
      queued: ours.filter((run) => run.summary.state === 'queued'),
    }
  }
}
