import { expect, it } from 'vitest'
import { drawPicture, pictureNames, pictureSide } from './pictures'

it('built-in images have the right size and a visible content', () => {
  for (const name of pictureNames) {
    const bytes = drawPicture(name)
    expect(bytes).toHaveLength(pictureSide ** 2 * 3)
    expect(Math.max(...bytes) - Math.min(...bytes), name).toBeGreaterThan(100)
  }
})
