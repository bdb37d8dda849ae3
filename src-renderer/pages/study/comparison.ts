/** What the comparison's figures need beyond the tables. Pure. */
import { quantile } from 'd3-array'
import { paperAccuracy } from '../../../src-main/analysis/paper'
import type { Comparison, ComparisonCell, ComparisonRow, RunState, Variant } from '../../../src-main/contract'
import type { BarGroup } from '../../charts/bar'
import type { CostPoint } from '../../charts/pareto'
import { archName, archShort, datasetName } from '../../lib/format'
import type { Test } from './choices'
import type { Look } from './curves'

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

/** A group a data set and depth, a bar a variant: mean in percent, ± one standard deviation, the seeds as dots. */
export function barGroups(rows: readonly ComparisonRow[], variants: readonly Variant[], looks: (variant: Variant) => Look): BarGroup[] {
  const datasets = new Set(rows.map((row) => row.dataset))
  return rows.map((row) => ({
    id: `${row.dataset}/${row.arch}/${row.epochs}/${row.trainExamples}/${row.validationExamples ?? 0}`,
    label: datasets.size > 1 ? `${datasetName(row.dataset)} · ${archShort(row.arch)}` : archName(row.arch),
    bars: variants.flatMap((variant) => {
      const cell = row.cells.find((c) => c.variant === variant)
      if (!cell) return []
      const accuracy = cell.accuracy
      return [
        {
          id: variant,
          label: variant,
          color: looks(variant).color,
          value: accuracy === null ? null : accuracy.mean * 100,
          error: accuracy === null || accuracy.std === null ? null : ([(accuracy.mean - accuracy.std) * 100, (accuracy.mean + accuracy.std) * 100] as const),
          dots: accuracy === null ? [] : accuracy.values.map((v) => v * 100),
          reference: paperAccuracy(row, variant)?.accuracy ?? null,
        },
      ]
    }),
  }))
}

/** A point a network and variant that has a result: accuracy in percent, ± one standard deviation, against trainable parameters. */
export function costPoints(rows: readonly ComparisonRow[], variants: readonly Variant[], looks: (variant: Variant) => Look): CostPoint[] {
  return rows.flatMap((row) =>
    variants.flatMap((variant): CostPoint[] => {
      const cell = row.cells.find((c) => c.variant === variant)
      if (!cell?.accuracy) return []
      const { mean, std } = cell.accuracy
      return [
        {
          id: `${row.arch}/${row.epochs}/${row.trainExamples}/${row.validationExamples ?? 0}/${row.precision}/${variant}`,
          label: `${variant} · ${archShort(row.arch)}`,
          group: archName(row.arch),
          ...looks(variant),
          cost: cell.trainableParameters,
          value: mean * 100,
          error: std === null ? null : [(mean - std) * 100, (mean + std) * 100],
        },
      ]
    }),
  )
}
