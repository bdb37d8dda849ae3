/** A picture of a person's as the networks see it: its middle square, 32 × 32. */
import { pictureSide, rgbOf } from './pictures'

/** Beyond it decoding alone would hold the window up. */
const largest = 30_000_000

/** @throws Error with a sentence for people where it is no picture, or too large */
export async function readPicture(file: Blob): Promise<Uint8Array> {
  if (file.size > largest) throw new Error('This picture is larger than 30 MB: choose a smaller one.')
  let image: ImageBitmap
  try {
    image = await createImageBitmap(file)
  } catch {
    throw new Error('This is not a picture that can be read: choose a PNG, JPEG, WebP or GIF.')
  }
  const canvas = new OffscreenCanvas(pictureSide, pictureSide)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('No picture can be drawn here.')
  const side = Math.min(image.width, image.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, pictureSide, pictureSide)
  image.close()
  return rgbOf(context.getImageData(0, 0, pictureSide, pictureSide).data)
}
