/**
 * The convolution of a multi-band layer in two algorithms: `expanded`, a plain convolution with the four kernels of
 * each bank; `shared`, our own kernels (native/bank.h), which multiply once per tap of a base filter. Shape, direction
 * and device decide which one is faster.
 */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu'
import { isSignBank, signBank, type BankTable } from '../analysis/filters/banks'
import { expandKernel, foldGradient } from '../nn/multiband'
import { attributes } from './attributes'
import type { TensorFlow, TFEOpAttr } from './tensorflow'

export const algorithms = ['expanded', 'shared'] as const
export type Algorithm = (typeof algorithms)[number]

export const directions = ['forward', 'gradInput', 'gradFilter'] as const
export type Direction = (typeof directions)[number]

/** Shape of a layer with stride 1, the only kind that has two algorithms. */
export interface BankShape {
  height: number
  width: number
  /** Input channels. */
  inputs: number
  /** Base filters. */
  filters: number
}

/**
 * Returns whether our own kernels support the shape (native/bank.h): not the stem with its three inputs, and only the
 * paper's bank.
 */
export function hasShared({ width, inputs, filters }: BankShape, table: BankTable): boolean {
  return isSignBank(table) && [16, 32, 64].includes(inputs) && [4, 8, 16].includes(filters) && width % 8 === 0
}

export type BankAlgorithms = Readonly<Record<Direction, Algorithm>>

interface BankConvolution {
  /** @param x [batch, height, width, in] @param base [3, 3, in, b] @returns [batch, height, width, 4b] */
  forward: (x: Tensor, base: Tensor) => Tensor
  /** @param dy [batch, height, width, 4b] @returns the gradient of x */
  gradInput: (x: Tensor, base: Tensor, dy: Tensor) => Tensor
  /** @returns the gradient of base */
  gradFilter: (x: Tensor, base: Tensor, dy: Tensor) => Tensor
}

/**
 * @param convAttrs attributes of the plain convolution: the layer's stride and padding
 * @param table `shared` supports only the paper's
 */
export function bankConvolutions(
  { tf, backend, binding }: TensorFlow,
  convAttrs: readonly TFEOpAttr[],
  table: BankTable = signBank,
): Record<Algorithm, BankConvolution> {
  const float = [attributes(binding).type('T', binding.TF_FLOAT)]
  const plain = [...convAttrs]
  const sizes = (shape: number[]): Tensor1D => tf.tensor1d(shape, 'int32')
  const expandedShape = (base: Tensor): number[] => [...base.shape.slice(0, 3), table.length * (base.shape[3] ?? 0)]
  return {
    expanded: {
      forward: (x, base) => backend.executeSingleOutput('Conv2D', plain, [x, expandKernel(tf, base, table)]),
      gradInput: (x, base, dy) =>
        backend.executeSingleOutput('Conv2DBackpropInput', plain, [sizes(x.shape), expandKernel(tf, base, table), dy]),
      gradFilter: (x, base, dy) =>
        foldGradient(
          tf,
          backend.executeSingleOutput('Conv2DBackpropFilter', plain, [x, sizes(expandedShape(base)), dy]),
          table,
        ),
    },
    shared: {
      forward: (x, base) => backend.executeSingleOutput('WorkbenchBankConv', float, [x, base]),
      gradInput: (_, base, dy) => backend.executeSingleOutput('WorkbenchBankConvGradInput', float, [base, dy]),
      gradFilter: (x, _, dy) => backend.executeSingleOutput('WorkbenchBankConvGradFilter', float, [x, dy]),
    },
  }
}

/** The convolution with its gradient; each direction uses its own algorithm. */
export function bankConv2d(
  tensorflow: TensorFlow,
  convAttrs: readonly TFEOpAttr[],
  { table, chosen }: { table: BankTable; chosen: BankAlgorithms },
  x: Tensor4D,
  base: Tensor4D,
): Tensor4D {
  const by = bankConvolutions(tensorflow, convAttrs, table)
  const op = tensorflow.tf.customGrad((input, filters, save) => {
    ;(save as (tensors: Tensor[]) => void)([input as Tensor, filters as Tensor])
    return {
      value: by[chosen.forward].forward(input as Tensor, filters as Tensor),
      gradFunc: (dy, saved) => {
        const [xs, bs] = saved as [Tensor, Tensor]
        return [by[chosen.gradInput].gradInput(xs, bs, dy), by[chosen.gradFilter].gradFilter(xs, bs, dy)]
      },
    }
  })
  return op(x, base) as Tensor4D
}
