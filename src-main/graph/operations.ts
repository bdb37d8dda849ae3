/** A network's operations as TensorFlow's fused ones, with their gradients; the same when recorded or run eagerly. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import { expandKernel, foldGradient } from '../nn/multiband'
import type { NormVariables, Operations } from '../nn/operations'
import { attributes } from './attributes'
import { bankConv2d, hasShared, type BankAlgorithms, type BankShape } from './bankConvolution'
import type { Recorder } from './recorder'
import type { TensorFlow, TFEOpAttr, TFJSBinding } from './tensorflow'

const epsilon = 1e-5
/** 1 − the momentum 0.9 of the running statistics. */
const averageFactor = 0.1

export interface OperationsOptions {
  /** Provides fused updates; null runs everything eagerly. */
  recorder: () => Recorder | null
  /** Our own kernels, which exist only on the CPU; null uses TensorFlow's operations only. */
  fused: boolean
  /** The algorithm of each multi-band layer that has a choice; default: expanded. */
  bank?: (shape: BankShape) => BankAlgorithms
}

/** Padding of a convolution over images that are padded differently than SAME would (see `padded`). */
export function convAttrs(binding: TFJSBinding, stride: number): TFEOpAttr[] {
  const { type, text, ints } = attributes(binding)
  return [
    type('T', binding.TF_FLOAT),
    ints('strides', [1, stride, stride, 1]),
    ints('dilations', [1, 1, 1, 1]),
    text('data_format', 'NHWC'),
    text('padding', stride === 1 ? 'SAME' : 'VALID'),
  ]
}

/** Numbers of channels that our own normalisation supports (native/norm.cc). */
const ownNormChannels: readonly number[] = [16, 32, 64]

export const allExpanded: BankAlgorithms = { forward: 'expanded', gradInput: 'expanded', gradFilter: 'expanded' }

