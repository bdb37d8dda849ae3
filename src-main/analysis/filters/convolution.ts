/** Convolutions of one image, computed as the networks compute them. Pure. */
import { expandFilters } from './banks'
import type { KernelShape } from './filterBank'
import type { LayerValues } from './spectrum'

/** Values of one image, channels last: [height, width, channels], row by row. */
export interface Activation {
  height: number
  width: number
  channels: number
  values: Float32Array
}

/** A kernel to apply: [rows, columns, in, out]. */
export interface Kernels {
  shape: KernelShape
  values: Float32Array
}

/**
 * Returns the kernels of chosen base filters with all their bands, band-major: h1 of each, h2 of each, and so on. For a
 * plain layer, the filters themselves.
 */
export function bankKernelsOf(layer: LayerValues, filters: readonly number[]): Kernels {
  const { shape, values, bank } = layer
  const [rows, columns, inputs] = shape
  return {
    shape: [rows, columns, inputs, (bank?.length ?? 1) * filters.length],
    values: expandFilters(values, shape, bank, filters),
  }
}

/**
 * y(x, y) = Σ over s, r, c of kernel(s, r, c) · input(stride · y + s − pad, stride · x + r − pad, c), with zeros
 * outside of the image and pad = half of the kernel's side: the networks' convolution, which does not mirror the
 * kernel.
 * @returns [height / stride, width / stride, out]
 */
export function convolve(input: Activation, kernels: Kernels, stride: number): Activation {
  const [rows, columns, inputs, out] = kernels.shape
  const height = Math.ceil(input.height / stride)
  const width = Math.ceil(input.width / stride)
  const values = new Float32Array(height * width * out)
  const sums = new Float64Array(out)
  const padY = Math.floor(rows / 2)
  const padX = Math.floor(columns / 2)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      sums.fill(0)
      for (let s = 0; s < rows; s++) {
        const py = stride * y + s - padY
        if (py < 0 || py >= input.height) continue
        for (let r = 0; r < columns; r++) {
          const px = stride * x + r - padX
          if (px < 0 || px >= input.width) continue
          const pixel = (py * input.width + px) * inputs
          const weights = (s * columns + r) * inputs * out
          for (let c = 0; c < inputs; c++) {
            const value = input.values[pixel + c] as number
            // After a ReLU about half of the values are 0.
            if (value === 0) continue
            const from = weights + c * out
            for (let o = 0; o < out; o++) sums[o] = (sums[o] as number) + value * (kernels.values[from + o] as number)
          }
        }
      }
      values.set(sums, (y * width + x) * out)
    }
  return { height, width, channels: out, values }
}

/** `convolve` for depthwise layers: each filter sees its own channel. Kernels [rows, columns, 1, channels]. */
export function convolveChannels(input: Activation, { shape, values: weights }: Kernels, stride: number): Activation {
  const [rows, columns, , channels] = shape
  const height = Math.ceil(input.height / stride)
  const width = Math.ceil(input.width / stride)
  const values = new Float32Array(height * width * channels)
  const sums = new Float64Array(channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      sums.fill(0)
      for (let s = 0; s < rows; s++) {
        const py = stride * y + s - Math.floor(rows / 2)
        if (py < 0 || py >= input.height) continue
        for (let r = 0; r < columns; r++) {
          const px = stride * x + r - Math.floor(columns / 2)
          if (px < 0 || px >= input.width) continue
          const pixel = (py * input.width + px) * channels
          const tap = (s * columns + r) * channels
          for (let c = 0; c < channels; c++)
            sums[c] = (sums[c] as number) + (input.values[pixel + c] as number) * (weights[tap + c] as number)
        }
      }
      values.set(sums, (y * width + x) * channels)
    }
  return { height, width, channels, values }
}

/** The output of each band of a base filter, before normalisation. */
export interface FeatureMaps {
  /** The bank's filters, one per band. */
  kernels: Kernels
  bands: {
    /** The band's input: the layer's input or, in a depthwise layer, one channel of it. */
    input: Activation
    /** That channel, from 0; null for the complete input. */
    channel: number | null
    /** [height, width], row by row. */
    plane: Float32Array
  }[]
  height: number
  width: number
  stride: number
}

/**
 * @param depthwise whether each filter sees only its own channel, filter o channel o. Band k of base filter f is filter
 *   k · base filters + f, so the bands of one base filter see channels that are a band apart
 */
export function featureMaps(
  { stride, depthwise, ...layer }: LayerValues & { stride: number; depthwise: boolean },
  filter: number,
  input: Activation,
): FeatureMaps {
  const kernels = bankKernelsOf(layer, [filter])
  const [rows, columns, inputs, bands] = kernels.shape
  const all = depthwise ? null : convolve(input, kernels, stride)
  const made = Array.from({ length: bands }, (_, band) => {
    if (all) return { input, channel: null, plane: channelOf(all, band).values }
    const channel = band * layer.shape[3] + filter
    const seen = channelOf(input, channel)
    const kernel: Kernels = {
      shape: [rows, columns, inputs, 1],
      values: Float32Array.from({ length: rows * columns }, (_, tap) => kernels.values[tap * bands + band] ?? NaN),
    }
    return { input: seen, channel, plane: convolve(seen, kernel, stride).values }
  })
  return {
    kernels,
    bands: made,
    height: Math.ceil(input.height / stride),
    width: Math.ceil(input.width / stride),
    stride,
  }
}

/** Returns one channel as an image of its own. */
function channelOf({ height, width, channels, values }: Activation, channel: number): Activation {
  return {
    height,
    width,
    channels: 1,
    values: Float32Array.from({ length: height * width }, (_, i) => values[i * channels + channel] ?? NaN),
  }
}

/** One product of a sum: an input pixel times a weight. */
export interface Product {
  /** Column and row of the weight. */
  r: number
  s: number
  /** Position of the pixel in the input; outside of it the pixel is 0. */
  x: number
  y: number
  pixel: number
  weight: number
}

/**
 * Returns the terms of one value of `convolve`: the products over one input channel, row by row.
 * @param x column and `y` row of the value
 */
export function productsAt(
  input: Activation,
  { shape, values }: Kernels,
  stride: number,
  filter: number,
  channel: number,
  x: number,
  y: number,
): Product[] {
  const [rows, columns, inputs, out] = shape
  const products: Product[] = []
  for (let s = 0; s < rows; s++)
    for (let r = 0; r < columns; r++) {
      const px = stride * x + r - Math.floor(columns / 2)
      const py = stride * y + s - Math.floor(rows / 2)
      const inside = px >= 0 && px < input.width && py >= 0 && py < input.height
      const pixel = inside ? (input.values[(py * input.width + px) * inputs + channel] ?? NaN) : 0
      products.push({
        r,
        s,
        x: px,
        y: py,
        pixel,
        weight: values[((s * columns + r) * inputs + channel) * out + filter] ?? NaN,
      })
    }
  return products
}
