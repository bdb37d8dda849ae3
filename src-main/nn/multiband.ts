/** The multi-band layer: a bank of four filters from each base filter. Paper, sections III-A and III-B. */
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-node-gpu'
import { signMasks } from '../analysis/filterBank'
import { bands } from './architecture'
import type { TF } from './operations'

/** [rows, columns, 1, bands, 1]: 1, (−1)^r, (−1)^s, (−1)^(r+s); r the column, s the row. */
function signs(tf: TF, rows: number, columns: number): Tensor5D {
  const masks = signMasks(rows, columns)
  return tf.tensor5d(masks[0]?.map((row, s) => row.map((_, r) => [masks.map((band) => [band[s]?.[r] ?? NaN])])) ?? [], [rows, columns, 1, bands, 1])
}

/**
 * The kernels that a multi-band layer convolves with: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h
 * (equations 1–4), r the column and s the row. Gradients reach h through all four.
 * @param base [rows, columns, in, b]
 * @returns [rows, columns, in, 4b], band-major: all h1, all h2, all h3, all h4
 */
export function expandKernel(tf: TF, base: Tensor): Tensor4D {
  const [rows = 0, columns = 0, inputs = 0, filters = 0] = base.shape
  return base.reshape([rows, columns, inputs, 1, filters]).mul(signs(tf, rows, columns)).reshape([rows, columns, inputs, bands * filters])
}

/**
 * The gradient of the base filters from that of the expanded kernel: `expandKernel` turned around.
 * @param gradient [rows, columns, in, 4b]
 * @returns [rows, columns, in, b]
 */
export function foldGradient(tf: TF, gradient: Tensor): Tensor4D {
  const [rows = 0, columns = 0, inputs = 0, outputs = 0] = gradient.shape
  return gradient.reshape([rows, columns, inputs, bands, outputs / bands]).mul(signs(tf, rows, columns)).sum(3)
}
