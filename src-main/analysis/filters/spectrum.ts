/**
 * Frequency responses as planes, and figures of them: how much of the frequency plane filters cover, how much they
 * overlap, how similar they are. Paper, section III-A, equations 1–4 and figure 2: there the plane is divided among the
 * four filters of a bank; here the division is measured.
 * A plane has |H(u, v)| on a grid of size × size over one period, row by row (v down, u across), at the frequencies of
 * `frequencyAt`. Every point represents the same share of the plane.
 */
import { expandFilters, isSignBank, type BankTable } from './banks'
import { zeroIndex, type KernelShape } from './filterBank'

export type Plane = Float64Array

/** A layer's stored filters: `values` laid out as `shape`. */
export interface LayerValues {
  shape: KernelShape
  values: Float32Array
  /** Null for a plain layer. */
  bank: BankTable | null
}

/** Edges of a band, relative to the filter's peak. −3 dB is half the power, −6 dB half the magnitude. */
export const bandEdges = { 3: Math.SQRT1_2, 6: 0.5 } as const
export type BandEdge = keyof typeof bandEdges

interface Turns {
  cos: Float64Array
  sin: Float64Array
}
const tables = new Map<number, Turns>()

/** One table entry for u and u + 2π, so that a roll of a plane is exact. */
function turnsOf(size: number): Turns {
  let table = tables.get(size)
  if (!table) {
    const angle = (k: number): number => (2 * Math.PI * k) / size
    table = {
      cos: Float64Array.from({ length: size }, (_, k) => Math.cos(angle(k))),
      sin: Float64Array.from({ length: size }, (_, k) => Math.sin(angle(k))),
    }
    tables.set(size, table)
  }
  return table
}

const at = (values: Float64Array | Float32Array, index: number): number => values[index] as number

/**
 * Returns |H(u, v)| of one stored filter: for one input channel, or the root mean square over several.
 * @param channels input channels from 0, at least one
 */
export function filterPlane(
  { shape, values }: Pick<LayerValues, 'shape' | 'values'>,
  filter: number,
  channels: readonly number[],
  size: number,
): Plane {
  const [rows, columns, inputs, filters] = shape
  const { cos, sin } = turnsOf(size)
  const zero = zeroIndex(size)
  const power = new Float64Array(size * size)
  const re = new Float64Array(rows * size)
  const im = new Float64Array(rows * size)
  for (const channel of channels) {
    re.fill(0)
    im.fill(0)
    for (let s = 0; s < rows; s++)
      for (let r = 0; r < columns; r++) {
        const h = at(values, ((s * columns + r) * inputs + channel) * filters + filter)
        for (let u = 0; u < size; u++) {
          const k = ((((u - zero) * r) % size) + size) % size
          re[s * size + u] = at(re, s * size + u) + h * at(cos, k)
          im[s * size + u] = at(im, s * size + u) - h * at(sin, k)
        }
      }
    for (let v = 0; v < size; v++)
      for (let u = 0; u < size; u++) {
        let a = 0
        let b = 0
        for (let s = 0; s < rows; s++) {
          const k = ((((v - zero) * s) % size) + size) % size
          const x = at(re, s * size + u)
          const y = at(im, s * size + u)
          a += x * at(cos, k) + y * at(sin, k)
          b += y * at(cos, k) - x * at(sin, k)
        }
        power[v * size + u] = at(power, v * size + u) + a * a + b * b
      }
  }
  for (let i = 0; i < power.length; i++) power[i] = Math.sqrt(at(power, i) / channels.length)
  return power
}

/**
 * Returns H(u − π, v), H(u, v − π) or both: equations 2 to 4. `size` must be even, so that π is an integer number of
 * points.
 */
export function shifted(plane: Plane, size: number, inU: boolean, inV: boolean): Plane {
  const half = size / 2
  const moved = new Float64Array(plane.length)
  for (let v = 0; v < size; v++) {
    const row = (inV ? (v + half) % size : v) * size
    for (let u = 0; u < size; u++) moved[v * size + u] = at(plane, row + (inU ? (u + half) % size : u))
  }
  return moved
}

/**
 * Returns the planes of a base filter's bands, h1 and so on; for a plain layer the filter's own plane. The planes of
 * the paper's bank are exact rolls of one (equations 2–4); those of others are computed one by one.
 */