export function operations(
  tensorflow: TensorFlow,
  { recorder, fused, bank = () => allExpanded }: OperationsOptions,
): Operations {
  const { tf, backend, binding } = tensorflow
  const { type, text, number, integer, flag } = attributes(binding)
  const float = type('T', binding.TF_FLOAT)

  /**
   * At stride 2 TensorFlow's SAME puts the odd pixel of padding after the image, the recipe (PyTorch) before it.
   * Explicit paddings can express that, but their gradients have no fast kernels in TensorFlow (10 to 40 times slower).
   */
  const padded = (x: Tensor4D, stride: number, side = 3): Tensor4D =>
    stride === 1 || side === 1
      ? x
      : tf.pad(x, [
          [0, 0],
          [1, 0],
          [1, 0],
          [0, 0],
        ])
  const normAttrsOf = (training: boolean): TFEOpAttr[] => [
    float,
    type('U', binding.TF_FLOAT),
    number('epsilon', epsilon),
    flag('is_training', training),
    text('data_format', 'NHWC'),
  ]
  const normAttrs = normAttrsOf(true)
  const sizes = (shape: number[]): Tensor1D => tf.tensor1d(shape, 'int32')

  type Save = (tensors: Tensor[]) => void

  const batchNorm = (x: Tensor4D, { scale, offset, mean, variance }: NormVariables): Tensor4D => {
    const op = tf.customGrad((input, s, o, save) => {
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        [...normAttrs, number('exponential_avg_factor', averageFactor)],
        [input as Tensor, s as Tensor, o as Tensor, mean, variance],
        6,
      )
      const [value, newMean, newVariance, r1, r2, r3] = outputs as [Tensor, Tensor1D, Tensor1D, Tensor, Tensor, Tensor]
      mean.assign(newMean)
      variance.assign(newVariance)
      ;(save as Save)([input as Tensor, s as Tensor, r1, r2, r3])
      return {
        value,
        gradFunc: (dy, saved) =>
          backend.executeMultipleOutputs('FusedBatchNormGradV3', normAttrs, [dy, ...saved], 5).slice(0, 3),
      }
    })
    return op(x, scale, offset) as Tensor4D
  }

  // tfjs' own gradient of relu takes four operations and uses the input: with the output, TensorFlow may fuse relu into
  // the operation before it.
  const relu = (x: Tensor4D): Tensor4D => {
    const op = tf.customGrad((input, save) => {
      const value = backend.executeSingleOutput('Relu', [float], [input as Tensor])
      ;(save as Save)([value])
      return {
        value,
        gradFunc: (dy, saved) => backend.executeSingleOutput('ReluGrad', [float], [dy, saved[0] as Tensor]),
      }
    })
    return op(x) as Tensor4D
  }

  /** Our own kernels (native/norm.cc): two passes over the activations in each direction instead of five to seven. */
  const fusedNormRelu = (
    x: Tensor4D,
    { scale, offset, mean, variance }: NormVariables,
    residual?: Tensor4D,
  ): Tensor4D => {
    const rest = residual ? [residual] : []
    const attrs = [float, flag('relu', true), integer('residuals', rest.length)]
    const op = tf.customGrad((input, s, o, ...others) => {
      const save = others.pop() as Save
      const outputs = backend.executeMultipleOutputs(
        'WorkbenchNorm',
        attrs,
        [input as Tensor, s as Tensor, o as Tensor, mean, variance, ...(others as Tensor[])],
        5,
      )
      const [value, newMean, newVariance, batchMean, batchInverse] = outputs as [
        Tensor,
        Tensor1D,
        Tensor1D,
        Tensor,
        Tensor,
      ]
      mean.assign(newMean)
      variance.assign(newVariance)
      save([input as Tensor, s as Tensor, batchMean, batchInverse, value])
      return {
        value,
        gradFunc: (dy, saved) =>
          backend
            .executeMultipleOutputs('WorkbenchNormGrad', [...attrs, integer('gradients', 1)], [...saved, dy], 4)
            .slice(0, 3 + rest.length),
      }
    })
    return op(x, scale, offset, ...rest) as Tensor4D
  }

  const asDepthwiseShape = ([rows = 0, columns = 0, , channels = 0]: number[]): number[] => [rows, columns, channels, 1]
  const asDepthwise = (filters: Tensor): Tensor => tf.reshape(filters, asDepthwiseShape(filters.shape))

  return {
    tf,

    conv2d(unpadded, kernel, stride) {
      const x = padded(unpadded, stride, kernel.shape[0])
      const attrs = convAttrs(binding, stride)
      const op = tf.customGrad((input, filter, save) => {
        const value = backend.executeSingleOutput('Conv2D', attrs, [input as Tensor, filter as Tensor])
        ;(save as Save)([input as Tensor, filter as Tensor])
        return {
          value,
          gradFunc: (dy, saved) => {
            const [xs, ws] = saved as [Tensor, Tensor]
            return [
              backend.executeSingleOutput('Conv2DBackpropInput', attrs, [sizes(xs.shape), ws, dy]),
              backend.executeSingleOutput('Conv2DBackpropFilter', attrs, [xs, sizes(ws.shape), dy]),
            ]
          },
        }
      })
      return op(x, kernel) as Tensor4D
    },

    bankConv2d(unpadded, base, stride, table) {
      const x = padded(unpadded, stride)
      const [, height, width, inputs] = x.shape
      const shape = { height, width, inputs, filters: base.shape[3] }
      const chosen = fused && stride === 1 && hasShared(shape, table) ? bank(shape) : allExpanded
      return bankConv2d(tensorflow, convAttrs(binding, stride), { table, chosen }, x, base)
    },

    // Base filters have the layout of a layer with one input, [3, 3, 1, b]; TensorFlow wants a filter's multiplier
    // last.
    depthwiseConv2d(unpadded, base, stride, bank) {
      const x = padded(unpadded, stride)
      const attrs = convAttrs(binding, stride)
      const filtersOf = (filters: Tensor): Tensor => asDepthwise(bank ? expandKernel(tf, filters, bank) : filters)
      const op = tf.customGrad((input, filters, save) => {
        const value = backend.executeSingleOutput('DepthwiseConv2dNative', attrs, [
          input as Tensor,
          filtersOf(filters as Tensor),
        ])
        ;(save as Save)([input as Tensor, filters as Tensor])
        return {
          value,
          gradFunc: (dy, saved) => {
            const [xs, bs] = saved as [Tensor, Tensor]
            const whole = [3, 3, 1, xs.shape[3] ?? 0]
            const gradient = backend.executeSingleOutput('DepthwiseConv2dNativeBackpropFilter', attrs, [
              xs,
              sizes(asDepthwiseShape(whole)),
              dy,
            ])
            const expanded = tf.reshape(gradient, whole)
            return [
              backend.executeSingleOutput('DepthwiseConv2dNativeBackpropInput', attrs, [
                sizes(xs.shape),
                filtersOf(bs),
                dy,
              ]),
              bank ? foldGradient(tf, expanded, bank) : expanded,
            ]
          },
        }
      })
      return op(x, base) as Tensor4D
    },

    normRelu(x, variables, residual) {
      if (fused && ownNormChannels.includes(x.shape[3])) return fusedNormRelu(x, variables, residual)
      const y = batchNorm(x, variables)
      return relu(residual ? tf.add(y, residual) : y)
    },

    norm: batchNorm,

    runningNorm: (x, { scale, offset, mean, variance }) =>
      backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        [...normAttrsOf(false), number('exponential_avg_factor', averageFactor)],
        [x, scale, offset, mean, variance],
        6,
      )[0] as Tensor4D,

    // The folded convolution is a plain one with a bias, which TensorFlow fuses with the next operation.
    foldedConv2d(x, kernel, { scale, offset, mean, variance }: NormVariables, { stride, groups }) {
      const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))
      const input = padded(x, stride, kernel.shape[0])
      const folded = tf.mul<Tensor4D>(kernel, factor)
      const attrs = convAttrs(binding, stride)
      const y =
        groups > 1
          ? backend.executeSingleOutput('DepthwiseConv2dNative', attrs, [input, asDepthwise(folded)])
          : backend.executeSingleOutput('Conv2D', attrs, [input, folded])
      return backend.executeSingleOutput(
        'BiasAdd',
        [float, text('data_format', 'NHWC')],
        [y, tf.sub(offset, tf.mul(mean, factor))],
      ) as Tensor4D
    },

    relu,

    maxPool: (x) => tf.maxPool(x, 2, 2, 'valid'),

    // Pooling over one pixel: tfjs has no gradient for strided slices.
    subsample: (x) => tf.avgPool(x, 1, 2, 'valid'),

    crossEntropy(logits: Tensor2D, labels: Tensor1D) {
      const attrs = [float, type('Tlabels', binding.TF_INT32)]
      const op = tf.customGrad((x, save) => {
        const [value, slope] = backend.executeMultipleOutputs(
          'SparseSoftmaxCrossEntropyWithLogits',
          attrs,
          [x as Tensor, labels],
          2,
        ) as [Tensor, Tensor]
        ;(save as (tensors: Tensor[]) => void)([slope])
        return { value, gradFunc: (dy, saved) => tf.mul(tf.reshape(dy, [-1, 1]), saved[0] as Tensor) }
      })
      return op(logits) as Tensor1D
    },

    momentumUpdate(w: Variable, velocity: Variable, gradient, learningRate, momentum, weightDecay) {
      const decayed = tf.add(gradient, tf.mul(w, weightDecay))
      const update = (): void =>
        tf.tidy(() => {
          const v = tf.add(tf.mul(velocity, momentum), decayed)
          velocity.assign(v)
          w.assign(tf.sub(w, tf.mul(learningRate, v)))
        })
      const active = recorder()
      if (!active) return update()
      active.fused(
        'ResourceApplyMomentum',
        [w, velocity, learningRate, decayed, tf.scalar(momentum)],
        [float, flag('use_locking', false), flag('use_nesterov', false)],
        [w, velocity],
        update,
      )
    },
  }
}
