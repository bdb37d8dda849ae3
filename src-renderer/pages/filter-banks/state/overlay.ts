/**
 * Overlaid bands as in figure 2 of the paper: outlines of the passbands and positions of their labels. Pure.
 */
import { contours } from 'd3-contour'
import { bandEdges, peakOf, type BandEdge, type Plane } from '../../../../src-main/analysis/filters/spectrum'

/** Side of the drawing in its own units, from −π to π. */
export const drawingSide = 100

/**
 * Returns the outline of a plane's points of at least `edge` times its peak, as an SVG path on −π…π, closed outside.
 */
export function bandPath(plane: Plane, size: number, edge: BandEdge): string {
  const peak = peakOf(plane)
  if (!(peak > 0)) return ''
  // Adds one row and column, because the plane is periodic and its last sample is below π.
  const side = size + 1
  const wrapped = Array.from(
    { length: side * side },
    (_, i) => plane[(Math.floor(i / side) % size) * size + ((i % side) % size)] ?? 0,
  )
  const [shape] = contours()
    .size([side, side])
    .thresholds([bandEdges[edge] * peak])(wrapped)
  // d3 places the centre of the first sample at ½.
  const at = (sample: number): string => (((sample - 0.5) / size) * drawingSide).toFixed(2)
  return (shape?.coordinates ?? [])
    .flat()
    .map((ring) => `M${ring.map(([x, y]) => `${at(x ?? 0)} ${at(y ?? 0)}`).join('L')}Z`)
    .join('')
}

/**
 * Returns label positions, 0 to 100 across and down: at each plane's peak in the right half (the left half mirrors it),
 * with a distance between labels.
 */
export function labelPlaces(planes: readonly Plane[], size: number): { x: number; y: number }[] {
  const taken: { x: number; y: number }[] = []
  for (const plane of planes) {
    let best = -1
    let [column, row] = [size / 2, size / 2]
    for (let v = 0; v < size; v++)
      for (let u = size / 2; u <= size; u++) {
        const value = plane[v * size + (u % size)] ?? 0
        if (value > best + 1e-9) {
          best = value
          ;[column, row] = [u, v]
        }
      }
    const place = { x: clamp((column / size) * 100, 8, 92), y: clamp((row / size) * 100, 7, 93) }
    for (
      let tries = 0;
      tries < 8 && taken.some((other) => Math.abs(other.x - place.x) < 13 && Math.abs(other.y - place.y) < 9);
      tries++
    )
      place.y = place.y > 80 ? place.y - 34 : place.y + 10
    taken.push(place)
  }
  return taken
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
