/** Builds a training step's batch from the bytes of a split: order, augmentation, normalisation. */
import { random, shuffle } from '../nn/random'
import { channels, pixelBytes, side, type Split } from './import/format'

/** Pixels of padding on each side; a crop starts at any of 2 × 4 + 1 rows and columns. */
const padding = 4
const starts = 2 * padding + 1

/** Returns the order of the training examples in one epoch (from 1): a permutation of 0 … count − 1. */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  return shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    random(seed, 'order', epoch),
  )
}

/** The random part of a batch: its examples and their augmentation, without pixels. */
export interface BatchPlan {
  /** Position in the split, one per image, as in all fields. */
  examples: Int32Array<ArrayBuffer>
  /** Offset of the 32 × 32 crop: −4 to 4, 0 without augmentation. */
  rows: Int32Array<ArrayBuffer>
  columns: Int32Array<ArrayBuffer>
  /** 1 if the crop is mirrored, else 0. */
  mirrored: Int32Array<ArrayBuffer>
}

export interface PlanOptions {
  /** The examples are order[from], …, order[from + count − 1]. */
  order: Uint32Array
  from: number
  count: number
  /** Whether to pad by 4, crop 32 × 32 at random and mirror at random. */
  augment: boolean
  seed: number
  epoch: number
}

export interface BatchOptions extends PlanOptions {
  split: Split
  /** Receives count × 32 × 32 × 3 values (NHWC), from its start. */
  images: Float32Array
  /** Receives count classes, from its start. */
  labels: Int32Array
  /** Per channel, for pixels scaled to 0..1. */
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
}

/**
 * Draws a batch. The draw of each (seed, epoch, example) is independent of others, so that a resumed run gets the same
 * images.
 * @param size of the plan; entries after `count` are the first example without augmentation
 * @throws RangeError if the order is too short
 */
export function planBatch({ order, from, count, augment, seed, epoch }: PlanOptions, size = count): BatchPlan {
  if (from < 0 || from + count > order.length)
    throw new RangeError(`A batch of ${count} from ${from} does not fit an order of ${order.length}.`)
  const plan = {
    examples: new Int32Array(size),
    rows: new Int32Array(size),
    columns: new Int32Array(size),
    mirrored: new Int32Array(size),
  }
  for (let i = 0; i < count; i++) {
    const example = order[from + i] as number
    plan.examples[i] = example
    if (!augment) continue
    // One draw: 9 rows × 9 columns × mirrored or not.
    const draw = random(seed, 'augment', epoch, example).int(0, 2 * starts * starts - 1)
    const place = draw >> 1
    plan.rows[i] = Math.floor(place / starts) - padding
    plan.columns[i] = (place % starts) - padding
    plan.mirrored[i] = draw % 2
  }
  return plan
}

/**
 * Writes a batch: (pixel / 255 − mean) / std. Augmentation follows the recipe (akamaster/pytorch_resnet_cifar10,
 * trainer.py): the padding is black before normalisation.
 * @throws RangeError if the order or a buffer is too short
 */
export function fillBatch(options: BatchOptions): void {
  const { split, count, images, labels, augment } = options
  if (images.length < count * pixelBytes || labels.length < count)
    throw new RangeError(`A batch of ${count} does not fit: images ${images.length}, labels ${labels.length}.`)
  const { examples, rows, columns, mirrored } = planBatch(options)
  const table = normalisation(options.mean, options.std)
  for (let i = 0; i < count; i++) {
    const example = examples[i] as number
    if (example >= split.count) throw new RangeError(`There is no example ${example} in ${split.count}.`)
    labels[i] = split.labels[example] as number
    if (!augment) copy(split.images, example * pixelBytes, table, images, i * pixelBytes)
    else
      copyCrop(
        split.images,
        example * pixelBytes,
        table,
        images,
        i * pixelBytes,
        rows[i] as number,
        columns[i] as number,
        mirrored[i] === 1,
      )
  }
}

/** Returns the normalised values of all bytes: 256 per channel, one channel after the other. */
export function normalisation(mean: readonly number[], std: readonly number[]): Float32Array {
  const table = new Float32Array(channels * 256)
  for (let c = 0; c < channels; c++)
    for (let v = 0; v < 256; v++) table[c * 256 + v] = (v / 255 - (mean[c] as number)) / (std[c] as number)
  return table
}

/** Normalises complete images as input of a network. @param pixels 32 × 32 × 3 bytes each, rows of RGB */
export function normalisedPixels(pixels: Uint8Array, mean: readonly number[], std: readonly number[]): Float32Array {
  const table = normalisation(mean, std)
  return Float32Array.from(pixels, (byte, i) => table[(i % channels) * 256 + byte] as number)
}

function copy(source: Uint8Array, at: number, table: Float32Array, out: Float32Array, to: number): void {
  for (let k = 0; k < pixelBytes; k += channels) {
    out[to + k] = table[source[at + k] as number] as number
    out[to + k + 1] = table[256 + (source[at + k + 1] as number)] as number
    out[to + k + 2] = table[512 + (source[at + k + 2] as number)] as number
  }
}

/** Output (y, x) is source (y + dy, x + dx), black outside; then the crop is mirrored. */
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
