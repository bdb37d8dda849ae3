/** Data of Figure 3 and of accuracy against size, from a comparison. Pure. */
import type { Variant } from '../../contract/experiment'
import type { ComparisonRow } from '../../contract/studies/comparison'
import { archName, archShort, datasetShort, variantShort } from '../text/names'
import { paperAccuracy } from '../studies/paper'
import type { BarGroup } from './bar'
import type { Look } from './curves'
import type { CostPoint } from './pareto'

/**
 * Returns a group per data set and depth with a bar per variant: mean in percent, ± one standard deviation, seeds as
 * dots.
 */
export function barGroups(
  rows: readonly ComparisonRow[],
  variants: readonly Variant[],
  looks: (variant: Variant) => Look,
): BarGroup[] {
  const datasets = new Set(rows.map((row) => row.dataset))
  return rows.map((row) => ({
    id: `${row.dataset}/${row.arch}/${row.epochs}/${row.trainExamples}/${row.validationExamples ?? 0}`,
    label: datasets.size > 1 ? `${datasetShort(row.dataset)} · ${archShort(row.arch)}` : archName(row.arch),
    short: archShort(row.arch),
    bars: variants.flatMap((variant) => {
      const cell = row.cells.find((c) => c.variant === variant)
      if (!cell) return []
      const accuracy = cell.accuracy
      return [
        {
          id: variant,
          label: variantShort(variant),
          color: looks(variant).color,
          value: accuracy === null ? null : accuracy.mean * 100,
          error:
            accuracy === null || accuracy.std === null
              ? null
              : ([(accuracy.mean - accuracy.std) * 100, (accuracy.mean + accuracy.std) * 100] as const),
          dots: accuracy === null ? [] : accuracy.values.map((v) => v * 100),
          reference: paperAccuracy(row, variant)?.accuracy ?? null,
        },
      ]
    }),
  }))
}

/**
 * Returns a point per network and variant with a result: accuracy in percent, ± one standard deviation, against
 * trainable parameters.
 */
export function costPoints(
  rows: readonly ComparisonRow[],
  variants: readonly Variant[],
  looks: (variant: Variant) => Look,
): CostPoint[] {
  return rows.flatMap((row) =>
    variants.flatMap((variant): CostPoint[] => {
      const cell = row.cells.find((c) => c.variant === variant)
      if (!cell?.accuracy) return []
      const { mean, std } = cell.accuracy
      return [
        {
          id: `${row.arch}/${row.epochs}/${row.trainExamples}/${row.validationExamples ?? 0}/${row.precision}/${variant}`,
          label: `${variantShort(variant)} · ${archShort(row.arch)}`,
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
