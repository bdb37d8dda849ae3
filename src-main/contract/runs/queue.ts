/** The queue: the order of waiting runs, and pausing, stopping and resuming them. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'
import { trainingConfig } from '../experiment'
import { ofRun, runId } from '../ids'
import { runIds } from './runLists'
import { runSummary } from './runs'

export const queueCalls = {
  /**
   * Moves runs that wait: before all others, behind them, by one place, or before another one. Told is who stood right
   * behind each: moved before those again, the last one first, they are where they were.
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
   * Resumes paused and held runs, and queues runs that were stopped, interrupted or failed again: each from its newest
   * checkpoint, else from its seed. Runs with nothing to resume are passed over; a conflict if that is all of them.
   */
  'runs.resume': write(z.strictObject({ ids: runIds }), z.object({ resumed: z.int() })),
  'runs.stop': write(ofRun, ok),
  /** What a program's end cut short: runs that trained, runs that waited, and when the newest of the former ended. */
  'runs.interrupted': read(
    none,
    z.object({ interrupted: z.int().min(0), held: z.int().min(0), newest: z.string().nullable() }),
  ),
  /** All of it goes on, in the order of the queue. */
  'runs.resumeInterrupted': write(none, z.object({ resumed: z.int().min(0) })),
  /** Keeps where the run that trains stands, before the machine sleeps. */
  'runs.checkpoint': write(none, ok),
  /** A finished run for more epochs, as a new run that goes on where it ended; `epochs` in all. */
  'runs.extend': write(z.strictObject({ id: runId, epochs: trainingConfig.shape.epochs }), z.object({ id: runId })),
  /** Queues the same configs and seeds again, as new runs of the same studies, in that order. */
  'runs.rerun': write(z.strictObject({ ids: runIds }), z.object({ ids: z.array(runId) })),
} as const

export const queueEvents = {
  /** The order of what waits is another. Ask again. */
  'queue.changed': z.object({}),
} as const
