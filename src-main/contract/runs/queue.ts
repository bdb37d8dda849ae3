/** The queue: the order of queued runs, and pausing, stopping and resuming. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'
import { trainingConfig } from '../experiment'
import { stopCause } from './endReasons'
import { ofRun, runId } from '../ids'
import { runIds } from './runLists'
import { runSummary } from './runs'

export const queueCalls = {
  /**
   * Moves queued runs to the front, to the end, by one position, or before another one. Returns for each the run that
   * was right behind it: moving the runs back before these, the last one first, undoes the move.
   */
  'queue.move': write(
    z.strictObject({
      ids: z.array(runId).min(1).max(500),
      place: z.union([z.enum(['first', 'last', 'up', 'down']), z.strictObject({ before: runId })]),
    }),
    z.object({ was: z.array(z.object({ id: runId, before: runId.nullable() })) }),
  ),
  /** Queued, running and paused, in the order of the queue. */
  'runs.unfinished': read(none, z.array(runSummary)),
  'runs.pause': write(ofRun, ok),
  /**
   * Resumes paused and held runs, and queues stopped, interrupted and failed runs again: each from its newest
   * checkpoint, else from its seed. Skips runs that cannot be resumed; a conflict if none can.
   */
  'runs.resume': write(z.strictObject({ ids: runIds }), z.object({ resumed: z.int() })),
  'runs.stop': write(z.strictObject({ ...ofRun.shape, cause: stopCause.default('window') }), ok),
  /** Runs that were interrupted when a program closed: how many were running and queued, and when the newest ended. */
  'runs.interrupted': read(
    none,
    z.object({ interrupted: z.int().min(0), held: z.int().min(0), newest: z.string().nullable() }),
  ),
  /** Resumes all of them, in the order of the queue. */
  'runs.resumeInterrupted': write(none, z.object({ resumed: z.int().min(0) })),
  /** Writes a checkpoint of the running run, before the machine sleeps. */
  'runs.checkpoint': write(none, ok),
  /**
   * Trains finished runs for more epochs, each as a new run that continues from its end; `epochs` is the new total.
   * Extends all of them or none.
   */
  'runs.extend': write(
    z.strictObject({ ids: runIds, epochs: trainingConfig.shape.epochs }),
    z.object({ ids: z.array(runId) }),
  ),
  /** Queues the same configs and seeds again, as new runs of the same studies, in that order. */
  'runs.rerun': write(z.strictObject({ ids: runIds }), z.object({ ids: z.array(runId) })),
} as const

export const queueEvents = {
  /** The order of the queue changed. Request it again. */
  'queue.changed': z.object({}),
} as const
