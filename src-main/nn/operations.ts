/**
 * The operations that a network needs from TensorFlow; `graph/operations.ts` implements them. Every operation has its
 * gradient unless it says otherwise. Tensors are [batch, height, width, channels].
 */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { BankTable } from '../analysis/filters/banks'

export type TF = typeof import('@tensorflow/tfjs-node-gpu')

export interface NormVariables {
  scale: Variable
  offset: Variable
  /** Running statistics: training updates them, evaluation uses them. */
  mean: Variable
  variance: Variable
}

export interface Operations {
  tf: TF
  /**
   * A convolution with a k × k kernel, k 1 or 3, and (k − 1) / 2 pixels of zero padding on each side. At stride 2 the
   * windows are centred on even pixels.
   */
  conv2d(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor4D
  /**
   * `conv2d` with the kernels that a multi-band layer derives (`expandKernel`), by the fastest algorithm of this machine.
   * @param base [3, 3, in, b]
   * @returns [batch, height, width, bands · b]
   */
  bankConv2d(x: Tensor4D, base: Tensor4D, stride: number, bank: BankTable): Tensor4D
  /**
   * A convolution with one filter per channel, padded as in `conv2d`.
   * @param base [3, 3, 1, channels], or base filters [3, 3, 1, channels / bands] of a bank
   */
  depthwiseConv2d(x: Tensor4D, base: Tensor4D, stride: number, bank: BankTable | null): Tensor4D
  /**
   * Batch normalisation with the batch's statistics, epsilon 1e-5; then the sum with `residual` if there is one, then
   * relu. Moves the running statistics by a tenth towards the batch's (momentum 0.9).
   */
  normRelu(x: Tensor4D, variables: NormVariables, residual?: Tensor4D): Tensor4D
  /** `normRelu` without relu and sum. */
  norm(x: Tensor4D, variables: NormVariables): Tensor4D
  /** Normalisation with the running statistics. No gradient. */
  runningNorm(x: Tensor4D, variables: NormVariables): Tensor4D
  /**
   * `conv2d` (`depthwiseConv2d` for more than one group) and a normalisation with the running statistics, folded into
   * one convolution with a bias. No gradient.
   */
  foldedConv2d(
    x: Tensor4D,
    kernel: Tensor4D,
    variables: NormVariables,
    layer: { stride: number; groups: number },
  ): Tensor4D
  relu(x: Tensor4D): Tensor4D
  /** The maximum of each 2 × 2 pixels: half the size. */
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
