import { describe, expect, it } from 'vitest'
import { decodePicture } from './pictures'

describe('decodePicture', () => {
  it('turns RGB into RGBA, pixel by pixel', () => {
    const bytes = Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256)
    const pixels = decodePicture(btoa(String.fromCharCode(...bytes)))
    expect([...pixels.slice(4, 8)]).toEqual([bytes[3], bytes[4], bytes[5], 255])
    expect([...pixels.slice(-4)]).toEqual([...bytes.slice(-3), 255])
  })

  it('refuses what is not a picture', () => {
    expect(() => decodePicture(btoa('abc'))).toThrow('3072 bytes, not 3')
  })
})
