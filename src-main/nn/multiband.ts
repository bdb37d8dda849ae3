/**
 * The multi-band layer in TensorFlow: it derives a bank of filters from each base filter. Paper, sections III-A and
 * III-B.
 */
import type { Tensor, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-node-gpu'
import { bankSide, type BankTable } from '../analysis/filters/banks'
import type { TF } from './operations'

/** Returns whether every band takes each tap from the same position, so that one product makes all bands. */
const onlyFactors = (bank: BankTable): boolean =>
  bank.every((band) => band.every((source, t) => source === 0 || Math.abs(source) === t + 1))

/** Returns the signs of all bands, [3, 3, 1, bands, 1]. */
function factors(tf: TF, bank: BankTable): Tensor5D {
  const at = (s: number, r: number): number[] => bank.map((band) => Math.sign(band[s * bankSide + r] ?? NaN))
  const sides = [...Array(bankSide).keys()]
  return tf.tensor5d(
    sides.map((s) => sides.map((r) => [at(s, r).map((sign) => [sign])])),
    [bankSide, bankSide, 1, bank.length, 1],
  )
}

/** Returns the signs of one band, [9, 1, 1]. */
const bandFactors = (tf: TF, band: readonly number[]): Tensor3D =>
  tf.tensor3d(band.map((source) => [[Math.sign(source)]]))

/**
 * Returns the kernels that a multi-band layer convolves with. For the paper's bank h1 = h, h2 = (−1)^r h, h3 = (−1)^s h,
 * h4 = (−1)^(r+s) h (equations 1 to 4), where r is the column and s the row. Gradients reach h through all bands
 * (`foldGradient`).
 * @param base [3, 3, in, b]
 * @returns [3, 3, in, bands · b], band-major: all h1, all h2, and so on
 */
export function expandKernel(tf: TF, base: Tensor, bank: BankTable): Tensor4D {
  const [rows = 0, columns = 0, inputs = 0, filters = 0] = base.shape
  if (onlyFactors(bank))
    return base
      .reshape([rows, columns, inputs, 1, filters])
      .mul(factors(tf, bank))
      .reshape([rows, columns, inputs, bank.length * filters])
  const taps = base.reshape([rows * columns, inputs, filters])
  const bands = bank.map((band) => {
    const sources = tf.tensor1d(
      band.map((source, t) => (source === 0 ? t : Math.abs(source) - 1)),
      'int32',
    )
    return tf.gather(taps, sources).mul(bandFactors(tf, band)).reshape<Tensor4D>([rows, columns, inputs, filters])
  })
  return tf.concat(bands, 3)
}

/**
 * Returns the gradient of the base filters from that of the expanded kernel: the transpose of `expandKernel`.
 * @param gradient [3, 3, in, bands · b]
 * @returns [3, 3, in, b]
 */
export function foldGradient(tf: TF, gradient: Tensor, bank: BankTable): Tensor4D {
  const [rows = 0, columns = 0, inputs = 0, outputs = 0] = gradient.shape
  const filters = outputs / bank.length
  if (onlyFactors(bank))
    return gradient.reshape([rows, columns, inputs, bank.length, filters]).mul(factors(tf, bank)).sum(3)
  const parts = bank.map((band, i) => {
    const taps = tf
      .slice(gradient, [0, 0, 0, i * filters], [rows, columns, inputs, filters])
      .reshape<Tensor3D>([rows * columns, inputs, filters])
    // The gradient of a base filter's tap is that of the tap which takes it: one per band, or none (sign 0).
    const taken = band.map((_, t) =>
      Math.max(
        0,
        band.findIndex((source) => Math.abs(source) === t + 1),
      ),
    )
    const signs = band.map((_, t) => Math.sign(band.find((source) => Math.abs(source) === t + 1) ?? 0))
    return tf.gather(taps, tf.tensor1d(taken, 'int32')).mul(tf.tensor3d(signs.map((sign) => [[sign]])))
  })
  return parts.reduce((sum, part) => sum.add(part)).reshape([rows, columns, inputs, filters])
}
