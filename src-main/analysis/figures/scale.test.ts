import { describe, expect, it } from 'vitest'
import { extentOf, niceScale, plainScale, tickText } from './scale'

describe('extent', () => {
  it('ignores missing and non-finite values, and on a logarithmic axis those not above 0', () => {
    expect(extentOf([null, NaN, Infinity, 3, -2])).toEqual([-2, 3])
    expect(extentOf([0, -1, 0.5, 4], 'log')).toEqual([0.5, 4])
    expect(extentOf([null, NaN])).toBeNull()
  })
})

describe('scales', () => {
  it('have round ends that include the data', () => {
    const linear = niceScale('linear', [33.1, 92.8], [200, 0], 4)
    expect(linear.domain).toEqual([20, 100])
    expect([linear(20), linear(100)]).toEqual([200, 0])
    const log = niceScale('log', [0.024, 1.8], [200, 0], 4)
    expect(log.domain).toEqual([0.02, 2])
    expect(log.ticks).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
  })

  it('have a distinct label at every tick, even for tiny differences', () => {
    for (const [low, high] of [
      [0.27281, 0.27283],
      [-0.27283, -0.27281],
      [92.341, 92.3412],
      [0, 1e-9],
      [3, 3],
      [5e-6, 5.001e-6],
      [2e6, 2e6 + 1],
      [1833.0001, 1833.0002],
      [0.00033, 0.0003301],
    ] as const) {
      const { domain, ticks } = niceScale('linear', [low, high], [200, 0], 6)
      expect(domain[0] <= low && domain[1] >= high).toBe(true)
      const words = ticks.map(tickText)
      expect(ticks.length).toBeGreaterThan(2)
      expect([low, new Set(words).size]).toEqual([low, words.length])
    }
    // The distinguishable range is as large as before.
    expect(niceScale('linear', [0.27, 0.28], [200, 0], 6).domain).toEqual([0.27, 0.28])
  })

  it('are valid without data, for a single value and for zero', () => {
    for (const kind of ['linear', 'log'] as const)
      for (const extent of [null, [1, 1], [0.3, 0.3]] as const) {
        const scale = niceScale(kind, extent, [100, 0], 4)
        expect(scale.domain[0]).toBeLessThan(scale.domain[1])
        expect(Number.isFinite(scale(scale.domain[0])) && Number.isFinite(scale(scale.domain[1]))).toBe(true)
      }
  })

  it('use powers of ten over many decades', () => {
    expect(niceScale('log', [1e-4, 1], [100, 0], 4).ticks).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1])
    expect(niceScale('log', [1e-10, 1], [100, 0], 3).ticks).toEqual([1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1])
  })

  it('of epochs end at the data and have whole ticks', () => {
    const scale = plainScale([1, 3], [0, 100], 8, true)
    expect(scale.domain).toEqual([1, 3])
    expect(scale.ticks).toEqual([1, 2, 3])
  })
})

describe('ticks', () => {
  it('have short labels', () => {
    expect([0, 0.02, 2.5, 20000, 1e6, 1e-6, -3].map(tickText)).toEqual([
      '0',
      '0.02',
      '2.5',
      '20,000',
      '1e6',
      '1e−6',
      '−3',
    ])
  })
})
