/**
 * How complementary a layer's filters are, in a handful of numbers that can be followed over training: what they cover of
 * the frequency plane, and how much of what they say is said twice. Paper, section III-A and figure 2, which show it for
 * one filter of one layer.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { LayerSummary } from '../contract/records'
import { expandFilters } from './banks'
import { bandEdges, coverageOf, type LayerValues, type Plane } from './spectrum'

/** Of the filters that a layer applies, derived ones included. */
export interface LayerFigures {
  /** Share of the frequency plane that at least one filter passes within 3 dB of its own peak, and of that the share that two pass: `coverageOf`. */
  covered: number
  overlap: number
  /** Mean absolute cosine over all pairs of filters as vectors of their weights: 0 where all are orthogonal, 1 where all are one but for a factor. Null under two filters or where one is zero. */
  cosine: number | null
  /** e to the entropy of the normalised singular values of the filters as rows (Roy & Vetterli 2007): 1 to the number of filters. Null where all are zero. */
  effectiveRank: number | null
  /** Filters, of which the rank is at most as many. */
  filters: number
}

/** Points a side of the plane on which a layer's coverage is counted, over one period. */
const points = 32

/**
 * @param layer its stored filters; what it applies follows from its bank
 * @returns null where a weight is not a finite number
 */
export function layerFigures(layer: LayerValues): LayerFigures | null {
  const { shape, values, bank } = layer
  if (!values.every(Number.isFinite)) return null
  const [rows, columns, inputs, stored] = shape
  const filters = stored * (bank?.length ?? 1)
  const expanded = expandFilters(values, shape, bank, [...Array(stored).keys()])
  const vectors = Array.from({ length: filters }, (_, filter) => Float64Array.from({ length: rows * columns * inputs }, (_, i) => expanded[i * filters + filter] ?? NaN))
  const products = productsOf(vectors)
  return {
    ...coverageOf(vectors.map((vector) => rmsResponse(vector, rows, columns, inputs)), bandEdges[3]),
    cosine: meanCosine(products),
    // The same singular values, but for zeros, of the smaller of two matrices: a depthwise filter has nine weights.
    effectiveRank: effectiveRank(rows * columns * inputs < filters ? productsOf(turned(vectors)) : products),
    filters,
  }
}

function turned(vectors: readonly Float64Array[]): Float64Array[] {
  return Array.from(vectors[0] ?? [], (_, i) => Float64Array.from(vectors, (vector) => vector[i] ?? NaN))
}

/** Every filter times every other. */
function productsOf(vectors: readonly Float64Array[]): number[][] {
  const products = vectors.map(() => new Array<number>(vectors.length).fill(0))
  for (const [i, a] of vectors.entries())
    for (let j = i; j < vectors.length; j++) {
      const b = vectors[j] as Float64Array
      let sum = 0
      for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
      ;(products[i] as number[])[j] = sum
      ;(products[j] as number[])[i] = sum
    }
  return products
}

function meanCosine(products: readonly (readonly number[])[]): number | null {
  let sum = 0
  let pairs = 0
  for (const [i, row] of products.entries())
    for (let j = i + 1; j < products.length; j++) {
      sum += Math.abs(row[j] ?? NaN) / Math.sqrt((row[i] ?? NaN) * (products[j]?.[j] ?? NaN))
      pairs++
    }
  return pairs > 0 && Number.isFinite(sum) ? Math.min(1, sum / pairs) : null
}

/** The squares of the singular values are the eigenvalues of the products. */
function effectiveRank(products: number[][]): number | null {
  const eigenvalues = new EigenvalueDecomposition(new Matrix(products), { assumeSymmetric: true }).realEigenvalues
  // Rounding leaves tiny negative ones where there is nothing.
  const singular = eigenvalues.map((value) => Math.sqrt(Math.max(0, value)))
  const total = singular.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return null
  return Math.exp(-singular.reduce((entropy, value) => (value > 0 ? entropy + (value / total) * Math.log(value / total) : entropy), 0))
}

/**
 * |H(u, v)| as the root of the mean square over input channels, as `filterPlane`, by the autocorrelation of the taps:
 * Σ_c |H_c|² = Σ over displacements of the taps' products times a cosine. Of deep layers it takes a hundredth of the time.
 * @param vector [rows · columns · inputs]
 */
export function rmsResponse(vector: Float64Array, rows: number, columns: number, inputs: number): Plane {
  const places = displacements(rows, columns)
  const correlation = new Float64Array(places.count)
  for (let t = 0; t < rows * columns; t++)
    for (let q = 0; q <= t; q++) {
      let sum = 0
      for (let c = 0; c < inputs; c++) sum += (vector[t * inputs + c] as number) * (vector[q * inputs + c] as number)
      const place = places.of[t * rows * columns + q] as number
      correlation[place] = (correlation[place] as number) + (t === q ? sum : 2 * sum)
    }
  const plane = new Float64Array(points * points)
  for (let i = 0; i < plane.length; i++) {
    let power = 0
    for (let d = 0; d < places.count; d++) power += (correlation[d] as number) * (places.cosines[i * places.count + d] as number)
    plane[i] = Math.sqrt(Math.max(0, power) / inputs)
  }
  return plane
}

interface Displacements {
  /** From one tap back to an earlier one; those that differ in direction only are one. */
  of: Uint8Array
  count: number
  /** [point][displacement] */
  cosines: Float64Array
}

const known = new Map<string, Displacements>()

function displacements(rows: number, columns: number): Displacements {
  const key = `${rows} ${columns}`
  const made = known.get(key)
  if (made) return made
  const taps = rows * columns
  const numbers = new Map<string, number>()
  const of = new Uint8Array(taps * taps)
  for (let t = 0; t < taps; t++)
    for (let q = 0; q <= t; q++) {
      const place = `${Math.floor(t / columns) - Math.floor(q / columns)} ${(t % columns) - (q % columns)}`
      if (!numbers.has(place)) numbers.set(place, numbers.size)
      of[t * taps + q] = numbers.get(place) ?? 0
    }
  const cosines = new Float64Array(points * points * numbers.size)
  for (const [place, d] of numbers) {
    const [y = 0, x = 0] = place.split(' ').map(Number)
    for (let i = 0; i < points * points; i++)
      cosines[i * numbers.size + d] = Math.cos((2 * Math.PI * (((i % points) - points / 2) * x + (Math.floor(i / points) - points / 2) * y)) / points)
  }
  const all = { of, count: numbers.size, cosines }
  known.set(key, all)
  return all
}

/** Multiplications that `layerFigures` takes, roughly: products of pairs, responses, eigenvalues. */
export function figuresCost({ kernel, in: inputs, groups, out }: LayerSummary): number {
  const weights = (kernel[0] * kernel[1] * inputs) / groups
  return (out * out * weights) / 2 + out * points * points * 13 + 10 * Math.min(out, weights) ** 3
}

/** Whether a layer has figures: a 1 × 1 kernel passes every frequency alike. */
export function hasFigures({ kernel }: Pick<LayerSummary, 'kernel'>): boolean {
  return kernel[0] > 1
}
