import { describe, expect, it } from 'vitest'
import { nearestSample, periodicPixels, pixelsOf, pixelsOfRgb, placeOfSample } from './heatmap'

const grey = (t: number): [number, number, number] =>
  Number.isFinite(t) ? [Math.round(t * 255), Math.round(t * 255), Math.round(t * 255)] : [255, 0, 0]
const red = (pixels: Uint8ClampedArray, side: number, x: number, y: number): number => pixels[(y * side + x) * 4] ?? -1

describe('periodicPixels', () => {
  it('is symmetric around 0 for a symmetric response, although the grid has no sample at π', () => {
    const size = 8
    const values = Array.from({ length: size }, (_, v) =>
      Array.from(
        { length: size },
        (_, u) => 2 + Math.cos((2 * Math.PI * (u - 4)) / size) + Math.cos((2 * Math.PI * (v - 4)) / size),
      ),
    ).flat()
    const side = 40
    const pixels = periodicPixels(values, side, 4, grey)
    for (let y = 0; y < side; y += 3)
      for (let x = 0; x < side; x++) {
        // Rounding to a byte may fall either way.
        expect(Math.abs(red(pixels, side, x, y) - red(pixels, side, side - 1 - x, y))).toBeLessThanOrEqual(1)
        expect(Math.abs(red(pixels, side, x, y) - red(pixels, side, x, side - 1 - y))).toBeLessThanOrEqual(1)
      }
    expect(red(pixels, side, 20, 20)).toBeGreaterThan(red(pixels, side, 0, 0))
  })

  it('keeps rows as v and columns as u', () => {
    const values = [0, 0, 1, 1]
    const pixels = periodicPixels(values, 4, 1, grey)
    expect(red(pixels, 4, 0, 2)).toBe(red(pixels, 4, 3, 2))
    expect(red(pixels, 4, 0, 2)).toBeGreaterThan(red(pixels, 4, 0, 0))
  })

  it('shows NaN as NaN and a plane of zeros as zero', () => {
    expect([...periodicPixels([Number.NaN], 1, 1, grey)]).toEqual([255, 0, 0, 255])
    expect([...periodicPixels([0], 1, 0, grey)]).toEqual([0, 0, 0, 255])
  })
})

describe('nearestSample', () => {
  it('returns each sample at its own position and wraps π to −π', () => {
    for (let i = 0; i < 64; i++) expect(nearestSample(placeOfSample(i, 64), 64)).toBe(i)
    expect(nearestSample(1, 64)).toBe(0)
    expect(nearestSample(-3, 64)).toBe(0)
  })
})

it('pixelsOf draws one pixel per number', () => {
  expect([...pixelsOf(Float32Array.of(0, 1), grey)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255])
})

it('pixelsOfRgb converts RGB bytes to opaque RGBA bytes', () => {
  expect([...pixelsOfRgb(Uint8Array.of(1, 2, 3, 4, 5, 6))]).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
})
