/** Value against cost: which points nothing cheaper reaches. Pure. */
import type { MarkerShape } from './markers'

export interface CostPoint {
  id: string
  /** The network and variant in words. */
  label: string
  color: string
  marker: MarkerShape
  /** What several points have in common, written once beside them: the network. */
  group: string
  /** Such as trainable parameters; above 0. */
  cost: number
  value: number
  /** Ends of the error bar; null for none. */
  error: readonly [number, number] | null
}

/** Those that no other point beats at the same or a lower cost, cheapest first. */
export function paretoFront<T extends Pick<CostPoint, 'cost' | 'value'>>(points: readonly T[]): T[] {
  const front: T[] = []
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.value - a.value))
    if (front.length === 0 || point.value > (front.at(-1)?.value ?? -Infinity)) front.push(point)
  return front
}

/** Each group's name where it has room, in px: beside its highest point, right end and base line. */
export function placedNames(
  points: readonly CostPoint[],
  x: (cost: number) => number,
  y: (value: number) => number,
): { id: string; text: string; x: number; y: number }[] {
  return labelsWithRoom(
    groupLabels(points).map((p) => ({ id: p.id, text: p.group, x: x(p.cost) - 9, y: y(p.error?.[1] ?? p.value) - 6 })),
  )
}

/** Where each group's name is written: at its highest point. */
export function groupLabels<T extends Pick<CostPoint, 'group' | 'value'>>(points: readonly T[]): T[] {
  const highest = new Map<string, T>()
  for (const point of points)
    if (point.value > (highest.get(point.group)?.value ?? -Infinity)) highest.set(point.group, point)
  return [...highest.values()]
}

/** Of a label, in px: a character's width, a line's height. */
const character = 6
const line = 11

/**
 * Labels that don't run into one before them; the others are left to the points' own words.
 * @param labels each with the place of its right lower end, in px; what comes first goes first
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
