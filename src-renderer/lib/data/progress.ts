/** How far runs and studies are, and in which state a study is. Pure. */
import { endedStates, noCounts, type RunProgress, type RunState, type RunSummary } from '../../../src-main/contract'

/** 0 to 1; from the steps where they are told, else from finished epochs. */
export function progressOf(run: RunSummary, progress: RunProgress | undefined): number {
  if (run.state === 'done') return 1
  const byEpochs = run.epochs > 0 ? run.epochsDone / run.epochs : 0
  const bySteps = progress && progress.steps > 0 ? progress.step / progress.steps : 0
  return Math.min(1, Math.max(byEpochs, bySteps))
}

/** A study's state in one word: what trains, then what waits, then what needs a person. */
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

/** A queued run that has a reason not to begin: it waits for a person, not for its turn. */
export function isHeld(run: Pick<RunSummary, 'state' | 'reason'>): boolean {
  return run.state === 'queued' && run.reason !== null
}

const endedBadly: readonly RunState[] = ['interrupted', 'failed', 'diverged', 'stopped']

/** Runs that ended without a result and that no later run of the same config and seed stands in for; worst first. */
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

/** Returns the words of a chart of runs in these `states` that has no value. */
export function emptyChart(states: readonly RunState[]): string {
  if (states.every((state) => endedStates.includes(state)))
    return states.length === 1 ? 'no values: the run finished no epoch' : 'no values: no run here finished an epoch'
  return states.every((state) => state === 'queued') ? 'no values yet: queued' : 'no values yet'
}
