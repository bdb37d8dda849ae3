/** From a split's bytes to what a training step takes: order, augmentation, normalisation. */
import { random, shuffle } from '../nn/random'
import { channels, pixelBytes, side, type Split } from './format'

/** Pixels of padding on each side; a crop starts at any of 2 × 4 + 1 rows and columns. */
const padding = 4
const starts = 2 * padding + 1

/** The order of the training examples of one epoch (from 1): a shuffle of 0 … count − 1. */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  return shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    random(seed, 'order', epoch),
  )
}

export interface BatchOptions {
  split: Split
  /** The examples are order[from], …, order[from + count − 1]. */
  order: Uint32Array
  from: number
  count: number
  /** Takes count × 32 × 32 × 3 values (NHWC), from its start. */
  images: Float32Array
  /** Takes count classes, from its start. */
  labels: Int32Array
  /** Per channel, of pixels scaled to 0..1. */
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
  /** Padding by 4, a random 32 × 32 crop and a random mirror. */
  augment: boolean
  seed: number
  epoch: number
}

/**
 * Writes a batch: (pixel / 255 − mean) / std. Augmentation follows the recipe (akamaster/pytorch_resnet_cifar10,
 * trainer.py): the padding is black before normalisation. It is drawn for each (seed, epoch, example) by itself, so that
 * a run that stopped anywhere goes on with the same pictures.
 * @throws RangeError where the order or a buffer is too short
 */
export function fillBatch(options: BatchOptions): void {
  const { split, order, from, count, images, labels, augment, seed, epoch } = options
  if (from < 0 || from + count > order.length || images.length < count * pixelBytes || labels.length < count)
    throw new RangeError(`A batch of ${count} from ${from} does not fit: order ${order.length}, images ${images.length}, labels ${labels.length}.`)
  const table = normalisation(options.mean, options.std)
  for (let i = 0; i < count; i++) {
    const example = order[from + i] as number
    if (example >= split.count) throw new RangeError(`There is no example ${example} in ${split.count}.`)
    labels[i] = split.labels[example] as number
    // One draw: 9 rows × 9 columns × mirrored or not.
    const draw = augment ? random(seed, 'augment', epoch, example).int(0, 2 * starts * starts - 1) : -1
    if (draw < 0) copy(split.images, example * pixelBytes, table, images, i * pixelBytes)
    else {
      const place = draw >> 1
      const dy = Math.floor(place / starts) - padding
      const dx = (place % starts) - padding
      copyCrop(split.images, example * pixelBytes, table, images, i * pixelBytes, dy, dx, draw % 2 === 1)
    }
  }
}

/** The 256 normalised values of each channel, one channel after the other. */
function normalisation(mean: readonly number[], std: readonly number[]): Float32Array {
  const table = new Float32Array(channels * 256)
  for (let c = 0; c < channels; c++) for (let v = 0; v < 256; v++) table[c * 256 + v] = (v / 255 - (mean[c] as number)) / (std[c] as number)
  return table
}

function copy(source: Uint8Array, at: number, table: Float32Array, out: Float32Array, to: number): void {
  for (let k = 0; k < pixelBytes; k += channels) {
    out[to + k] = table[source[at + k] as number] as number
    out[to + k + 1] = table[256 + (source[at + k + 1] as number)] as number
    out[to + k + 2] = table[512 + (source[at + k + 2] as number)] as number
  }
}

/** Output (y, x) shows source (y + dy, x + dx), black outside; the crop is mirrored after that. */
function copyCrop(
  source: Uint8Array,
  at: number,
  table: Float32Array,
  out: Float32Array,
  to: number,
  dy: number,
  dx: number,
  mirrored: boolean,
): void {
  const [r, g, b] = [table[0] as number, table[256] as number, table[512] as number]
  const step = mirrored ? -channels : channels
  for (let y = 0; y < side; y++) {
    let o = to + y * side * channels + (mirrored ? (side - 1) * channels : 0)
    const row = y + dy
    const inside = row >= 0 && row < side
    for (let x = 0; x < side; x++, o += step) {
      const column = x + dx
      if (inside && column >= 0 && column < side) {
        const s = at + (row * side + column) * channels
        out[o] = table[source[s] as number] as number
        out[o + 1] = table[256 + (source[s + 1] as number)] as number
        out[o + 2] = table[512 + (source[s + 2] as number)] as number
      } else {
        out[o] = r
        out[o + 1] = g
        out[o + 2] = b
      }
    }
  }
}
