/** Effects of a service crash on runs. Pure. */
import type { RunSummary } from '../../../src-main/contract'
import { plural } from '../format'
import { isHeld } from '../data/progress'

/** The last known state before the service ended. */
export interface Crash {
  /** Why the service ended, as a sentence. */
  reason: string
  /** Runs that were training; they are interrupted. */
  training: number
  /** Runs that were queued and not held already; they are held. */
  queued: number
}

/** @param unfinished the last known runs of this service; empty if another program uses the history */
export function crashOf(reason: string, unfinished: Iterable<RunSummary>): Crash {
  const runs = [...unfinished]
  return {
    reason,
    training: runs.filter(({ state }) => state === 'running' || state === 'paused').length,
    queued: runs.filter((run) => run.state === 'queued' && !isHeld(run)).length,
  }
}

/** Returns the reason, and only what happened to runs. */
export function crashWords({ reason, training, queued }: Crash): string {
  return [
    reason,
    training > 0 &&
      `${plural(training, 'run was', 'runs were')} interrupted and ${training === 1 ? 'keeps its' : 'keep their'} metrics and checkpoints.`,
    queued > 0 && `${plural(queued, 'queued run is', 'queued runs are')} on hold until resumed.`,
    training + queued === 0 && 'No run was training or queued.',
  ]
    .filter((sentence) => sentence !== false)
    .join(' ')
}
