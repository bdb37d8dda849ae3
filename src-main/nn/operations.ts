/**
 * The operations a network is built of, as an interface: `nn` says what is computed, `graph` says how TensorFlow does
 * it. Every operation has its gradient. Pictures are [batch, height, width, channels].
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { BankTable } from '../analysis/filters/banks'

export type TF = typeof import('@tensorflow/tfjs-node-gpu')

export interface NormVariables {
  scale: Variable
  offset: Variable
  /** Running statistics: kept in training, used in evaluation. */
  mean: Variable
  variance: Variable
}

export interface Operations {
  tf: TF
  /**
   * k × k with (k − 1) / 2 pixels of zeros around, as the reference recipe pads: at stride 2, windows lie on even
   * pixels. k is 1 or 3.
   */
  conv2d(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor4D
  /**
   * The same with the kernels that a multi-band layer makes of its base filters (`expandKernel`), by whichever
   * algorithm is faster here. @param base [3, 3, in, b]; @returns [batch, height, width, bands · b]
   */
  bankConv2d(x: Tensor4D, base: Tensor4D, stride: number, bank: BankTable): Tensor4D
  /** A filter to each channel, padded as `conv2d` is. @param base [3, 3, 1, channels], or base filters [3, 3, 1, channels / bands] of a bank */
  depthwiseConv2d(x: Tensor4D, base: Tensor4D, stride: number, bank: BankTable | null): Tensor4D
  /**
   * Batch normalisation by the batch, epsilon 1e-5; then the sum with `residual` where given, then relu. Moves the
   * running statistics by a tenth towards the batch's (momentum 0.9).
   */
  normRelu(x: Tensor4D, variables: NormVariables, residual?: Tensor4D): Tensor4D
  /** `normRelu` without relu and sum. */
  norm(x: Tensor4D, variables: NormVariables): Tensor4D
  /** Normalisation by the running statistics. No gradient. */
  runningNorm(x: Tensor4D, variables: NormVariables): Tensor4D
  /**
   * `conv2d` (`depthwiseConv2d` of more than one group) and normalisation by the running statistics, folded into one
   * convolution with a bias. No gradient.
   */
  foldedConv2d(
    x: Tensor4D,
    kernel: Tensor4D,
    variables: NormVariables,
    layer: { stride: number; groups: number },
  ): Tensor4D
  relu(x: Tensor4D): Tensor4D
  /** The largest of each 2 × 2 pixels: half the size. */
  maxPool(x: Tensor4D): Tensor4D
  /** Every second pixel, from the first. */
  subsample(x: Tensor4D): Tensor4D
  /** Cross-entropy of each example, in nats. @param labels int32 [batch] */
  crossEntropy(logits: Tensor2D, labels: Tensor1D): Tensor1D
  /** SGD with momentum and weight decay: v ← momentum·v + (g + weightDecay·w); w ← w − learningRate·v. */
  momentumUpdate(
    w: Variable,
    velocity: Variable,
    gradient: Tensor,
    learningRate: Tensor,
    momentum: number,
    weightDecay: number,
  ): void
}