export function bankPlanes(layer: LayerValues, filter: number, channels: readonly number[], size: number): Plane[] {
  const { shape, values, bank } = layer
  if (bank === null || isSignBank(bank)) {
    const own = filterPlane(layer, filter, channels, size)
    return bank === null
      ? [own]
      : [own, shifted(own, size, true, false), shifted(own, size, false, true), shifted(own, size, true, true)]
  }
  const expanded = {
    shape: [shape[0], shape[1], shape[2], bank.length] as const,
    values: expandFilters(values, shape, bank, [filter]),
  }
  return bank.map((_, band) => filterPlane(expanded, band, channels, size))
}

/** Returns the planes of all filters that a layer applies, bank by bank. */
export function layerPlanes(layer: LayerValues, channels: readonly number[], size: number): Plane[] {
  return Array.from({ length: layer.shape[3] }, (_, filter) => bankPlanes(layer, filter, channels, size)).flat()
}

/** Returns the largest value of a plane. */
export function peakOf(plane: Plane): number {
  let peak = 0
  for (const value of plane) if (value > peak) peak = value
  return peak
}

export interface Coverage {
  /** Share of points that at least one filter passes: 0 to 1. */
  covered: number
  /** Share of the covered points that at least two filters pass: 0 to 1; 0 if nothing is covered. */
  overlap: number
}

/**
 * A filter passes a frequency if its magnitude there is at least `edge` times its own peak. Figure 2 marks responses
 * above zero in gray; the response of a 3 × 3 kernel is zero almost nowhere, so that a band needs an edge. A zero
 * filter passes nothing.
 * @param edge 0 to 1, as `bandEdges`
 */
export function coverageOf(planes: readonly Plane[], edge: number): Coverage {
  const points = planes[0]?.length ?? 0
  const passing = new Uint16Array(points)
  for (const plane of planes) {
    const peak = peakOf(plane)
    if (!(peak > 0)) continue
    for (let i = 0; i < points; i++) if (at(plane, i) >= edge * peak) passing[i] = (passing[i] as number) + 1
  }
  let one = 0
  let more = 0
  for (const count of passing) {
    if (count > 0) one++
    if (count > 1) more++
  }
  return { covered: points === 0 ? 0 : one / points, overlap: one === 0 ? 0 : more / one }
}

/**
 * Returns the cosine of two planes as vectors: Σ |A||B| / √(Σ |A|² Σ |B|²), 0 to 1 as magnitudes are not negative; NaN
 * if one is zero everywhere.
 */
export function cosineOf(a: Plane, b: Plane): number {
  let product = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    const x = at(a, i)
    const y = at(b, i)
    product += x * y
    aa += x * x
    bb += y * y
  }
  return product / Math.sqrt(aa * bb)
}

/**
 * Returns the mean cosine over all pairs of absolute responses |H|: 1 if all responses are equal up to scale (phase
 * ignored), near 0 if each filter has its own part of the plane.
 * @returns null for fewer than two filters, or if one of them is zero everywhere
 */
export function likenessOf(planes: readonly Plane[]): number | null {
  // Normalised once, so that a pair's cosine is the dot product.
  const units = planes.map((plane) => {
    const length = Math.sqrt(plane.reduce((total, value) => total + value * value, 0))
    return plane.map((value) => value / length)
  })
  let sum = 0
  let pairs = 0
  for (const [i, a] of units.entries())
    for (let j = i + 1; j < units.length; j++) {
      const b = units[j] as Plane
      for (let k = 0; k < a.length; k++) sum += at(a, k) * at(b, k)
      pairs++
    }
  return pairs === 0 || !Number.isFinite(sum) ? null : sum / pairs
}

/**
 * Returns for each band in turn the most similar candidate (`cosineOf`) that is not assigned yet: the filters of a
 * plain layer that correspond to a bank.
 * @returns indices of `candidates`, one per band; fewer if there are not enough
 */
export function nearestTo(bank: readonly Plane[], candidates: readonly Plane[]): number[] {
  const taken: number[] = []
  for (const band of bank) {
    let best = -1
    let likest = -Infinity
    for (const [i, candidate] of candidates.entries()) {
      const cosine = taken.includes(i) ? NaN : cosineOf(band, candidate)
      if (cosine > likest) {
        best = i
        likest = cosine
      }
    }
    if (best >= 0) taken.push(best)
  }
  return taken
}

/** Returns a magnitude relative to a peak in decibels, 20 log10(value / peak), at least `floor`. */
export function decibels(value: number, peak: number, floor = -Infinity): number {
  return peak > 0 ? Math.max(floor, 20 * Math.log10(value / peak)) : floor
}
