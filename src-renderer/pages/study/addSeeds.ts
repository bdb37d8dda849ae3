/** Initial values of the dialog that adds seeds, and the difference that determines the number. Pure. */
import { leastSeeds } from '../../../src-main/analysis/statistics/statistics'
import type { Comparison, MoreSeeds, SeedsForComparison, StudyPlan } from '../../../src-main/contract'

const widths = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10]

/**
 * Returns the last goal, else a round width of about half the widest interval. If there is no interval yet, the number
 * of seeds that gives one.
 */
export function beginWith(
  plan: StudyPlan,
  comparison: Comparison | null,
): { mode: 'until' | 'number'; points: number; seeds: number } {
  const cells = comparison?.rows.filter((row) => row.epochs === plan.training.epochs).flatMap((row) => row.cells) ?? []
  const widest = Math.max(
    ...cells.map(({ accuracyDropInterval: interval }) => (interval ? (interval[1] - interval[0]) / 2 : 0)),
  )
  const goal = plan.added?.findLast((added) => added.halfWidth !== null)?.halfWidth ?? null
  const planned = Math.min(
    ...cells.map((cell) => cell.counts.done + cell.counts.queued + cell.counts.running + cell.counts.paused),
  )
  return {
    mode: goal !== null || (widest > 0 && plan.variants.includes('baseline')) ? 'until' : 'number',
    points: goal ?? widths.findLast((width) => width <= widest / 2) ?? 0.05,
    seeds: Number.isFinite(planned) ? Math.max(1, leastSeeds - planned) : 1,
  }
}

const order: readonly (SeedsForComparison['goal'] | null)[] = ['beyond', 'unknown', 'needed', 'coming', 'met', null]

/**
 * Returns the difference of a network that needs the most: out of reach or unknown first, then by seeds, then by width.
 */
export function deciding({ comparisons }: MoreSeeds['rows'][number]): SeedsForComparison | null {
  const [first] = [...comparisons].sort(
    (a, b) =>
      order.indexOf(a.goal) - order.indexOf(b.goal) ||
      (b.needed ?? 0) - (a.needed ?? 0) ||
      (b.halfWidth ?? Infinity) - (a.halfWidth ?? Infinity),
  )
  return first ?? null
}
