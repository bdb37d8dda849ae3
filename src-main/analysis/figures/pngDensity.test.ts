import { crc32 as zlibCrc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32, withDensity } from './pngDensity'

/** One transparent pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

describe('density of a PNG', () => {
  it('is written after the header, in pixels per metre, with a valid checksum', () => {
    const out = Buffer.from(withDensity(png, 300))
    expect(out.length).toBe(png.length + 21)
    expect(out.subarray(0, 33)).toEqual(png.subarray(0, 33))
    expect(out.toString('latin1', 37, 41)).toBe('pHYs')
    expect([out.readUInt32BE(41), out.readUInt32BE(45), out[49]]).toEqual([11811, 11811, 1])
    expect(out.readUInt32BE(50)).toBe(zlibCrc32(out.subarray(37, 50)))
    expect(out.subarray(54)).toEqual(png.subarray(33))
  })

  it('uses the checksum of zlib', () => {
    for (const words of ['', 'IEND', 'a longer text, with ± more'])
      expect(crc32(Buffer.from(words))).toBe(zlibCrc32(Buffer.from(words)))
  })

  it('is rejected for other files', () => {
    expect(() => withDensity(Buffer.from('<svg/>'), 300)).toThrow('no PNG')
  })
})
