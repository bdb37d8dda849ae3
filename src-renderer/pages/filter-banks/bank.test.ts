import { describe, expect, it } from 'vitest'
import { signMasks } from '../../../src-main/analysis/filterBank'
import { bandViews, channelsOf, colourCell, frequencyText, kernelReading, responseReading, responseSize, scaleEnds, sourceOf, type BandView } from './bank'

/** A kernel of three channels without any symmetry. */
const base = Array.from({ length: 3 }, (_, s) => Array.from({ length: 3 }, (_, r) => [Math.sin(1 + 3 * s + r), Math.cos(2 + s * r), (s - r) / 3 + 0.1]))
const bank = {
  multiband: true,
  banks: signMasks(3, 3).map((mask, b) => ({
    band: b + 1,
    kernel: base.map((row, s) => row.map((weights, r) => weights.map((w) => w * (mask[s]?.[r] ?? 1)))),
    response: [],
  })),
}
const views = bandViews(bank, 0)
const view = (band: number): BandView => {
  const found = views[band]
  if (!found) throw new Error(`no band ${band}`)
  return found
}

describe('bandViews', () => {
  it('takes the one channel asked for', () => {
    expect(view(0).kernel[2]?.[1]).toEqual([base[2]?.[1]?.[0]])
    expect(view(0).response).toHaveLength(responseSize)
    expect(bandViews(bank, 2)[0]?.kernel[0]?.[2]).toEqual([base[0]?.[2]?.[2]])
  })

  it('reads |H(0, 0)| as the sum of the weights', () => {
    const sum = base.flat().reduce((total, weights) => total + (weights[0] ?? 0), 0)
    expect(view(0).response[responseSize / 2]?.[responseSize / 2]).toBeCloseTo(Math.abs(sum), 12)
  })

  it('shows three channels at once by the root of their mean square', () => {
    const [colour] = bandViews(bank, 'colour')
    const planes = [0, 1, 2].map((c) => bandViews(bank, c)[0]?.response[10]?.[50] ?? Number.NaN)
    expect(colour?.response[10]?.[50]).toBeCloseTo(Math.sqrt(planes.reduce((sum, x) => sum + x * x, 0) / 3), 12)
    expect(colour?.kernel[0]?.[0]).toHaveLength(3)
  })

  it('calls a plain layer’s filter what it is', () => {
    const [plain] = bandViews({ multiband: false, banks: bank.banks.slice(0, 1) }, 0)
    expect([plain?.symbol, plain?.words]).toEqual(['h', 'the filter itself'])
  })
})

describe('sourceOf', () => {
  it('says where in H₁ the value of a band comes from, for every band and place', () => {
    for (const band of [1, 2, 3])
      for (let v = 0; v < responseSize; v += 5)
        for (let u = 0; u < responseSize; u += 3) {
          const from = sourceOf(band, u, v)
          expect(view(band).response[v]?.[u]).toBeCloseTo(view(0).response[from.v]?.[from.u] ?? Number.NaN, 10)
        }
  })
})

describe('readings', () => {
  it('give the weight, and the sign it took from the base filter', () => {
    expect(kernelReading(view(1), true, 1, 0)).toEqual({ value: `h₂(r 1, s 0) = −${(base[0]?.[1]?.[0] ?? 0).toFixed(4)}`, origin: '= −h(r 1, s 0), columns alternate' })
    expect(kernelReading(view(3), true, 1, 1).origin).toBe('= h(r 1, s 1), both alternate')
    for (const band of [1, 2, 3])
      for (let s = 0; s < 3; s++)
        for (let r = 0; r < 3; r++) expect(kernelReading(view(band), true, r, s).origin.includes('= −h')).toBe(signMasks(3, 3)[band]?.[s]?.[r] === -1)
  })

  it('give the magnitude at a frequency', () => {
    expect(responseReading(view(1), true, 0, responseSize / 2).origin).toBe('= |H₁(u 0, v 0)|, moved by π in u')
    expect(responseReading(view(0), true, 48, 16).value).toMatch(/^\|H₁\(u 0\.500π, v −0\.500π\)\| = \d\.\d{3}$/)
  })
})

describe('words and colours', () => {
  it('names frequencies in parts of π', () => {
    expect([0, 16, 32, 48].map(frequencyText)).toEqual(['−π', '−0.500π', '0', '0.500π'])
  })

  it('offers colour only where the inputs are a picture', () => {
    expect(channelsOf({ in: 3 }).map((c) => c.label)).toEqual(['colour', 'R', 'G', 'B'])
    expect(channelsOf({ in: 16 })).toHaveLength(16)
  })

  it('keeps grey for zero', () => {
    expect(colourCell([0, 0, 0], 1)).toBe('rgb(128 128 128)')
    expect(colourCell([1, -1, 0], 1)).toBe('rgb(255 1 128)')
    expect(colourCell([0, 0, 0], 0)).toBe('rgb(128 128 128)')
  })

  it('ends the scales at the bank’s own greatest', () => {
    const { weight, magnitude } = scaleEnds(views)
    expect(weight).toBe(Math.max(...base.flat().map((weights) => Math.abs(weights[0] ?? 0))))
    expect(magnitude).toBe(Math.max(...view(0).response.flat()))
  })
})
