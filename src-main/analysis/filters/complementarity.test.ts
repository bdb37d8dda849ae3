import { SVD } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { bankTable, expandFilters, signBank } from './banks'
import { layerFigures, rmsResponse } from './complementarity'
import { bandEdges, coverageOf, filterPlane, type LayerValues } from './spectrum'

const values = (count: number, seed = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 2.7 * i) + 0.3 * Math.cos(i * i))

describe('figures of a layer', () => {
  it('are computed from the response of the definition', () => {
    const layer = { shape: [3, 3, 5, 2] as const, values: values(90) }
    for (const filter of [0, 1]) {
      const vector = Float64Array.from({ length: 45 }, (_, i) => layer.values[2 * i + filter] ?? NaN)
      const expected = filterPlane(layer, filter, [0, 1, 2, 3, 4], 32)
      rmsResponse(vector, 3, 3, 5).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6))
    }
  })

  it.each([
    ['plain', null],
    ['the paper’s bank', signBank],
    ['rotations', bankTable('rotations')],
  ])('agree for %s with singular values and cosines of the applied filters', (_, bank) => {
    const layer: LayerValues = { shape: [3, 3, 3, 4], values: values(108), bank }
    const figures = layerFigures(layer)
    const applied = expandFilters(layer.values, layer.shape, bank, [0, 1, 2, 3])
    const count = applied.length / 27
    const rows = Array.from({ length: count }, (_, f) =>
      Array.from({ length: 27 }, (_, i) => applied[i * count + f] ?? NaN),
    )
    const singular = new SVD(rows, { autoTranspose: true }).diagonal
    const total = singular.reduce((a, b) => a + b, 0)
    const entropy = singular.reduce((sum, s) => sum - (s > 1e-12 * total ? (s / total) * Math.log(s / total) : 0), 0)
    expect(figures?.effectiveRank).toBeCloseTo(Math.exp(entropy), 4)
    const cosines: number[] = []
    for (let i = 0; i < count; i++)
      for (let j = i + 1; j < count; j++) {
        const dot = (a: number[], b: number[]): number => a.reduce((sum, x, k) => sum + x * (b[k] ?? NaN), 0)
        const [a = [], b = []] = [rows[i], rows[j]]
        cosines.push(Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b)))
      }
    expect(figures?.cosine).toBeCloseTo(cosines.reduce((a, b) => a + b, 0) / cosines.length, 10)
    const planes = rows.map((_, f) => filterPlane({ shape: [3, 3, 3, count], values: applied }, f, [0, 1, 2], 32))
    expect(figures?.covered).toBe(coverageOf(planes, bandEdges[3]).covered)
    expect(figures?.filters).toBe(count)
  })

  it('are correct if there are more filters than weights per filter, as in a depthwise layer', () => {
    const layer: LayerValues = { shape: [3, 3, 1, 6], values: values(54), bank: signBank }
    const applied = expandFilters(layer.values, layer.shape, signBank, [0, 1, 2, 3, 4, 5])
    const singular = new SVD(
      Array.from({ length: 9 }, (_, t) => [...applied.subarray(24 * t, 24 * t + 24)]),
      { autoTranspose: true },
    ).diagonal
    const total = singular.reduce((a, b) => a + b, 0)
    expect(layerFigures(layer)?.effectiveRank).toBeCloseTo(
      Math.exp(singular.reduce((sum, s) => sum - (s > 1e-12 * total ? (s / total) * Math.log(s / total) : 0), 0)),
      6,
    )
    expect(layerFigures(layer)?.filters).toBe(24)
  })

  it('have known values for orthogonal, equal, zero and NaN filters', () => {
    const unit = Float32Array.from({ length: 81 }, (_, i) => (Math.floor(i / 9) === i % 9 ? 1 : 0))
    const orthogonal = layerFigures({ shape: [3, 3, 1, 9], values: unit, bank: null })
    expect(orthogonal?.cosine).toBe(0)
    expect(orthogonal?.effectiveRank).toBeCloseTo(9, 10)
    const equal = layerFigures({
      shape: [3, 3, 1, 3],
      values: Float32Array.from({ length: 27 }, (_, i) => (i % 3) + 1),
      bank: null,
    })
    expect(equal?.cosine).toBeCloseTo(1, 10)
    expect(equal?.effectiveRank).toBeCloseTo(1, 5)
    expect(layerFigures({ shape: [3, 3, 1, 2], values: new Float32Array(18), bank: null })).toEqual({
      covered: 0,
      overlap: 0,
      cosine: null,
      effectiveRank: null,
      filters: 2,
    })
    expect(layerFigures({ shape: [3, 3, 1, 1], values: values(9), bank: null })?.cosine).toBeNull()
    expect(layerFigures({ shape: [3, 3, 1, 2], values: new Float32Array(18).fill(NaN), bank: null })).toBeNull()
  })
})
