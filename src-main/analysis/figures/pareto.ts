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
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.value - a.value)) if (front.length === 0 || point.value > (front.at(-1)?.value ?? -Infinity)) front.push(point)
  return front
}

/** Where each group's name is written: at its highest point. */
export function groupLabels<T extends Pick<CostPoint, 'group' | 'value'>>(points: readonly T[]): T[] {
  const highest = new Map<string, T>()
  for (const point of points) if (point.value > (highest.get(point.group)?.value ?? -Infinity)) highest.set(point.group, point)
  return [...highest.values()]
}
