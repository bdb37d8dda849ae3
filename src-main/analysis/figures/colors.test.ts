import { describe, expect, it } from 'vitest'
import {
  divergingColor,
  divergingRgb,
  inkOn,
  magnitudeColor,
  magnitudeRgb,
  variantColor,
  variantColors,
} from './colors'

/** CIE L* of an sRGB colour. */
function lightness(rgb: readonly number[]): number {
  const linear = rgb.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4))
  const y = 0.2126 * (linear[0] ?? NaN) + 0.7152 * (linear[1] ?? NaN) + 0.0722 * (linear[2] ?? NaN)
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y
}

describe('divergingColor', () => {
  it('is the surface colour at zero and the end colours at ± max', () => {
    expect([-2, 0, 2].map((v) => divergingColor(v, 2, 'light'))).toEqual(['#2166ac', '#f6f6f7', '#b2452b'])
    expect([-2, 0, 2].map((v) => divergingColor(v, 2, 'dark'))).toEqual(['#5fa8dd', '#25272b', '#f08a66'])
  })

  it('is clamped beyond the ends, and is the zero colour if every value is zero', () => {
    expect(divergingColor(-9, 2, 'light')).toBe('#2166ac')
    expect(divergingColor(9, 2, 'light')).toBe('#b2452b')
    expect(divergingColor(0, 0, 'light')).toBe('#f6f6f7')
  })

  it('is half way at half the value', () => {
    expect(divergingRgb(1, 2, 'light')).toEqual([212, 158, 145])
    expect(divergingColor(1, 2, 'light')).toBe('#d49e91')
  })

  it('is grey for NaN', () => {
    expect(divergingColor(NaN, 1, 'light')).toBe('#d2d3d9')
    expect(magnitudeColor(Infinity)).toBe('#d2d3d9')
  })
})

describe('magnitudeColor', () => {
  it('goes from dark to mint', () => {
    expect([magnitudeColor(-1), magnitudeColor(0), magnitudeColor(1), magnitudeColor(2)]).toEqual([
      '#0b0406',
      '#0b0406',
      '#def5e5',
      '#def5e5',
    ])
  })

  it('rises evenly in lightness', () => {
    const steps = Array.from({ length: 21 }, (_, i) => lightness(magnitudeRgb(i / 20)))
    const rises = steps.slice(1).map((l, i) => l - (steps[i] ?? NaN))
    expect(Math.min(...rises)).toBeGreaterThan(2.5)
    expect(Math.max(...rises)).toBeLessThan(7.5)
  })
})

describe('inkOn', () => {
  it('is dark on light colours and white on dark ones', () => {
    expect(['#ffffff', '#f6f6f7', '#def5e5', '#d49e91'].map(inkOn)).toEqual(Array(4).fill('#1a1b1e'))
    expect(['#000000', '#2166ac', '#0b0406'].map(inkOn)).toEqual(Array(3).fill('#ffffff'))
  })
})

describe('colours of variants', () => {
  it('come from tokens that differ from each other in both themes', () => {
    for (const theme of ['light', 'dark'] as const) {
      const colors = [...variantColors.values()].map((color) => color[theme])
      expect(new Set(colors).size).toBe(colors.length)
    }
  })

  it('are stable: named variants have their own, controls share one, others depend on their names', () => {
    expect(
      ['baseline', 'mcnn-fl', 'narrow(mcnn-a)', 'mcnn-l@random', 'mcnn-f@two', 'mcnn(stem)'].map(variantColor),
    ).toEqual(['baseline', 'fl', 'narrow', 'random', 'x3', 'x2'])
  })
})
