/** Changes the queue in the history. Each change is one transaction over all of its runs, announced afterwards. */
import { cancelledReason, type StopCause } from '../../contract/runs/endReasons'
import { WorkbenchError } from '../../contract/errors'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { mustHaveNow } from '../datasets/datasets'
import { assertOurs, isForeign, nothingTo } from './guards'
import { movedInOrder, placesOf, positionsFor, type Place } from './queueOrder'

/** The reason that is stored with a run that a person paused while it was queued. */
export const pausedReason = 'Held until it is resumed.'

/** Position of a requeued run: its former one, or the end of the queue. */
export type RequeuePlace = 'before' | 'last'

export class QueuedRuns {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Holds queued runs until they are claimed. */
  hold(runs: readonly RunRecord[]): void {
    this.#change(runs, () => this.holdWithin(runs))
  }

  /** The same within a transaction; announces nothing. */
  holdWithin(runs: readonly RunRecord[]): void {
    for (const run of runs) this.#context.history.runs.setOwner(run.key, null, pausedReason)
  }

  /**
   * Resumes runs in one transaction.
   * @param queued paused or queued runs: this program starts them when they come first
   * @param ended runs that resume from their newest checkpoints; `place` is their position in the queue
   * @throws WorkbenchError not-found if a data set was removed
   */
  resume(queued: readonly RunRecord[], ended: readonly RunRecord[], place: RequeuePlace): void {
    this.#change([...queued, ...ended], () => {
      for (const run of queued) this.#context.history.runs.setOwner(run.key, this.#context.owner, null)
      this.#requeue(ended, place)
    })
  }

  /** Cancels queued runs: they end as stopped. */
  cancel(runs: readonly RunRecord[], cause: StopCause): void {
    this.#change(runs, () => this.cancelWithin(runs, cause))
  }

  /** Cancels those of the runs that are queued, within a transaction. Announces nothing. */
  cancelWithin(runs: readonly RunRecord[], cause: StopCause): void {
    const { history } = this.#context
    const reason = cancelledReason(cause)
    for (const run of runs) {
      if (run.summary.state !== 'queued') continue
      assertOurs(this.#context, run)
      history.runs.end(run.key, 'stopped', reason)
      history.events.add(run.key, 'info', 'stopped', reason)
    }
  }

  /**
   * Moves queued runs.
   * @returns for each run its former successor
   * @throws WorkbenchError conflict if one is not queued, or is queued by another live program
   */
  move(runs: readonly RunRecord[], place: Place): { id: string; before: string | null }[] {
    const { history, emit } = this.#context
    const was = history.transaction(() => this.#moveWithin(runs, place))
    emit('queue.changed', {})
    return was
  }

  #requeue(runs: readonly RunRecord[], place: RequeuePlace): void {
    const { history, owner } = this.#context
    for (const dataset of new Set(runs.map((run) => run.summary.dataset))) mustHaveNow(this.#context, dataset, 'id')
    for (const run of runs) {
      history.runs.requeue(run.key, owner, place)
      history.events.add(run.key, 'info', 'resumed', requeuedSentence(run))
    }
  }

  #moveWithin(runs: readonly RunRecord[], place: Place): { id: string; before: string | null }[] {
    const { history } = this.#context
    const ours = history.runs.waiting().filter((run) => !isForeign(this.#context, run))
    const order = ours.map(({ id }) => id)
    const positionOf = new Map(ours.map(({ id, position }) => [id, position]))
    for (const run of runs) {
      assertOurs(this.#context, run)
      if (!positionOf.has(run.summary.id)) throw nothingTo('move', run)
    }
    const ids = new Set(runs.map((run) => run.summary.id))
    if (typeof place !== 'string' && (!positionOf.has(place.before) || ids.has(place.before)))
      throw new WorkbenchError(
        'conflict',
        `The run ${place.before} ${ids.has(place.before) ? 'is one of the moved runs' : 'is not queued'}. Choose another position.`,
        { field: 'before' },
      )
    const positions = positionsFor(ours.map(({ position }) => position))
    for (const [i, id] of movedInOrder(order, ids, place).entries()) {
      const position = positions[i] ?? 0
      if (positionOf.get(id) !== position) history.runs.place(id, position)
    }
    return placesOf(order, ids)
  }

  #change(runs: readonly RunRecord[], write: () => void): void {
    if (runs.length === 0) return
    this.#context.history.transaction(write)
    announceAll(
      this.#context,
      runs.map((run) => run.summary.id),
    )
  }
}

function requeuedSentence({ checkpoint, summary }: RunRecord): string {
  const from = checkpoint
    ? `to resume after step ${checkpoint.step}`
    : summary.startedAt === null
      ? 'to start'
      : 'to start again, because there is no checkpoint'
  return `Queued again, ${from}.`
}
