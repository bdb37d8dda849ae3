/** A list of runs kept up with what is told of single ones. Pure. */
import type { RunSummary } from '../../../src-main/contract'

/** A run's id and what it is now; null where it went. */
export type Change = readonly [id: string, run: RunSummary | null]

/** Changed runs stay where they are, new ones come last; of several changes of a run the last holds. */
export function withChanges(runs: readonly RunSummary[], changes: readonly Change[]): readonly RunSummary[] {
  if (changes.length === 0) return runs
  const left = new Map(changes)
  const kept = runs.flatMap((run) => {
    const change = left.get(run.id)
    left.delete(run.id)
    return change === undefined ? [run] : change === null ? [] : [change]
  })
  return [...kept, ...[...left.values()].filter((run) => run !== null)]
}
