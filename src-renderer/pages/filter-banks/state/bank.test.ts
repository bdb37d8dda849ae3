import { describe, expect, it } from 'vitest'
import { bankTable, signBank } from '../../../../src-main/analysis/filters/banks'
import { featureMaps, type Activation } from '../../../../src-main/analysis/filters/convolution'
import {
  bandViews,
  bankEnds,
  channelsOf,
  colourCell,
  featureReading,
  frequencyText,
  kernelReading,
  layerEnds,
  responseReading,
  responseSize,
  sourceOf,
  type BandView,
  type Channel,
} from './bank'

/** A kernel of three channels without any symmetry. */
const base = Array.from({ length: 3 }, (_, s) =>
  Array.from({ length: 3 }, (_, r) => [Math.sin(1 + 3 * s + r), Math.cos(2 + s * r), (s - r) / 3 + 0.1]),
)
const layer = { shape: [3, 3, 3, 1] as const, values: Float32Array.from(base.flat(2)), bank: signBank }
const views = bandViews(layer, 0, 0)
const view = (band: number): BandView => {
  const found = views[band]
  if (!found) throw new Error(`no band ${band}`)
  return found
}

describe('bandViews', () => {
  it('uses the requested channel', () => {
    expect(view(0).kernel[2]?.[1]?.[0]).toBeCloseTo(base[2]?.[1]?.[0] ?? NaN, 6)
    expect(view(0).plane).toHaveLength(responseSize ** 2)
    expect(bandViews(layer, 0, 2)[0]?.kernel[0]?.[2]?.[0]).toBeCloseTo(base[0]?.[2]?.[2] ?? NaN, 6)
  })

  it('reads |H(0, 0)| as the sum of the weights', () => {
    const sum = base.flat().reduce((total, weights) => total + (weights[0] ?? 0), 0)
    expect(view(0).plane[(responseSize / 2) * responseSize + responseSize / 2]).toBeCloseTo(Math.abs(sum), 6)
  })

  it('combines three channels by the root of their mean square', () => {
    const [colour] = bandViews(layer, 0, 'colour')
    const planes = [0, 1, 2].map((c) => bandViews(layer, 0, c)[0]?.plane[10 * responseSize + 50] ?? Number.NaN)
    expect(colour?.plane[10 * responseSize + 50]).toBeCloseTo(
      Math.sqrt(planes.reduce((sum, x) => sum + x * x, 0) / 3),
      12,
    )
    expect(colour?.kernel[0]?.[0]).toHaveLength(3)
  })

  it('labels the filter of a plain layer as a plain filter', () => {
    const [plain] = bandViews({ ...layer, bank: null }, 0, 0)
    expect([plain?.symbol, plain?.words]).toEqual(['h', 'the filter itself'])
  })
})

describe('sourceOf', () => {
  it('returns where in H₁ each value of each band comes from', () => {
    for (const band of [1, 2, 3])
      for (let v = 0; v < responseSize; v += 5)
        for (let u = 0; u < responseSize; u += 3) {
          const from = sourceOf(band, u, v)
          expect(view(band).plane[v * responseSize + u]).toBeCloseTo(
            view(0).plane[from.v * responseSize + from.u] ?? Number.NaN,
            10,
          )
        }
  })
})

describe('readings', () => {
  it('give the weight and its sign relative to the base filter', () => {
    expect(kernelReading(view(1), signBank, 1, 0)).toEqual({
      value: `h₂(r 1, s 0) = −${(base[0]?.[1]?.[0] ?? 0).toFixed(4)}`,
      origin: '= −h(r 1, s 0), columns alternate',
    })
    expect(kernelReading(view(3), signBank, 1, 1).origin).toBe('= h(r 1, s 1), both alternate')
    for (const band of [1, 2, 3])
      for (let s = 0; s < 3; s++)
        for (let r = 0; r < 3; r++)
          expect(kernelReading(view(band), signBank, r, s).origin.includes('= −h')).toBe(
            (signBank[band]?.[3 * s + r] ?? 0) < 0,
          )
    const turns = bankTable('rotations')
    const turned = bandViews({ ...layer, bank: turns }, 0, 0)[1]
    expect(turned && kernelReading(turned, turns, 0, 2).origin).toBe('= h(r 0, s 0), rotated by 90°')
    expect(turned?.kernel[2]?.[0]).toEqual(view(0).kernel[0]?.[0])
  })

  it('give the magnitude at a frequency', () => {
    expect(responseReading(view(1), signBank, 0, responseSize / 2).origin).toMatch(
      /^= \|H₁\(u 0, v 0\)\|, H\(u−π, v\); −?\d+\.\d dB of its peak$/,
    )
    expect(responseReading(view(0), signBank, 48, 16).value).toMatch(/^\|H₁\(u 0\.500π, v −0\.500π\)\| = \d\.\d{3}$/)
  })
})

