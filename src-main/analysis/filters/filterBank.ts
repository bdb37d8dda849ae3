/** Filter banks and their frequency responses. Paper, section III-A, equations 1–4. */
import { WorkbenchError } from '../../contract/errors'
import type { BankTable } from './banks'

/** [rows, columns, in, filters], TensorFlow's layout of kernels. */
export type KernelShape = readonly [rows: number, columns: number, inputs: number, filters: number]
/** [row][column][in] */
export type Kernel = number[][][]
/** |H(u, v)| as [v][u][in] */
export type Response = number[][][]

/**
 * Returns one filter of a layer.
 * @param values laid out as `shape`
 * @throws WorkbenchError not-found if the layer has no such filter, internal if values and shape disagree
 */
export function filterKernel(values: Float32Array, shape: KernelShape, filter: number): Kernel {
  const [rows, columns, inputs, filters] = shape
  if (values.length !== rows * columns * inputs * filters)
    throw new WorkbenchError('internal', `A kernel of shape ${shape.join(' × ')} can't have ${values.length} values.`)
  if (!Number.isInteger(filter) || filter < 0 || filter >= filters)
    throw new WorkbenchError('not-found', `There is no filter ${filter}: this layer has ${filters}, numbered from 0.`, {
      field: 'filter',
    })
  return Array.from({ length: rows }, (_, s) =>
    Array.from({ length: columns }, (_, r) =>
      Array.from({ length: inputs }, (_, c) => values[((s * columns + r) * inputs + c) * filters + filter] ?? NaN),
    ),
  )
}

/**
 * Returns the filters of one base filter's bank; the paper's bank has h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 =
 * (−1)^(r+s) h. For a plain layer (null), the filter itself.
 * @param base the layer's base filters, laid out as `shape`
 * @returns [band][row][column][in]
 * @throws WorkbenchError as `filterKernel` does
 */
export function bankKernels(
  base: Float32Array,
  shape: KernelShape,
  filter: number,
  bank: BankTable | null,
): number[][][][] {
  const kernel = filterKernel(base, shape, filter)
  if (bank === null) return [kernel]
  const flat = kernel.flat()
  return bank.map((sources) =>
    kernel.map((row, s) =>
      row.map((pixel, r) => {
        const source = sources[s * row.length + r] ?? 0
        return source === 0
          ? pixel.map(() => 0)
          : (flat[Math.abs(source) - 1] ?? pixel).map((value) => Math.sign(source) * value)
      }),
    ),
  )
}

/** Index of frequency 0 on a centred grid. */
export function zeroIndex(size: number): number {
  return Math.floor(size / 2)
}

/** Returns the angular frequency at an index of a centred grid, in [−π, π): 2π (index − ⌊size / 2⌋) / size. */
export function frequencyAt(index: number, size: number): number {
  return (2 * Math.PI * (index - zeroIndex(size))) / size
}

/**
 * Returns |H(u, v)| = |Σ h(r, s) e^(−j(ur + vs))| for each input channel, r the column and s the row: the discrete
 * Fourier transform of the kernel, padded to size × size, with frequency 0 moved to the centre.
 * @param kernel [row][column][in]
 * @param size points per side; with an even size, adding π to a frequency is a roll by size / 2
 * @returns [v][u][in], frequencies as `frequencyAt`
 */
export function responseMagnitude(kernel: Kernel, size: number): Response {
  const inputs = kernel[0]?.[0]?.length ?? 0
  const columns = kernel[0]?.length ?? 0
  const planes = Array.from({ length: inputs }, (_, c) => planeMagnitude(kernel, columns, c, size))
  return Array.from({ length: size }, (_, v) =>
    Array.from({ length: size }, (_, u) => planes.map((plane) => plane[v * size + u] ?? NaN)),
  )
}

/** Transforms row by row, then column by column: cheaper than a padded FFT for a small kernel. */
function planeMagnitude(kernel: Kernel, columns: number, channel: number, size: number): Float64Array {
  const turn = turns(size)
  const zero = zeroIndex(size)
  const rowwise = kernel.map((row) => {
    const values = Array.from({ length: columns }, (_, r) => row[r]?.[channel] ?? NaN)
    return Array.from({ length: size }, (_, u) => {
      let re = 0
      let im = 0
      for (const [r, h] of values.entries()) {
        const [cos, sin] = turn((u - zero) * r)
        re += h * cos
        im -= h * sin
      }
      return [re, im] as const
    })
  })
  const magnitude = new Float64Array(size * size)
  for (let v = 0; v < size; v++) {
    const turned = rowwise.map((row, s) => [row, turn((v - zero) * s)] as const)
    for (let u = 0; u < size; u++) {
      let re = 0
      let im = 0
      for (const [row, [cos, sin]] of turned) {
        const [a, b] = row[u] ?? [NaN, NaN]
        re += a * cos + b * sin
        im += b * cos - a * sin
      }
      magnitude[v * size + u] = Math.hypot(re, im)
    }
  }
  return magnitude
}

/**
 * Returns cosine and sine of `size` equal parts of a circle: u + 2π and u are the same table entry, so a roll is exact.
 */
function turns(size: number): (steps: number) => readonly [cos: number, sin: number] {
  const table = Array.from({ length: size }, (_, k) => {
    const angle = (2 * Math.PI * k) / size
    return [Math.cos(angle), Math.sin(angle)] as const
  })
  return (steps) => table[((steps % size) + size) % size] ?? [NaN, NaN]
}

/** Returns one input channel of a kernel or a response: [row][column] or [v][u]. */
export function channelPlane(values: readonly (readonly (readonly number[])[])[], channel: number): number[][] {
  return values.map((row) => row.map((pixel) => pixel[channel] ?? NaN))
}

/** Returns a response over all channels as one plane [v][u]: the root mean square. */
export function rmsPlane(response: Response): number[][] {
  return response.map((row) => row.map((pixel) => Math.sqrt(pixel.reduce((sum, x) => sum + x * x, 0) / pixel.length)))
}

/** Returns the largest absolute value in nested arrays; 0 if there is none. */
export function maxAbsolute(values: NestedNumbers): number {
  let max = 0
  for (const value of values) max = Math.max(max, typeof value === 'number' ? Math.abs(value) : maxAbsolute(value))
  return max
}
export type NestedNumbers = readonly (number | NestedNumbers)[]

/**
 * Returns the input channels worth drawing: all of an image's up to three, or in a deep layer the one with the largest
 * weight.
 */
export function strongestChannels(kernel: Kernel): number[] {
  const channels = [...(kernel[0]?.[0] ?? []).keys()]
  if (channels.length <= 3) return channels
  const weights = channels.map((c) => maxAbsolute(channelPlane(kernel, c)))
  return [weights.indexOf(Math.max(...weights))]
}
