import { describe, expect, it } from 'vitest'
import { decodePicture, encodePicture, rgbOf } from './pictures'

describe('decodePicture', () => {
  it('turns RGB into RGBA, pixel by pixel', () => {
    const bytes = Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256)
    const pixels = decodePicture(btoa(String.fromCharCode(...bytes)))
    expect([...pixels.slice(4, 8)]).toEqual([bytes[3], bytes[4], bytes[5], 255])
    expect([...pixels.slice(-4)]).toEqual([...bytes.slice(-3), 255])
  })

  it('rejects text that is not an image', () => {
    expect(() => decodePicture(btoa('abc'))).toThrow('3072 bytes, not 3')
  })
})

it('an image loses only its alpha channel and survives encoding and decoding', () => {
  expect([...rgbOf(Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 0))]).toEqual([1, 2, 3, 4, 5, 6])
  const bytes = Uint8Array.from({ length: 3072 }, (_, i) => i % 256)
  expect([...rgbOf(decodePicture(encodePicture(bytes)))]).toEqual([...bytes])
})
