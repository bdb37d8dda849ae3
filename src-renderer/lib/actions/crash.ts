/** Effects of a service crash on runs. Pure. */
import type { RunSummary } from '../../../src-main/contract'
import { plural } from '../format'
import { isHeld } from '../data/progress'

/** The last known state before the service ended. */
export interface Crash {
  /** Why the service ended, as a sentence. */
  reason: string
  /** Ids of the runs that were training. */
  training: readonly string[]
  /** Runs that were queued and not held already; they are held. */
  queued: number
}

const isTraining = ({ state }: RunSummary): boolean => state === 'running' || state === 'paused'

/** @param unfinished the last known runs of this service; empty if another program uses the history */
export function crashOf(reason: string, unfinished: Iterable<RunSummary>): Crash {
  const runs = [...unfinished]
  return {
    reason,
    training: runs.filter(isTraining).map(({ id }) => id),
    queued: runs.filter((run) => run.state === 'queued' && !isHeld(run)).length,
  }
}

/**
 * Returns the reason, and only what happened to runs.
 * @param unfinished the runs that the restarted service reports; null while it restarts. A trainer outlives its
 *   service unless both were killed.
 */
export function crashWords({ reason, training, queued }: Crash, unfinished: Iterable<RunSummary> | null): string {
  const now = new Set([...(unfinished ?? [])].filter(isTraining).map(({ id }) => id))
  const continuing = training.filter((id) => now.has(id)).length
  const interrupted = unfinished === null ? 0 : training.length - continuing
  return [
    reason,
    unfinished === null && training.length > 0 && `${plural(training.length, 'run was', 'runs were')} training.`,
    continuing > 0 && `${plural(continuing, 'run continues', 'runs continue')} to train.`,
    interrupted > 0 &&
      `${plural(interrupted, 'run was', 'runs were')} interrupted and ${interrupted === 1 ? 'keeps its' : 'keep their'} metrics and checkpoints.`,
    queued > 0 && `${plural(queued, 'queued run is', 'queued runs are')} on hold until resumed.`,
    training.length + queued === 0 && 'No run was training or queued.',
  ]
    .filter((sentence) => sentence !== false)
    .join(' ')
}
