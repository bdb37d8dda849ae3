/**
 * Measures how complementary a layer's filters are, in a few numbers per epoch: the coverage of the frequency plane and
 * the redundancy of the filters. Paper, section III-A and figure 2, which show it for one filter of one layer.
 */
import type { LayerSummary } from '../../contract/models/models'
import { expandFilters } from './banks'
import { symmetricEigenvalues } from './eigenvalues'
import { bandEdges, coverageOf, type LayerValues, type Plane } from './spectrum'

/** Number of filters that a layer applies, derived ones included. */
export interface LayerFigures {
  /**
   * Share of the frequency plane that at least one filter passes within 3 dB of its own peak, and the share of it that
   * two pass: `coverageOf`.
   */
  covered: number
  overlap: number
  /**
   * Mean absolute cosine over all pairs of filters as weight vectors: 0 if all are orthogonal, 1 if all are multiples
   * of one. Null for fewer than two filters, or if one is zero.
   */
  cosine: number | null
  /**
   * Effective rank: e to the entropy of the normalised singular values of the filters as rows (Roy & Vetterli 2007),
   * from 1 to the number of filters. Null if all are zero.
   */
  effectiveRank: number | null
  /** Number of filters, which limits the rank. */
  filters: number
}

/** Points per side of the plane on which a layer's coverage is counted, over one period. */
const points = 32

/**
 * @param layer its stored filters; the bank determines the filters that it applies
 * @returns null if a weight is not finite
 */
export function layerFigures(layer: LayerValues): LayerFigures | null {
  const { shape, values, bank } = layer
  if (!values.every(Number.isFinite)) return null
  const [rows, columns, inputs, stored] = shape
  const filters = stored * (bank?.length ?? 1)
  const weights = rows * columns * inputs
  const byWeight = Float64Array.from(expandFilters(values, shape, bank, [...Array(stored).keys()]))
  const byFilter = turned(byWeight, weights, filters)
  const products = productsOf(byFilter, filters, weights)
  return {
    ...coverageOf(
      Array.from({ length: filters }, (_, filter) =>
        rmsResponse(byFilter.subarray(filter * weights, (filter + 1) * weights), rows, columns, inputs),
      ),
      bandEdges[3],
    ),
    cosine: meanCosine(products, filters),
    // The smaller of the two Gram matrices has the same singular values except zeros: a depthwise filter has nine
    // weights.
    effectiveRank:
      weights < filters
        ? effectiveRank(productsOf(byWeight, weights, filters), weights)
        : effectiveRank(products, filters),
    filters,
  }
}

/** Transposes [rows, columns]. */
function turned(values: Float64Array, rows: number, columns: number): Float64Array {
  const moved = new Float64Array(values.length)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) moved[c * rows + r] = values[r * columns + c] as number
  return moved
}

/**
 * Returns the dot product of every pair of vectors, [count, count].
 * @param vectors [count, length]
 */
function productsOf(vectors: Float64Array, count: number, length: number): Float64Array {
  const products = new Float64Array(count * count)
  const put = (i: number, j: number, product: number): void => {
    products[i * count + j] = product
    products[j * count + i] = product
  }
  const product = (i: number, j: number): number => {
    let sum = 0
    for (let k = 0; k < length; k++) sum += (vectors[i * length + k] as number) * (vectors[j * length + k] as number)
    return sum
  }
  // In blocks of two by two, which halves the reads: most of the time of VGG-16's wide layers is spent here.
  for (let i = 0; i < count; i += 2)
    for (let j = i; j < count; j += 2) {
      if (i + 1 === count || j + 1 === count) {
        for (let p = i; p < Math.min(i + 2, count); p++)
          for (let q = j; q < Math.min(j + 2, count); q++) put(p, q, product(p, q))
        continue
      }
      const a = i * length
      const c = j * length
      let ac = 0
      let ad = 0
      let bc = 0
      let bd = 0
      for (let k = 0; k < length; k++) {
        const x = vectors[a + k] as number
        const y = vectors[a + length + k] as number
        const z = vectors[c + k] as number
        const w = vectors[c + length + k] as number
        ac += x * z
        ad += x * w
        bc += y * z
        bd += y * w
      }
      put(i, j, ac)
      put(i, j + 1, ad)
      put(i + 1, j, bc)
      put(i + 1, j + 1, bd)
    }
  return products
}

function meanCosine(products: Float64Array, count: number): number | null {
  let sum = 0
  let pairs = 0
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      sum +=
        Math.abs(products[i * count + j] as number) /
        Math.sqrt((products[i * count + i] as number) * (products[j * count + j] as number))
      pairs++
    }
  return pairs > 0 && Number.isFinite(sum) ? Math.min(1, sum / pairs) : null
}

/** Returns singular values as roots of the eigenvalues of the Gram matrix, which is overwritten. */
function effectiveRank(products: Float64Array, size: number): number | null {
  // Rounding can give tiny negative eigenvalues instead of 0.
  const singular = symmetricEigenvalues(products, size).map((value) => Math.sqrt(Math.max(0, value)))
  const total = singular.reduce((sum, value) => sum + value, 0)
  if (!(total > 0)) return null
  return Math.exp(
    -singular.reduce(
      (entropy, value) => (value > 0 ? entropy + (value / total) * Math.log(value / total) : entropy),
      0,
    ),
  )
}

/**
 * Returns |H(u, v)| as the root mean square over input channels, as `filterPlane`, from the autocorrelation of the
 * taps: Σ_c |H_c|² = Σ over displacements of the taps' products times a cosine. In deep layers it is a hundred times
 * faster. `filterPlane` is kept for drawing: near zeros of the response this sum loses the last digits (1e-8 of the
 * peak).
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
  // Weights are real: |H(−u, −v)| = |H(u, v)|, so the lower half of the plane is the upper half rotated.
  const half = (points / 2 + 1) * points
  for (let i = 0; i < half; i++) {
    let power = 0
    for (let d = 0; d < places.count; d++)
      power += (correlation[d] as number) * (places.cosines[i * places.count + d] as number)
    plane[i] = Math.sqrt(Math.max(0, power) / inputs)
  }
  for (let i = half; i < plane.length; i++) {
    const u = i % points
    plane[i] = plane[(points - Math.floor(i / points)) * points + ((points - u) % points)] as number
  }
  return plane
}

interface Displacements {
  /** Displacement from a tap to an earlier one; opposite displacements are the same. */
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
      cosines[i * numbers.size + d] = Math.cos(
        (2 * Math.PI * (((i % points) - points / 2) * x + (Math.floor(i / points) - points / 2) * y)) / points,
      )
  }
  const all = { of, count: numbers.size, cosines }
  known.set(key, all)
  return all
}

/** Estimates the multiplications of `layerFigures`: products of pairs, responses, eigenvalues. */
export function figuresCost({ kernel, in: inputs, groups, out }: LayerSummary): number {
  const weights = (kernel[0] * kernel[1] * inputs) / groups
  return (out * out * weights) / 2 + (out * points * points * 13) / 2 + (4 / 3) * Math.min(out, weights) ** 3
}

/** Returns whether a layer has figures: a 1 × 1 kernel passes all frequencies equally. */
export function hasFigures({ kernel }: Pick<LayerSummary, 'kernel'>): boolean {
  return kernel[0] > 1
}
