/** Sets the print size of a PNG: its pHYs chunk. Pure. */

/**
 * Returns the same image with a pixel density.
 * @param png a complete file without a pHYs chunk; its first chunk is IHDR, as the format requires
 * @throws RangeError if it is not a PNG
 */
export function withDensity(png: Uint8Array, dotsPerInch: number): Uint8Array {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
  if (!signature.every((byte, i) => png[i] === byte)) throw new RangeError('no PNG')
  // Signature, then IHDR: length, type, 13 bytes, checksum.
  const headEnd = 8 + 4 + 4 + 13 + 4
  const chunk = new Uint8Array(4 + 4 + 9 + 4)
  const view = new DataView(chunk.buffer)
  const perMetre = Math.round(dotsPerInch / 0.0254)
  view.setUint32(0, 9)
  chunk.set([0x70, 0x48, 0x59, 0x73], 4)
  view.setUint32(8, perMetre)
  view.setUint32(12, perMetre)
  view.setUint8(16, 1)
  view.setUint32(17, crc32(chunk.subarray(4, 17)))
  const out = new Uint8Array(png.length + chunk.length)
  out.set(png.subarray(0, headEnd))
  out.set(chunk, headEnd)
  out.set(png.subarray(headEnd), headEnd + chunk.length)
  return out
}

/** CRC of the PNG specification, annex D. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
