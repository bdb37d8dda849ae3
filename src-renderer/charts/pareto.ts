/** Value against cost: which points nothing cheaper reaches. Pure. */
import type { MarkerShape } from './markers'

export interface CostPoint {
  id: string
  /** The network and variant in words. */
  label: string
  color: string
  marker: MarkerShape
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