describe('reading of a feature map', () => {
  const input: Activation = {
    height: 4,
    width: 4,
    channels: 3,
    values: Float32Array.from({ length: 48 }, (_, i) => Math.cos(i * 0.7)),
  }
  const maps = featureMaps({ ...layer, stride: 1, depthwise: false }, 0, input)
  const readingOf = (...at: [band: number, channel: Channel, x: number, y: number]) =>
    featureReading(maps, ...at) ?? expect.fail()

  it('is the map’s value: nine products plus the sum of the other channels', () => {
    for (const [band, x, y] of [
      [0, 0, 0],
      [2, 1, 2],
      [3, 3, 3],
    ] as const) {
      const { value, origin, sum } = readingOf(band, 1, x, y)
      const shown = Number(value.split(' = ')[1]?.replace('−', '-'))
      expect(shown).toBeCloseTo(maps.bands[band]?.plane[y * 4 + x] ?? NaN, 2)
      const parts = [...origin.matchAll(/(−?[\d.]+)\)? from/g)].map((match) => Number(match[1]?.replace('−', '-')))
      const others = Number(/\+ \(?(−?[\d.]+)\)? from the other 2/.exec(origin)?.[1]?.replace('−', '-'))
      expect((parts[0] ?? NaN) + others).toBeCloseTo(shown, 2)
      const products = (sum?.split(': ')[1] ?? '')
        .split(' + ')
        .map((text) => text.replace(/[()]/g, '').replaceAll('−', '-').split(' · ').map(Number))
      expect(products).toHaveLength(9)
      expect(products.reduce((total, [pixel, weight]) => total + (pixel ?? NaN) * (weight ?? NaN), 0)).toBeCloseTo(
        parts[0] ?? NaN,
        1,
      )
    }
  })

  it('is the sum of the channels in colour mode', () => {
    const { value, origin } = readingOf(1, 'colour', 2, 1)
    const parts = [...origin.matchAll(/[RGB] \(?(−?[\d.]+)/g)].map((match) => Number(match[1]?.replace('−', '-')))
    expect(parts).toHaveLength(3)
    expect(parts.reduce((a, b) => a + b)).toBeCloseTo(Number(value.split(' = ')[1]?.replace('−', '-')), 2)
  })

  it('sums only the channel that the band reads in a depthwise layer', () => {
    const depthwise = featureMaps(
      { shape: [3, 3, 1, 2], values: layer.values.slice(0, 18), bank: signBank, stride: 1, depthwise: true },
      1,
      { ...input, channels: 8, values: Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * 0.9)) },
    )
    const { value, origin, sum } = featureReading(depthwise, 2, 0, 1, 2) ?? expect.fail()
    const shown = Number(value.split(' = ')[1]?.replace('−', '-'))
    expect(value).toMatch(/^y₃\(x 1, y 2\) = /)
    expect(shown).toBeCloseTo(depthwise.bands[2]?.plane[9] ?? NaN, 3)
    // Band 2 of base filter 1 of 2 is filter 5.
    expect(origin).toBe('only from channel 5, this filter’s single input')
    const products = (sum?.split(': ')[1] ?? '')
      .split(' + ')
      .map((text) => text.replace(/[()]/g, '').replaceAll('−', '-').split(' · ').map(Number))
    expect(products).toHaveLength(9)
    expect(products.reduce((total, [pixel, weight]) => total + (pixel ?? NaN) * (weight ?? NaN), 0)).toBeCloseTo(
      shown,
      1,
    )
  })
})

describe('texts and colours', () => {
  it('name frequencies as fractions of π', () => {
    expect([0, 16, 32, 48].map(frequencyText)).toEqual(['−π', '−0.500π', '0', '0.500π'])
  })

  it('offer colour only if the input is an image', () => {
    expect(channelsOf({ in: 3, groups: 1 }).map((c) => c.label)).toEqual(['colour', 'R', 'G', 'B'])
    expect(channelsOf({ in: 16, groups: 1 })).toHaveLength(16)
    expect(channelsOf({ in: 32, groups: 32 })).toEqual([{ value: 0, label: 'own' }])
  })

  it('reserve grey for zero', () => {
    expect(colourCell([0, 0, 0], 1)).toBe('rgb(128 128 128)')
    expect(colourCell([1, -1, 0], 1)).toBe('rgb(255 1 128)')
    expect(colourCell([0, 0, 0], 0)).toBe('rgb(128 128 128)')
  })

  it('end the scales at the largest value of the bank', () => {
    const { weight, magnitude } = bankEnds(views)
    expect(weight).toBeCloseTo(Math.max(...base.flat().map((weights) => Math.abs(weights[0] ?? 0))), 6)
    expect(magnitude).toBe(Math.max(...view(0).plane))
    expect(
      layerEnds(
        layer,
        0,
        views.map((v) => v.plane),
      ),
    ).toEqual({ weight, magnitude })
  })
})
