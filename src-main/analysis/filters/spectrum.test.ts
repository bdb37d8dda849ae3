import { describe, expect, it } from 'vitest'
import { bankTable, signBank } from './banks'
import { bankKernels, frequencyAt, responseMagnitude, rmsPlane, type KernelShape } from './filterBank'
import {
  bandEdges,
  bankPlanes,
  cosineOf,
  coverageOf,
  decibels,
  filterPlane,
  layerPlanes,
  likenessOf,
  nearestTo,
  peakOf,
  type LayerValues,
} from './spectrum'

/** Numbers that look like weights, the same each time. */
function layerOf(shape: KernelShape, multiband: boolean, seed = 1): LayerValues {
  let state = seed
  const next = (): number => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 - 0.5
  }
  return {
    shape,
    bank: multiband ? signBank : null,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next),
  }
}

const close = (plane: Float64Array, expected: readonly number[]): void => {
  expect(plane).toHaveLength(expected.length)
  plane.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 10))
}

/** The definition itself: |Σ h(r, s) e^(−j(ur + vs))|. */
function directSum(layer: LayerValues, filter: number, channel: number, size: number): number[] {
  const [rows, columns, inputs, filters] = layer.shape
  return Array.from({ length: size * size }, (_, i) => {
    const u = frequencyAt(i % size, size)
    const v = frequencyAt(Math.floor(i / size), size)
    let re = 0
    let im = 0
    for (let s = 0; s < rows; s++)
      for (let r = 0; r < columns; r++) {
        const h = layer.values[((s * columns + r) * inputs + channel) * filters + filter] ?? NaN
        re += h * Math.cos(u * r + v * s)
        im -= h * Math.sin(u * r + v * s)
      }
    return Math.hypot(re, im)
  })
}

describe('plane of a filter', () => {
  const layer = layerOf([3, 3, 3, 4], true)

  it('equals the direct sum of the definition', () => {
    for (const size of [8, 15, 24]) close(filterPlane(layer, 2, [1], size), directSum(layer, 2, 1, size))
    const wide = layerOf([5, 3, 2, 1], false)
    close(filterPlane(wide, 0, [1], 12), directSum(wide, 0, 1, 12))
  })

  it('equals the service’s response over several channels', () => {
    const kernel = bankKernels(layer.values, layer.shape, 1, signBank)[0] ?? []
    close(filterPlane(layer, 1, [0, 1, 2], 16), rmsPlane(responseMagnitude(kernel, 16)).flat())
  })

  it('equals for each band the transform of that band’s own kernel', () => {
    const kernels = bankKernels(layer.values, layer.shape, 3, signBank)
    bankPlanes(layer, 3, [0, 1, 2], 16).forEach((plane, band) =>
      close(plane, rmsPlane(responseMagnitude(kernels[band] ?? [], 16)).flat()),
    )
    expect(layerPlanes(layer, [0], 8)).toHaveLength(16)
    for (const other of [bankTable('symmetries'), bankTable(['+++++++++', '+-0-+-0-+'])]) {
      const own = bankKernels(layer.values, layer.shape, 2, other)
      bankPlanes({ ...layer, bank: other }, 2, [0, 1, 2], 16).forEach((plane, band) =>
        close(plane, rmsPlane(responseMagnitude(own[band] ?? [], 16)).flat()),
      )
    }
    expect(layerPlanes({ ...layer, bank: null }, [0], 8)).toHaveLength(4)
  })
})

describe('coverage', () => {
  it('counts the points that one filter passes and those that several pass', () => {
    const a = Float64Array.of(1, 0.8, 0.6, 0.1)
    const b = Float64Array.of(0.1, 4, 1.9, 2)
    // At −6 dB a passes the points 0, 1, 2 and b the points 1 and 3.
    expect(coverageOf([a, b], bandEdges[6])).toEqual({ covered: 1, overlap: 0.25 })
    // At −3 dB a passes 0 and 1, b the point 1 alone.
    expect(coverageOf([a, b], bandEdges[3])).toEqual({ covered: 0.5, overlap: 0.5 })
    expect(coverageOf([new Float64Array(4)], 0.5)).toEqual({ covered: 0, overlap: 0 })
    expect(coverageOf([], 0.5)).toEqual({ covered: 0, overlap: 0 })
  })

  it('agrees with explicit sets of points for random filters', () => {
    const planes = layerPlanes(layerOf([3, 3, 1, 5], false, 7), [0], 20)
    for (const edge of Object.values(bandEdges)) {
      const sets = planes.map(
        (plane) => new Set([...plane.keys()].filter((i) => (plane[i] ?? 0) / Math.max(...plane) >= edge)),
      )
      const union = new Set(sets.flatMap((set) => [...set]))
      const twice = [...union].filter((i) => sets.filter((set) => set.has(i)).length >= 2)
      const { covered, overlap } = coverageOf(planes, edge)
      expect(covered).toBeCloseTo(union.size / 400, 12)
      expect(overlap).toBeCloseTo(twice.length / union.size, 12)
    }
  })

  it('is the whole plane without overlap for an ideal quarter band', () => {
    const size = 16
    const quarter = Float64Array.from({ length: size * size }, (_, i) =>
      Math.abs((i % size) - 7.5) < 4 && Math.abs(Math.floor(i / size) - 7.5) < 4 ? 1 : 0,
    )
    const half = size / 2
    const roll = (du: number, dv: number): Float64Array =>
      quarter.map((_, i) => quarter[((Math.floor(i / size) + dv) % size) * size + (((i % size) + du) % size)] ?? NaN)
    const bank = [quarter, roll(half, 0), roll(0, half), roll(half, half)]
    expect(coverageOf(bank, 0.5)).toEqual({ covered: 1, overlap: 0 })
    expect(likenessOf(bank)).toBe(0)
  })
})

describe('similarity', () => {
  it('is the mean cosine over pairs', () => {
    const planes = [Float64Array.of(1, 0), Float64Array.of(1, 1), Float64Array.of(0, 2)]
    expect(likenessOf(planes)).toBeCloseTo((Math.SQRT1_2 + 0 + Math.SQRT1_2) / 3, 12)
    expect(likenessOf(planes.slice(0, 1))).toBeNull()
    expect(likenessOf([Float64Array.of(0, 0), Float64Array.of(1, 1)])).toBeNull()
  })

  it('finds the nearest filters, each once', () => {
    const bank = [Float64Array.of(1, 0, 0), Float64Array.of(1, 0.1, 0)]
    const candidates = [
      Float64Array.of(0, 0, 1),
      Float64Array.of(3, 0, 0),
      Float64Array.of(0, 1, 0),
      Float64Array.of(5, 5, 0),
    ]
    expect(nearestTo(bank, candidates)).toEqual([1, 3])
    expect(nearestTo(bank, candidates.slice(0, 1))).toEqual([0])
    expect(cosineOf(Float64Array.of(2, 0), Float64Array.of(7, 0))).toBe(1)
  })

  it('states band edges in decibels below the peak', () => {
    expect(decibels(0.5, 1)).toBeCloseTo(-6.0206, 4)
    expect(decibels(0, 1, -30)).toBe(-30)
    expect(decibels(1, 0, -30)).toBe(-30)
    expect(peakOf(Float64Array.of(1, 3, 2))).toBe(3)
  })
})
