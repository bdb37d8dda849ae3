/** Progress of runs and studies, and the state of a study. Pure. */
import { endedStates, noCounts, type RunProgress, type RunState, type RunSummary } from '../../../src-main/contract'

/** 0 to 1; from reported steps, else from finished epochs. */
export function progressOf(run: RunSummary, progress: RunProgress | undefined): number {
  if (run.state === 'done') return 1
  const byEpochs = run.epochs > 0 ? run.epochsDone / run.epochs : 0
  const bySteps = progress && progress.steps > 0 ? progress.step / progress.steps : 0
  return Math.min(1, Math.max(byEpochs, bySteps))
}

/**
 * Returns the speed of several runs in total, and the seconds until the last of them ends; null unless every run reports
 * them.
 */
export function together(
  all: readonly (RunProgress | undefined)[],
): Pick<RunProgress, 'imagesPerSecond' | 'etaSeconds'> {
  const valuesOf = (pick: (progress: RunProgress) => number | null): number[] | null => {
    const values = all.flatMap((progress) => (progress && pick(progress)) ?? [])
    return values.length === all.length ? values : null
  }
  const speeds = valuesOf(({ imagesPerSecond }) => imagesPerSecond)
  const times = valuesOf(({ etaSeconds }) => etaSeconds)
  return {
    imagesPerSecond: speeds && speeds.reduce((sum, speed) => sum + speed, 0),
    etaSeconds: times && Math.max(...times),
  }
}

/** Returns a study's state: running first, then queued, then states that need attention. */
const order: readonly RunState[] = [
  'running',
  'paused',
  'queued',
  'interrupted',
  'failed',
  'diverged',
  'stopped',
  'done',
]

export function studyState(counts: Readonly<Record<RunState, number>>): RunState {
  return order.find((state) => counts[state] > 0) ?? 'queued'
}

export function countStates(runs: Iterable<RunSummary>): Record<RunState, number> {
  const counts = noCounts()
  for (const run of runs) counts[run.state]++
  return counts
}

/** Returns whether a queued run is on hold: it waits for the user, not for its turn. */
export function isHeld(run: Pick<RunSummary, 'state' | 'reason'>): boolean {
  return run.state === 'queued' && run.reason !== null
}

const endedBadly: readonly RunState[] = ['interrupted', 'failed', 'diverged', 'stopped']

/**
 * Returns runs that ended without a result and were not replaced by a later run of the same config and seed; worst
 * first.
 */
export function needsYou(runs: readonly RunSummary[]): RunSummary[] {
  const newest = new Map<string, RunSummary>()
  for (const run of runs) {
    const key = `${run.configId}/${run.seed}`
    const other = newest.get(key)
    if (!other || run.createdAt > other.createdAt) newest.set(key, run)
  }
  return runs
    .filter((run) => endedBadly.includes(run.state) && newest.get(`${run.configId}/${run.seed}`) === run)
    .sort((a, b) => endedBadly.indexOf(a.state) - endedBadly.indexOf(b.state))
}

/** Returns the text of a chart without values, for runs in these `states`. */
export function emptyChart(states: readonly RunState[]): string {
  if (states.every((state) => endedStates.includes(state)))
    return states.length === 1 ? 'no values: the run finished no epoch' : 'no values: no run here finished an epoch'
  return states.every((state) => state === 'queued') ? 'no values yet: queued' : 'no values yet'
}
