/** What the comparison's table needs beyond its numbers. Pure. */
import { quantile } from 'd3-array'
import type { Comparison, ComparisonCell, RunState } from '../../../src-main/contract'
import type { Test } from './choices'

const leftOutStates: readonly RunState[] = ['diverged', 'failed', 'interrupted', 'stopped']

/** Runs that ended and are not in the mean, by state. */
export function leftOut(cell: ComparisonCell): { state: RunState; count: number }[] {
  return leftOutStates.filter((state) => cell.counts[state] > 0).map((state) => ({ state, count: cell.counts[state] }))
}

/**
 * Half of the one axis that all intervals of a comparison share: the smallest round number of points that holds two
 * thirds of them. The rest become arrows: one far-off variant must not shrink all others to dots.
 */
export function intervalLimit(comparison: Comparison, test: Test = 'welch'): number {
  const reaches = comparison.rows
    .flatMap((row) => row.cells)
    .flatMap((cell) => {
      const interval = test === 'paired' ? (cell.paired?.interval ?? null) : cell.accuracyDropInterval
      return interval ? [Math.max(...interval.map(Math.abs))] : []
    })
  const wanted = quantile(reaches, 2 / 3) ?? 0
  return [0.5, 1, 2, 5, 10, 20, 50].find((limit) => limit >= wanted) ?? 100
}
