/** Converts series to uPlot's data: one x column, and one column per line. Pure. */
import { drawable, type LineSeries, type Point } from '../../src-main/analysis/figures/line'
import type { ScaleKind } from '../../src-main/analysis/figures/scale'

export type Column = (number | null | undefined)[]

export interface PlotLine {
  /** Index of its series. */
  series: number
  kind: 'line' | 'thin' | 'high' | 'low'
}

export interface PlotData {
  columns: [number[], ...Column[]]
  /** Kind of each column after the first. */
  lines: PlotLine[]
  /** Pairs of column indices between which a band is filled: [high, low]. */
  bands: [number, number][]
}

/**
 * A null is a gap; undefined means that this line has no point at that x and continues across it.
 * @param floor replaces the low end of a band that a logarithmic axis cannot show
 */
export function plotData(series: readonly LineSeries[], kind: ScaleKind, floor: number): PlotData {
  const xs = [
    ...new Set(series.flatMap((s) => [...s.points, ...(s.thin ?? []).flat(), ...(s.band ?? [])].map((p) => p.x))),
  ].sort((a, b) => a - b)
  const index = new Map(xs.map((x, i) => [x, i]))
  const columns: [number[], ...Column[]] = [xs]
  const lines: PlotLine[] = []
  const bands: [number, number][] = []
  const add = (line: PlotLine, points: readonly Point[], bound = -Infinity): void => {
    const column: Column = new Array<undefined>(xs.length).fill(undefined)
    for (const { x, y } of points)
      column[index.get(x) ?? -1] = y !== null && y < bound ? bound : drawable(y, kind) ? y : null
    columns.push(column)
    lines.push(line)
  }
  // Bands first, so that lines are drawn over them.
  series.forEach((s, i) => {
    if (!s.band) return
    bands.push([columns.length, columns.length + 1])
    add(
      { series: i, kind: 'high' },
      s.band.map(({ x, high }) => ({ x, y: high })),
    )
    add(
      { series: i, kind: 'low' },
      s.band.map(({ x, low }) => ({ x, y: low })),
      kind === 'log' ? floor : -Infinity,
    )
  })
  series.forEach((s, i) => {
    for (const thin of s.thin ?? []) add({ series: i, kind: 'thin' }, thin)
    add({ series: i, kind: 'line' }, s.points)
  })
  return { columns, lines, bands }
}

/** Changes if uPlot must be recreated instead of getting new data. */
export function structureOf(series: readonly LineSeries[], data: PlotData, kind: ScaleKind): string {
  return JSON.stringify([kind, series.map((s) => [s.id, s.color, s.dashed === true]), data.lines, data.bands])
}
