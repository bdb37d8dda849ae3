import { describe, expect, it } from 'vitest'
import { bankTable, signBank } from './banks'
import {
  bankKernelsOf,
  convolve,
  convolveChannels,
  featureMaps,
  productsAt,
  type Activation,
  type Kernels,
} from './convolution'
import { bankKernels } from './filterBank'

const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from(
    { length: count },
    (_, i) => Math.sin(seed + 1.7 * i) + (i % 5 === 0 ? -Math.sin(seed + 1.7 * i) : 0),
  )
const picture = (height: number, width: number, channels: number): Activation => ({
  height,
  width,
  channels,
  values: numbers(height * width * channels, 0.3),
})

/** An independent computation: reads every pixel from a padded copy. */
function padded(input: Activation, { shape, values }: Kernels, stride: number): number[] {
  const [rows, columns, inputs, out] = shape
  const grid = Array.from({ length: input.height + 2 }, (_, y) =>
    Array.from({ length: input.width + 2 }, (_, x) =>
      Array.from({ length: inputs }, (_, c) =>
        y === 0 || x === 0 || y > input.height || x > input.width
          ? 0
          : (input.values[((y - 1) * input.width + x - 1) * inputs + c] ?? NaN),
      ),
    ),
  )
  const result: number[] = []
  for (let y = 0; y < input.height; y += stride)
    for (let x = 0; x < input.width; x += stride)
      for (let o = 0; o < out; o++) {
        let sum = 0
        for (let s = 0; s < rows; s++)
          for (let r = 0; r < columns; r++)
            for (let c = 0; c < inputs; c++)
              sum += (grid[y + s]?.[x + r]?.[c] ?? NaN) * (values[((s * columns + r) * inputs + c) * out + o] ?? NaN)
        result.push(sum)
      }
  return result
}

it.each([1, 2])('sums at stride %d the padded image times the kernel over each window', (stride) => {
  const input = picture(6, 8, 3)
  const kernels: Kernels = { shape: [3, 3, 3, 5], values: numbers(135, 2) }
  const output = convolve(input, kernels, stride)
  expect([output.height, output.width, output.channels]).toEqual([6 / stride, 8 / stride, 5])
  const expected = padded(input, kernels, stride)
  output.values.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 5))
  for (const [x, y] of [
    [0, 0],
    [1, 2],
    [output.width - 1, output.height - 1],
  ] as const) {
    const sum = [0, 1, 2]
      .flatMap((c) => productsAt(input, kernels, stride, 4, c, x, y))
      .reduce((total, { pixel, weight }) => total + pixel * weight, 0)
    expect(sum).toBeCloseTo(output.values[(y * output.width + x) * 5 + 4] ?? NaN, 5)
  }
})

it('returns the kernels of a bank band by band', () => {
  const layer = { shape: [3, 3, 2, 3] as const, values: numbers(54, 1), bank: signBank }
  const { shape, values } = bankKernelsOf(layer, [2, 0])
  expect(shape).toEqual([3, 3, 2, 8])
  for (const [i, filter] of [2, 0].entries())
    for (const [band, kernel] of bankKernels(layer.values, layer.shape, filter, layer.bank).entries())
      kernel.forEach((row, s) =>
        row.forEach((pixel, r) =>
          pixel.forEach((weight, c) => expect(values[((s * 3 + r) * 2 + c) * 8 + band * 2 + i]).toBe(weight)),
        ),
      )
  expect(bankKernelsOf({ ...layer, bank: null }, [1]).shape).toEqual([3, 3, 2, 1])
})

describe('feature maps of a base filter', () => {
  it.each([1, 2])('equal the channels that its bands produce in the whole layer, at stride %d', (stride) => {
    const input = picture(6, 8, 3)
    const layer = { shape: [3, 3, 3, 2] as const, values: numbers(54, 4), bank: signBank }
    const whole = convolve(input, bankKernelsOf(layer, [0, 1]), stride)
    const maps = featureMaps({ ...layer, stride, depthwise: false }, 1, input)
    expect([maps.height, maps.width]).toEqual([whole.height, whole.width])
    for (const [band, { plane, channel }] of maps.bands.entries()) {
      expect(channel).toBeNull()
      plane.forEach((value, i) => expect(value).toBe(whole.values[i * 8 + band * 2 + 1]))
    }
  })

  // The independent way: the trained network's own depthwise convolution, all channels at once.
  it.each([
    [1, signBank],
    [2, bankTable('rotations')],
    [1, null],
  ] as const)('cover in a depthwise layer only the channel that each band reads, at stride %d', (stride, bank) => {
    const base = 3
    const channels = base * (bank?.length ?? 1)
    const input = picture(6, 8, channels)
    const layer = { shape: [3, 3, 1, base] as const, values: numbers(9 * base, 4), bank }
    const whole = convolveChannels(input, bankKernelsOf(layer, [0, 1, 2]), stride)
    const seen = new Set<number>()
    for (let filter = 0; filter < base; filter++) {
      const maps = featureMaps({ ...layer, stride, depthwise: true }, filter, input)
      expect([maps.height, maps.width, maps.bands.length]).toEqual([whole.height, whole.width, channels / base])
      for (const [band, { input: own, channel, plane }] of maps.bands.entries()) {
        expect(own.values).toHaveLength(48)
        expect(plane).toHaveLength(whole.height * whole.width)
        plane.forEach((value, i) => expect(value).toBe(whole.values[i * channels + (channel ?? NaN)]))
        const sum = productsAt(own, maps.kernels, stride, band, 0, 2, 1).reduce(
          (total, { pixel, weight }) => total + pixel * weight,
          0,
        )
        expect(sum).toBeCloseTo(plane[maps.width + 2] ?? NaN, 5)
        seen.add(channel ?? NaN)
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([...Array(channels).keys()])
  })
})
