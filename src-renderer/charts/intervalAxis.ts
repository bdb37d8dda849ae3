/** The one axis, −limit to +limit, that the interval plots of a table share. Pure. */
import { quantile } from 'd3-array'

/** A difference in points; `reference` is a number from elsewhere that is drawn next to it. */
export interface Plotted {
  value: number | null
  interval: readonly [number, number] | null
  reference?: number | null
}

const limits = [0.5, 1, 2, 5, 10, 20, 50] as const
/** A value further out than this times what most plots need becomes an arrow: it must not shrink all others to dots. */
const farOff = 4

/**
 * Returns half of the axis: the smallest round number of points that holds two thirds of the plots whole, and every
 * value that is not far off, with or without an interval.
 */
export function axisLimit(plotted: readonly Plotted[]): number {
  const reaches = plotted.flatMap(({ value, interval }) => {
    const ends = [...(value === null ? [] : [value]), ...(interval ?? [])]
    return ends.length === 0 ? [] : [Math.max(...ends.map(Math.abs))]
  })
  const most = quantile(reaches, 2 / 3) ?? 0
  const values = plotted.flatMap(({ value, reference = null }) =>
    [value, reference].filter((one) => one !== null).map(Math.abs),
  )
  const furthest = Math.max(0, ...values.filter((value) => value <= farOff * Math.max(most, limits[0])))
  const wanted = Math.max(most, furthest)
  return limits.find((limit) => limit >= wanted) ?? 100
}
