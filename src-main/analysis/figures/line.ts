/** Data and layout of a line chart. Pure. */
import { area, line } from 'd3-shape'
import type { MarkerShape } from './markers'
import { extentOf, type Scale, type ScaleKind } from './scale'

/** A gap if y is null or not finite (or not above 0 on a logarithmic axis). */
export interface Point {
  x: number
  y: number | null
}

export interface BandPoint {
  x: number
  low: number | null
  high: number | null
}

export interface LineSeries {
  id: string
  /** Label at the line's end; empty for none. */
  label: string
  /** Any CSS colour. */
  color: string
  marker: MarkerShape
  points: readonly Point[]
  /** A pale band around the line, such as ± std. */
  band?: readonly BandPoint[]
  /** Thin lines of the same colour, such as single seeds. */
  thin?: readonly (readonly Point[])[]
  dashed?: boolean
  /** Whether the values became NaN after the last point: the chart marks this end. */
  broken?: boolean
}

/** A vertical line, such as a change of the learning rate or the end of a run. */
export interface VerticalMark {
  x: number
  label: string
  color?: string
}

/** Minimum width for labels at the lines' ends, in px. */
export function labelRoom(series: readonly Pick<LineSeries, 'label'>[], least: number): number {
  return Math.max(least, ...series.map(({ label }) => 14 + markCharacter * label.length))
}

/** Approximate width of a character in axis labels: labels are placed before they are measured. */
const markCharacter = 6

/**
 * Places the labels of vertical marks: to the right of their line, or to the left at the chart's end. Labels that would
 * overlap are left out; marks with a colour of their own (NaN) are placed first.
 * @param right end of the plotting area, in px
 * @returns positions in the order of the marks; null if a label does not fit
 */
export function markLabels(
  marks: readonly VerticalMark[],
  x: (value: number) => number,
  right: number,
): ({ x: number; anchor: 'start' | 'end' } | null)[] {
  const taken: [from: number, to: number][] = []
  const places = new Map<VerticalMark, { x: number; anchor: 'start' | 'end' }>()
  for (const mark of [...marks.filter((m) => m.color !== undefined), ...marks.filter((m) => m.color === undefined)]) {
    const at = x(mark.x)
    const width = mark.label.length * markCharacter
    const late = at + 4 + width > right
    const from = late ? at - 4 - width : at + 4
    if (taken.some(([a, b]) => from < b + 4 && from + width > a - 4)) continue
    taken.push([from, from + width])
    places.set(mark, late ? { x: at - 4, anchor: 'end' } : { x: at + 4, anchor: 'start' })
  }
  return marks.map((mark) => places.get(mark) ?? null)
}

export function drawable(value: number | null, kind: ScaleKind): value is number {
  return value !== null && Number.isFinite(value) && (kind === 'linear' || value > 0)
}

export function xExtent(series: readonly LineSeries[]): [number, number] | null {
  return extentOf(series.flatMap((s) => [...s.points, ...(s.thin ?? []).flat()]).map((p) => p.x))
}

/** Returns the series within a range of x, for an axis that fits the visible part. */
export function clipped(series: readonly LineSeries[], [low, high]: readonly [number, number]): LineSeries[] {
  const inside = ({ x }: { x: number }): boolean => x >= low && x <= high
  return series.map((s) => ({
    ...s,
    points: s.points.filter(inside),
    band: (s.band ?? []).filter(inside),
    thin: (s.thin ?? []).map((line) => line.filter(inside)),
  }))
}

/**
 * Returns the values of lines and bands that the axis must include. A band is cut if it would stretch the axis too
 * much: on a logarithmic axis its low end can approach 0.
 */
export function yExtent(series: readonly LineSeries[], kind: ScaleKind): [number, number] | null {
  const lines = series.flatMap((s) => [...s.points, ...(s.thin ?? []).flat()]).map((p) => p.y)
  const bands = kind === 'log' ? [] : series.flatMap((s) => (s.band ?? []).flatMap((b) => [b.low, b.high]))
  return extentOf([...lines, ...bands], kind)
}

export function linePath(points: readonly Point[], x: Scale, y: Scale, kind: ScaleKind): string {
  const draw = line<Point>()
    .defined((p) => drawable(p.y, kind))
    .x((p) => x(p.x))
    .y((p) => y(p.y ?? 0))
    .digits(1)
  return draw(points) ?? ''
}

