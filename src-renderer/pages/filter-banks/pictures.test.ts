import { expect, it } from 'vitest'
import { drawPicture, pictureNames, pictureSide, rgbOf } from './pictures'

it('built-in pictures have their size and something to see', () => {
  for (const name of pictureNames) {
    const bytes = drawPicture(name)
    expect(bytes).toHaveLength(pictureSide ** 2 * 3)
    expect(Math.max(...bytes) - Math.min(...bytes), name).toBeGreaterThan(100)
  }
})

it('a picture’s bytes lose their alpha only', () => {
  expect([...rgbOf(Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 0))]).toEqual([1, 2, 3, 4, 5, 6])
})
