/** Derives what the comparison's table shows besides its numbers. Pure. */
import { paperAccuracy } from '../../../../src-main/analysis/studies/paper'
import type { Comparison, ComparisonCell, RunState } from '../../../../src-main/contract'
import { axisLimit } from '../../../charts/intervalAxis'
import type { Test } from './choices'

const leftOutStates: readonly RunState[] = ['diverged', 'failed', 'interrupted', 'stopped']

/** Number of ended runs that are not in the mean, by state. */
export function leftOut(cell: ComparisonCell): { state: RunState; count: number }[] {
  return leftOutStates.filter((state) => cell.counts[state] > 0).map((state) => ({ state, count: cell.counts[state] }))
}

/**
 * Returns half of the axis that all intervals of a comparison share; it includes drops without an interval and the
 * paper's drops.
 */
export function intervalLimit(comparison: Comparison, test: Test = 'welch'): number {
  return axisLimit(
    comparison.rows.flatMap((row) =>
      row.cells.map((cell) => {
        const reference = paperAccuracy(row, cell.variant)?.drop ?? null
        if (test === 'paired')
          return { value: cell.paired?.drop ?? null, interval: cell.paired?.interval ?? null, reference }
        return { value: cell.accuracyDrop, interval: cell.accuracyDropInterval, reference }
      }),
    ),
  )
}