export function bandPath(band: readonly BandPoint[], x: Scale, y: Scale, kind: ScaleKind): string {
  const floor = y.domain[0]
  const draw = area<BandPoint>()
    .defined((b) => b.low !== null && Number.isFinite(b.low) && drawable(b.high, kind))
    .x((b) => x(b.x))
    .y0((b) => y(kind === 'log' ? Math.max(b.low ?? floor, floor) : (b.low ?? 0)))
    .y1((b) => y(b.high ?? 0))
    .digits(1)
  return draw(band) ?? ''
}

export interface EndLabel {
  id: string
  label: string
  color: string
  marker: MarkerShape
  /** Position of the line's last point, in px. */
  x: number
  y: number
  /** y of the label, moved apart from other labels. */
  labelY: number
  /** Whether the line ended in NaN. */
  broken: boolean
}

/** Returns each line's last drawable point, with labels at least `gap` px apart and inside top…bottom. */
export function endLabels(
  series: readonly LineSeries[],
  x: Scale,
  y: Scale,
  kind: ScaleKind,
  bounds: { top: number; bottom: number; gap: number },
): EndLabel[] {
  const ends = series.flatMap((s): EndLabel[] => {
    const last = s.points.findLast((p) => drawable(p.y, kind))
    if (!last) return []
    const at = y(last.y ?? 0)
    return [
      {
        id: s.id,
        label: s.label,
        color: s.color,
        marker: s.marker,
        x: x(last.x),
        y: at,
        labelY: at,
        broken: s.broken === true || Number.isNaN(s.points.at(-1)?.y),
      },
    ]
  })
  const labelled = ends.filter((e) => e.label !== '')
  const positions = spread(
    labelled.map((e) => e.y),
    bounds,
  )
  labelled.forEach((end, i) => (end.labelY = positions[i] ?? end.y))
  return ends
}

/** Returns positions at least `gap` apart and as near to the wanted ones as possible, inside top…bottom if they fit. */
export function spread(
  wanted: readonly number[],
  { top, bottom, gap }: { top: number; bottom: number; gap: number },
): number[] {
  // Overlapping neighbours become one block around their common mean; blocks are merged until none overlap.
  interface Block {
    members: number[]
    mean: number
  }
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const height = (block: Block): number => (block.members.length - 1) * gap
  const start = (block: Block): number =>
    Math.max(top, Math.min(block.mean - height(block) / 2, bottom - height(block)))
  const blocks: Block[] = []
  for (const member of order) {
    let block: Block = { members: [member], mean: wanted[member] ?? 0 }
    for (
      let previous = blocks.at(-1);
      previous && start(previous) + height(previous) + gap > start(block);
      previous = blocks.at(-1)
    ) {
      blocks.pop()
      const members = [...previous.members, ...block.members]
      block = {
        members,
        mean: (previous.mean * previous.members.length + block.mean * block.members.length) / members.length,
      }
    }
    blocks.push(block)
  }
  const placed = new Array<number>(wanted.length).fill(0)
  for (const block of blocks) block.members.forEach((member, i) => (placed[member] = start(block) + i * gap))
  return placed
}

/** Returns each line's best drawable point, the first if several are equal; none for lines of one or two points. */
export function bests(
  series: readonly LineSeries[],
  better: 'high' | 'low',
  kind: ScaleKind,
): { id: string; color: string; point: { x: number; y: number } }[] {
  return series.flatMap((s) => {
    const points = s.points.flatMap((p) => (drawable(p.y, kind) ? [{ x: p.x, y: p.y }] : []))
    if (points.length < 3) return []
    const point = points.reduce((best, p) => ((better === 'high' ? p.y > best.y : p.y < best.y) ? p : best))
    return [{ id: s.id, color: s.color, point }]
  })
}

/** Returns all x of the lines in ascending order, without duplicates: the positions of the cursor. */
export function stops(series: readonly LineSeries[]): number[] {
  return [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].sort((a, b) => a - b)
}

/** Returns the nearest of ascending values; null if there is none. */
export function nearest(values: readonly number[], to: number): number | null {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < to) low = middle + 1
    else high = middle
  }
  const after = values[low]
  const before = values[low - 1]
  if (after === undefined) return null
  return before !== undefined && to - before <= after - to ? before : after
}

/** Returns a series' value at a cursor position: undefined if it has no point there, null if that is a gap. */
export function valueAt(series: LineSeries, x: number): number | null | undefined {
  return series.points.find((p) => p.x === x)?.y
}
