/** Encodes and decodes images of the service. Pure. */
import { imageSize } from '../../../src-main/contract'

/** Images are 32 × 32 × 3 bytes, rows of RGB. */
export const side = imageSize

/** Returns an image as RGBA. @throws Error if the number of bytes is wrong */
export function decodePicture(base64: string): Uint8ClampedArray<ArrayBuffer> {
  const bytes = atob(base64)
  if (bytes.length !== side * side * 3) throw new Error(`An image has ${side * side * 3} bytes, not ${bytes.length}.`)
  const pixels = new Uint8ClampedArray(side * side * 4)
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = bytes.charCodeAt(i * 3 + c)
    pixels[i * 4 + 3] = 255
  }
  return pixels
}

/** Returns RGB bytes as base64. */
export function encodePicture(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Removes the alpha channel. */
export function rgbOf(rgba: Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)] ?? 0)
}
