/** Applies events about single runs to a list. Pure. */
import type { RunSummary } from '../../../src-main/contract'

/** A run's id and its current summary; null if it was deleted. */
export type Change = readonly [id: string, run: RunSummary | null]

/** Changed runs keep their position, new ones are appended; the last of several changes of a run counts. */
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
