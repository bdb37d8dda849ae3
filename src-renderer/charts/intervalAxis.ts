/** The axis from −limit to +limit that all interval plots of a table share. Pure. */
import { quantile } from 'd3-array'

/** A difference in points; `reference` is another value drawn next to it, such as the paper's. */
export interface Plotted {
  value: number | null
  interval: readonly [number, number] | null
  reference?: number | null
}

const limits = [0.5, 1, 2, 5, 10, 20, 50] as const
/** Values beyond this multiple of what most plots need become arrows, so that they do not shrink all other plots. */
const farOff = 4

/**
 * Returns half of the axis: the smallest round number of points that contains two thirds of the plots completely, and
 * every value that is not far off, with or without an interval.
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
