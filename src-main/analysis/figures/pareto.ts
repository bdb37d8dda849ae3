/** Value against cost: Pareto-optimal points and their labels. Pure. */
import { markerPath, type MarkerShape } from './markers'
import { extentOf, niceScale, rounded, type Scale } from './scale'

export interface CostPoint {
  id: string
  /** The network and variant in words. */
  label: string
  color: string
  marker: MarkerShape
  /** Common label of several points, written once next to them: the network. */
  group: string
  /** Cost, such as trainable parameters; above 0. */
  cost: number
  value: number
  /** Ends of the error bar; null for none. */
  error: readonly [number, number] | null
}

/** Returns the points that no other point beats at the same or a lower cost, cheapest first. */
export function paretoFront<T extends Pick<CostPoint, 'cost' | 'value'>>(points: readonly T[]): T[] {
  const front: T[] = []
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.value - a.value))
    if (front.length === 0 || point.value > (front.at(-1)?.value ?? -Infinity)) front.push(point)
  return front
}

/** Places each group's name where it fits: next to its highest point, at the right end or at the base line. In px. */
export function placedNames(
  points: readonly CostPoint[],
  x: (cost: number) => number,
  y: (value: number) => number,
): { id: string; text: string; x: number; y: number }[] {
  return labelsWithRoom(
    groupLabels(points).map((p) => ({ id: p.id, text: p.group, x: x(p.cost) - 9, y: y(p.error?.[1] ?? p.value) - 6 })),
  )
}

/** The shapes of a Pareto chart, which the window and figures for print draw alike; in px. */
export interface ParetoLayout {
  x: Scale
  y: Scale
  /** Ids of the points that no other point beats. */
  inFront: ReadonlySet<string>
  /** Path through them; null if there is only one. */
  frontPath: string | null
  points: { point: CostPoint; path: string; errorPath: string | null }[]
  names: { id: string; text: string; x: number; y: number }[]
}

/**
 * @param box the plotting area in px
 * @param costTicks wanted on the x axis
 */
export function paretoLayout(
  points: readonly CostPoint[],
  box: { left: number; right: number; top: number; bottom: number },
  costTicks: number,
): ParetoLayout {
  const costs = extentOf(
    points.map(({ cost }) => cost),
    'log',
  )
  const x = niceScale('log', costs && [costs[0] / 1.08, costs[1] * 1.08], [box.left, box.right], costTicks)
  const values = extentOf(points.flatMap(({ value, error }) => [value, ...(error ?? [])]))
  const y = niceScale('linear', values, [box.bottom, box.top], 5)
  const front = paretoFront(points)
  return {
    x,
    y,
    inFront: new Set(front.map(({ id }) => id)),
    frontPath:
      front.length > 1
        ? `M${front.map(({ cost, value }) => `${rounded(x(cost))} ${rounded(y(value))}`).join('L')}`
        : null,
    points: points.map((point) => ({
      point,
      path: markerPath(point.marker, rounded(x(point.cost)), rounded(y(point.value)), 4.4),
      errorPath:
        point.error && `M${rounded(x(point.cost))} ${rounded(y(point.error[0]))}V${rounded(y(point.error[1]))}`,
    })),
    names: placedNames(points, x, y),
  }
}

/** Returns the position of each group's name: at its highest point. */
export function groupLabels<T extends Pick<CostPoint, 'group' | 'value'>>(points: readonly T[]): T[] {
  const highest = new Map<string, T>()
  for (const point of points)
    if (point.value > (highest.get(point.group)?.value ?? -Infinity)) highest.set(point.group, point)
  return [...highest.values()]
}

/** Size of labels, in px: width of a character, height of a line. */
const character = 6
const line = 11

/**
 * Returns the labels that do not overlap an earlier one; the others are available from their points' descriptions.
 * @param labels each with its lower right corner, in px, in order of priority
 */
export function labelsWithRoom<T extends { text: string; x: number; y: number }>(labels: readonly T[]): T[] {
  const placed: T[] = []
  for (const label of labels) {
    const meets = (other: T): boolean =>
      Math.abs(label.y - other.y) < line &&
      label.x - label.text.length * character < other.x &&
      other.x - other.text.length * character < label.x
    if (!placed.some(meets)) placed.push(label)
  }
  return placed
}
