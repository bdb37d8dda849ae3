import { describe, expect, it } from 'vitest'
import type { DatasetSummary } from '../../../src-main/contract'
import { authenticity, bars, byClass, extent, presence } from './data-sets'

const cifar: DatasetSummary = {
  id: 'cifar-10',
  name: 'CIFAR-10',
  synthetic: false,
  available: true,
  classes: ['airplane', 'automobile'],
  train: 50_000,
  test: 10_000,
  bytes: 1,
  fingerprint: 'ab',
  official: true,
  importedAt: null,
  source: null,
}

describe('authenticity texts', () => {
  it('never present synthetic numbers as real ones', () => {
    const synthetic: DatasetSummary = { ...cifar, id: 'synthetic', synthetic: true, official: null }
    expect(presence(synthetic)).toBe('built in')
    expect(authenticity(synthetic).text).toContain('Synthetic')
  })

  it('distinguish official, different and incomparable data', () => {
    expect(authenticity(cifar).kind).toBe('good')
    expect(authenticity({ ...cifar, official: false }).kind).toBe('bad')
    expect(authenticity({ ...cifar, official: null }).text).toContain('Not comparable')
    expect(authenticity({ ...cifar, available: false, official: null }).text).toBe('Not installed.')
  })
})

describe('byClass', () => {
  it('keeps the order of classes and omits unknown labels', () => {
    const rows = byClass(
      ['a', 'b'],
      [
        { label: 1, pixels: 'x' },
        { label: 9, pixels: 'y' },
      ],
    )
    expect(rows).toEqual([
      { name: 'a', pictures: [] },
      { name: 'b', pictures: ['x'] },
    ])
  })
})

describe('histograms', () => {
  it('have their end points and bars as high as their sums', () => {
    const histogram = Array.from({ length: 256 }, (_, value) =>
      value >= 8 && value < 16 ? 10 : value === 200 ? 20 : 0,
    )
    expect(extent(histogram)).toEqual([8, 200])
    expect(extent([0, 0])).toBeNull()
    const heights = bars(histogram, 128, 20)
      .split('z')
      .filter((bar) => bar !== '')
      .map((bar) => Number(/v(-?[\d.]+)/.exec(bar)?.[1]))
    expect(heights).toHaveLength(64)
    expect(heights.map((height) => Math.abs(height))).toEqual(
      Array.from({ length: 64 }, (_, i) => (i === 2 || i === 3 ? 20 : i === 50 ? 10 : 0)),
    )
  })

  it('cap a single spike and draw nothing for empty counts', () => {
    const spiked = Array.from({ length: 256 }, (_, value) => (value === 0 ? 1e6 : value === 100 ? 10 : 0))
    expect(bars(spiked, 64, 30)).toContain('v-10h')
    expect(bars(new Array<number>(256).fill(0), 64, 30)).toBe('')
  })
})
