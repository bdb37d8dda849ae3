/** Pixels of smooth maps over a periodic plane, such as a frequency response. Pure. */

type Rgb = readonly [number, number, number]

/**
 * Draws values on a grid over one period, sampled at −π, −π + step, …, as an image of `side` × `side` pixels from −π to
 * π. Interpolates values, not colours, and wraps around at the edges.
 * @param values size × size, row by row (v)
 * @param max the value that gets the colour of 1
 * @param color of 0 to 1, as bytes
 * @returns RGBA bytes, row by row
 */
export function periodicPixels(
  values: ArrayLike<number>,
  side: number,
  max: number,
  color: (t: number) => Rgb,
): Uint8ClampedArray<ArrayBuffer> {
  const size = Math.sqrt(values.length)
  const pixels = new Uint8ClampedArray(side * side * 4)
  if (size === 0) return pixels
  // Pixel centres lie at −π + 2π (x + ½) / side.
  const at = Array.from({ length: side }, (_, x) => {
    const position = ((x + 0.5) * size) / side
    const low = Math.floor(position) % size
    return { low, high: (low + 1) % size, f: position - Math.floor(position) }
  })
  const table = Array.from({ length: 256 }, (_, i) => color(i / 255))
  const empty = color(Number.NaN)
  let offset = 0
  for (const y of at) {
    const above = y.low * size
    const below = y.high * size
    for (const x of at) {
      const top = mix(values[above + x.low], values[above + x.high], x.f)
      const bottom = mix(values[below + x.low], values[below + x.high], x.f)
      const value = top + (bottom - top) * y.f
      const t = max > 0 ? value / max : Number.isFinite(value) ? 0 : Number.NaN
      const rgb = Number.isFinite(t) ? (table[Math.round(Math.min(1, Math.max(0, t)) * 255)] ?? empty) : empty
      pixels[offset++] = rgb[0]
      pixels[offset++] = rgb[1]
      pixels[offset++] = rgb[2]
      pixels[offset++] = 255
    }
  }
  return pixels
}

function mix(a: number | undefined, b: number | undefined, f: number): number {
  return a === undefined || b === undefined ? Number.NaN : a + (b - a) * f
}

/**
 * Draws one pixel per number, for feature maps.
 * @param values row by row
 * @returns RGBA bytes
 */
export function pixelsOf(values: ArrayLike<number>, color: (value: number) => Rgb): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4)
  for (let i = 0; i < values.length; i++) {
    const rgb = color(values[i] ?? Number.NaN)
    pixels[4 * i] = rgb[0]
    pixels[4 * i + 1] = rgb[1]
    pixels[4 * i + 2] = rgb[2]
    pixels[4 * i + 3] = 255
  }
  return pixels
}

/** Converts RGB bytes to RGBA bytes. */
export function pixelsOfRgb(bytes: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray((bytes.length / 3) * 4).fill(255)
  for (let i = 0; i < bytes.length; i++) pixels[Math.floor(i / 3) * 4 + (i % 3)] = bytes[i] ?? 0
  return pixels
}

/** Returns the sample nearest to a position, 0 to 1 across the image; wraps around. */
export function nearestSample(fraction: number, size: number): number {
  const index = Math.round(Math.min(1, Math.max(0, fraction)) * size)
  return index % size
}

/** Returns the position of a sample, 0 to 1 across the image. */
export function placeOfSample(index: number, size: number): number {
  return index / size
}
