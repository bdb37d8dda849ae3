/** Reads the user's image as the networks' input: its central square, 32 × 32. */
import { rgbOf, side } from './pictures'

/** Larger files would block the window while they are decoded. */
const largest = 30_000_000

export interface OwnPicture {
  /** 32 × 32 × 3 bytes, rows of RGB. Transparent pixels become white. */
  bytes: Uint8Array
  /** Size of the original image. */
  width: number
  height: number
}

/** @throws Error with a message for the user if it is not an image, or too large */
export async function readPicture(file: Blob): Promise<OwnPicture> {
  if (file.size > largest) throw new Error('This image is larger than 30 MB: choose a smaller one.')
  let image: ImageBitmap
  try {
    image = await createImageBitmap(file)
  } catch {
    throw new Error('This image cannot be read: choose a PNG, JPEG, WebP or GIF.')
  }
  const canvas = new OffscreenCanvas(side, side)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The window cannot draw images.')
  const { width, height } = image
  const middle = Math.min(width, height)
  context.fillStyle = 'white'
  context.fillRect(0, 0, side, side)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, (width - middle) / 2, (height - middle) / 2, middle, middle, 0, 0, side, side)
  image.close()
  return { bytes: rgbOf(context.getImageData(0, 0, side, side).data), width, height }
}
