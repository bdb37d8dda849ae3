/**
 * Generated test images, 32 × 32 in RGB: edges, gratings, a checkerboard and soft spots, which show what each band
 * passes. Pure.
 */

export const pictureSide = 32
export const pictureNames = ['house', 'gratings', 'checker', 'spots'] as const
export type PictureName = (typeof pictureNames)[number]

type Rgb = readonly [number, number, number]

const drawn = new Map<PictureName, Uint8Array>()

/** Rows of RGB bytes; drawn once and read-only. */
export function drawPicture(name: PictureName): Uint8Array {
  const known = drawn.get(name)
  if (known) return known
  const bytes = new Uint8Array(pictureSide * pictureSide * 3)
  for (let y = 0; y < pictureSide; y++)
    for (let x = 0; x < pictureSide; x++)
      for (const [c, value] of painters[name](x, y).entries())
        bytes[(y * pictureSide + x) * 3 + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
  drawn.set(name, bytes)
  return bytes
}

const painters: Record<PictureName, (x: number, y: number) => Rgb> = { house, gratings, checker, spots }

function house(x: number, y: number): Rgb {
  const fence = x > 22 && y > 18 && y < 27 && x % 3 === 0
  if (fence) return [0.95, 0.95, 0.92]
  if (x > 14 && x < 19 && y > 17 && y < 27) return [0.3, 0.2, 0.16]
  if (x > 7 && x < 12 && y > 15 && y < 20) return x === 9 || x === 10 ? [0.93, 0.93, 0.8] : [0.55, 0.7, 0.85]
  if (y > 4 && y <= 12 && Math.abs(x - 13) < (y - 4) * 1.15) return [0.38, 0.24, 0.26]
  if (x > 5 && x < 21 && y > 12 && y < 27) return y % 4 === 0 ? [0.62, 0.36, 0.28] : [0.76, 0.47, 0.36]
  if (Math.hypot(x - 26, y - 6) < 3.4) return [1, 0.87, 0.4]
  return y < 23 ? [0.5 + y * 0.012, 0.68 + y * 0.008, 0.92] : [0.36, 0.56 - (y - 23) * 0.015, 0.26]
}

/** One quarter each of vertical, horizontal and diagonal waves and of a checkerboard. */
function gratings(x: number, y: number): Rgb {
  const right = x >= pictureSide / 2
  const below = y >= pictureSide / 2
  const q = right
    ? below
      ? (x + y) % 2 === 0
        ? 1
        : -1
      : Math.sin(y * 1.6)
    : below
      ? Math.sin((x + y) * 0.9)
      : Math.sin(x * 1.6)
  return [0.5 + q * 0.4, 0.5 + q * 0.35, 0.55 + q * 0.3]
}

function checker(x: number, y: number): Rgb {
  const odd = (Math.floor(x / 4) + Math.floor(y / 4)) % 2 === 1
  if (Math.hypot(x - 16, y - 16) < 9) return odd ? [0.9, 0.5, 0.2] : [0.2, 0.3, 0.6]
  return odd ? [0.85, 0.85, 0.82] : [0.3, 0.32, 0.35]
}

const blobs: readonly { x: number; y: number; radius: number; color: Rgb }[] = [
  { x: 9, y: 8, radius: 6, color: [0.95, 0.35, 0.6] },
  { x: 23, y: 7, radius: 5, color: [0.95, 0.6, 0.2] },
  { x: 16, y: 18, radius: 7, color: [0.55, 0.2, 0.5] },
  { x: 26, y: 24, radius: 4, color: [0.2, 0.75, 0.7] },
  { x: 6, y: 25, radius: 5, color: [0.3, 0.4, 0.95] },
]

function spots(x: number, y: number): Rgb {
  return blobs.reduce<Rgb>(
    (color, blob) => {
      const weight = Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2)
      const mix = (i: 0 | 1 | 2): number => color[i] + (blob.color[i] - color[i]) * weight
      return [mix(0), mix(1), mix(2)]
    },
    [0.16, 0.17, 0.24],
  )
}
