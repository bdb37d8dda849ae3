/** The multi-band layer: a bank of four filters from each base filter. Paper, sections III-A and III-B. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu'
import { signMasks } from '../analysis/filterBank'
import { bands } from './architecture'
import type { TF } from './operations'

/**
 * The kernels that a multi-band layer convolves with: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h
 * (equations 1–4), r the column and s the row. Gradients reach h through all four.
 * @param base [rows, columns, in, b]
 * @returns [rows, columns, in, 4b], band-major: all h1, all h2, all h3, all h4
 */
export function expandKernel(tf: TF, base: Tensor): Tensor4D {
  const [rows = 0, columns = 0, inputs = 0, filters = 0] = base.shape
  const signs = signMasks(rows, columns)
  const mask = tf.tensor5d(signs[0]?.map((row, s) => row.map((_, r) => [signs.map((band) => [band[s]?.[r] ?? NaN])])) ?? [], [rows, columns, 1, bands, 1])
  return base.reshape([rows, columns, inputs, 1, filters]).mul(mask).reshape([rows, columns, inputs, bands * filters])
}
