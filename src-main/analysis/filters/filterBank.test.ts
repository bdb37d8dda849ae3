import { describe, expect, it } from 'vitest'
import { signBank } from './banks'
import {
  bankKernels,
  channelPlane,
  filterKernel,
  frequencyAt,
  maxAbsolute,
  responseMagnitude,
  rmsPlane,
  zeroIndex,
  type Kernel,
} from './filterBank'

/** Arbitrary numbers. */
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1 + 2.7 * i) + 0.1 * i)

/** |Σ h e^(−j(ur + vs))| term by term, at any real frequency. */
function magnitudeAt(kernel: Kernel, channel: number, u: number, v: number): number {
  let re = 0
  let im = 0
  for (const [s, row] of kernel.entries())
    for (const [r, pixel] of row.entries()) {
      const h = pixel[channel] ?? NaN
      re += h * Math.cos(u * r + v * s)
      im -= h * Math.sin(u * r + v * s)
    }
  return Math.hypot(re, im)
}

const constant = (rows: number, columns: number, value: number): Kernel =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => [value]))

describe('filterKernel and bankKernels', () => {
  it('read the order of TensorFlow: rows, columns, inputs, filters', () => {
    const base = Float32Array.from({ length: 2 * 3 * 2 * 4 }, (_, i) => i)
    expect(filterKernel(base, [2, 3, 2, 4], 1)).toEqual([
      [
        [1, 5],
        [9, 13],
        [17, 21],
      ],
      [
        [25, 29],
        [33, 37],
        [41, 45],
      ],
    ])
    const square = Float32Array.from({ length: 3 * 3 * 2 * 4 }, (_, i) => i)
    expect(bankKernels(square, [3, 3, 2, 4], 1, signBank)[3]).toEqual([
      [
        [1, 5],
        [-9, -13],
        [17, 21],
      ],
      [
        [-25, -29],
        [33, 37],
        [-41, -45],
      ],
      [
        [49, 53],
        [-57, -61],
        [65, 69],
      ],
    ])
    expect(bankKernels(base, [2, 3, 2, 4], 1, null)).toEqual([filterKernel(base, [2, 3, 2, 4], 1)])
  })

  it('reject a filter index beyond the layer, and values that do not match the shape', () => {
    expect(() => bankKernels(values(36), [3, 3, 1, 4], 4, signBank)).toThrow(
      'There is no filter 4: this layer has 4, numbered from 0.',
    )
    expect(() => filterKernel(values(36), [3, 3, 1, 4], -1)).toThrow('There is no filter -1')
    expect(() => filterKernel(values(36), [3, 3, 1, 4], 0.5)).toThrow('There is no filter 0.5')
    expect(() => filterKernel(values(35), [3, 3, 1, 4], 0)).toThrow(
      "A kernel of shape 3 × 3 × 1 × 4 can't have 35 values.",
    )
  })
})

describe('responseMagnitude', () => {
  it.each([8, 9, 64])('equals the Fourier sum at each frequency of a grid of side %i', (size) => {
    const kernel = filterKernel(values(3 * 4 * 2 * 2), [3, 4, 2, 2], 1)
    const response = responseMagnitude(kernel, size)
    for (const [v, row] of response.entries())
      for (const [u, pixel] of row.entries())
        for (const [c, magnitude] of pixel.entries())
          expect(magnitude).toBeCloseTo(magnitudeAt(kernel, c, frequencyAt(u, size), frequencyAt(v, size)), 12)
    expect([response.length, response[0]?.length, response[0]?.[0]?.length]).toEqual([size, size, 2])
  })

  it('has frequency 0 at index size / 2 and −π at index 0', () => {
    expect([zeroIndex(64), zeroIndex(9)]).toEqual([32, 4])
    expect(frequencyAt(32, 64)).toBe(0)
    expect(frequencyAt(0, 64)).toBe(-Math.PI)
    const sum = responseMagnitude(constant(3, 3, 0.5), 16)[8]?.[8]?.[0]
    expect(sum).toBeCloseTo(4.5, 12)
  })

  it.each([
    [3, 3],
    [3, 5],
    [1, 2],
  ])('of %i × %i ones is the product of two Dirichlet kernels', (rows, columns) => {
    const size = 32
    const dirichlet = (w: number, n: number): number =>
      w === 0 ? n : Math.abs(Math.sin((n * w) / 2) / Math.sin(w / 2))
    const response = responseMagnitude(constant(rows, columns, 1), size)
    for (let v = 0; v < size; v++)
      for (let u = 0; u < size; u++)
        expect(response[v]?.[u]?.[0]).toBeCloseTo(
          dirichlet(frequencyAt(u, size), columns) * dirichlet(frequencyAt(v, size), rows),
          10,
        )
  })

  it('preserves the energy (Parseval)', () => {
    const kernel = filterKernel(values(3 * 3 * 3 * 4), [3, 3, 3, 4], 2)
    const size = 16
    const response = responseMagnitude(kernel, size)
    for (const c of [0, 1, 2]) {
      const energy = channelPlane(kernel, c)
        .flat()
        .reduce((sum, h) => sum + h * h, 0)
      const spectrum = channelPlane(response, c)
        .flat()
        .reduce((sum, h) => sum + h * h, 0)
      expect(spectrum / size ** 2).toBeCloseTo(energy, 10)
    }
  })

  // Equations 1–4: H1 = H(u, v), H2 = H(u − π, v), H3 = H(u, v − π), H4 = H(u − π, v − π).
  it.each([
    [1, 0, 0],
    [2, 1, 0],
    [3, 0, 1],
    [4, 1, 1],
  ])('of band %i is that of the base filter, shifted by %i π in u and %i π in v', (band, pu, pv) => {
    const size = 32
    const shape = [3, 3, 3, 4] as const
    const bank = bankKernels(values(108), shape, 3, signBank)
    const base = bank[0] ?? []
    const own = responseMagnitude(bank[band - 1] ?? [], size)
    const first = responseMagnitude(base, size)
    for (let v = 0; v < size; v++)
      for (let u = 0; u < size; u++)
        for (const c of [0, 1, 2]) {
          const rolled = first[(v + (pv * size) / 2) % size]?.[(u + (pu * size) / 2) % size]?.[c] ?? NaN
          expect(own[v]?.[u]?.[c]).toBeCloseTo(rolled, 12)
          expect(own[v]?.[u]?.[c]).toBeCloseTo(
            magnitudeAt(base, c, frequencyAt(u, size) - pu * Math.PI, frequencyAt(v, size) - pv * Math.PI),
            12,
          )
        }
  })
})

describe('planes', () => {
  it('show one channel, or the root of the mean square over all', () => {
    expect(
      channelPlane(
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        1,
      ),
    ).toEqual([[2, 4]])
    expect(
      rmsPlane([
        [
          [3, 4],
          [0, 0],
        ],
      ]),
    ).toEqual([[Math.sqrt(12.5), 0]])
  })

  it('return their largest absolute value', () => {
    expect(maxAbsolute([[[-3, 1]], [[2, 0]]])).toBe(3)
    expect(maxAbsolute([])).toBe(0)
  })
})
