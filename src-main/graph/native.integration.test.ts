/** Compares our own kernels with TensorFlow's ops, run eagerly: values and gradients. */
import type { Rank, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bankTable } from '../analysis/filters/banks'
import { expandKernel } from '../nn/multiband'
import type { Operations } from '../nn/operations'
import { random } from '../nn/random'
import { bankConvolutions, directions } from './bankConvolution'
import { convAttrs, operations } from './operations'
import { loadTensorFlow, type TensorFlow } from './tensorflow'

let tensorflow: TensorFlow
beforeAll(async () => {
  tensorflow = await loadTensorFlow()
})
afterAll(() => tensorflow.tf.disposeVariables())

let draws = 0
/** Returns normal random numbers, different ones at each call. */
function normal(shape: number[], mean = 0): Tensor {
  const rng = random(5, 'weights', draws++)
  return tensorflow.tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => mean + rng.normal()),
    shape,
  )
}

/** Returns the largest difference relative to the largest value. */
function distance(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape)
  const [x, y] = [a.dataSync(), b.dataSync()]
  const scale = Math.max(...x.map(Math.abs))
  return Math.max(...x.map((v, i) => Math.abs(v - (y[i] ?? NaN)))) / scale
}

const pictures: [number, number, number, number][] = [
  [3, 32, 32, 16],
  [5, 16, 16, 32],
  [7, 8, 8, 64],
  [1, 8, 8, 16],
]

describe('normalisation, sum and ReLU in one kernel', () => {
  const cases = pictures.flatMap((shape) => [
    { shape, residual: false },
    { shape, residual: true },
  ])

  it.each(cases)('agree with TensorFlow for $shape, with a residual: $residual', ({ shape, residual }) => {
    const { tf } = tensorflow
    tf.tidy(() => {
      const channels = shape[3]
      const [x, r, dy] = [normal(shape) as Tensor4D, normal(shape) as Tensor4D, normal(shape)]
      const [scale, offset] = [normal([channels], 1), normal([channels])]
      const results = [false, true].map((fused) => {
        const ops: Operations = operations(tensorflow, { recorder: () => null, fused })
        const running = { mean: tf.variable(tf.ones([channels])), variance: tf.variable(tf.ones([channels])) }
        const f = (...[input, s, o, rest]: Tensor[]): Tensor =>
          ops.normRelu(
            input as Tensor4D,
            { ...running, scale: s as Variable, offset: o as Variable },
            residual ? (rest as Tensor4D) : undefined,
          )
        const { value, grads } = tf.valueAndGrads(f)([x, scale, offset, ...(residual ? [r] : [])], dy)
        return [value, ...grads, running.mean, running.variance] as Tensor[]
      })
      const [stock, ours] = results as [Tensor[], Tensor[]]
      stock.forEach((tensor, i) => expect(distance(tensor, ours[i] as Tensor), `result ${i}`).toBeLessThan(1e-5))
    })
  })

  it('keep the digits of the variance if the mean is far from zero', () => {
    const { tf } = tensorflow
    tf.tidy(() => {
      const x = normal([4, 16, 16, 16], 300) as Tensor4D
      const variance = tf.variable(tf.zeros([16]))
      const one = () => tf.variable(tf.ones([16]))
      operations(tensorflow, { recorder: () => null, fused: true }).normRelu(x, {
        scale: one(),
        offset: one(),
        mean: one(),
        variance,
      })
      const channel = [...x.dataSync()].filter((_, i) => i % 16 === 3)
      const mean = channel.reduce((a, b) => a + b, 0) / channel.length
      const expected = (0.1 * channel.reduce((a, b) => a + (b - mean) ** 2, 0)) / (channel.length - 1)
      expect(Math.abs((variance.dataSync()[3] ?? NaN) / expected - 1)).toBeLessThan(1e-5)
    })
  })

  it('add two gradients like a single one', () => {
    const { tf, backend, binding } = tensorflow
    tf.tidy(() => {
      const shape = [2, 8, 8, 32]
      const [x, y, a, b] = [normal(shape), normal(shape), normal(shape), normal(shape)]
      const [scale, mean, inverse] = [normal([32], 1), normal([32]), tf.ones([32])]
      const grad = (...dy: Tensor[]): Tensor[] =>
        backend.executeMultipleOutputs(
          'WorkbenchNormGrad',
          [
            { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
            { name: 'relu', type: binding.TF_ATTR_BOOL, value: true },
            { name: 'residuals', type: binding.TF_ATTR_INT, value: 1 },
            { name: 'gradients', type: binding.TF_ATTR_INT, value: dy.length },
          ],
          [x, scale, mean, inverse, y, ...dy],
          4,
        )
      const [one, two] = [grad(tf.add(a, b)), grad(a, b)]
      one.forEach((tensor, i) => expect(tensor.dataSync()).toEqual(two[i]?.dataSync()))
    })
  })

  it('use TensorFlow’s ops for unsupported shapes', () => {
    const { tf } = tensorflow
    const x = tf.randomNormal<Rank.R4>([2, 8, 8, 24], 1, 2, 'float32', 5)
    const [own, stock] = [true, false].map((fused) => {
      const vector = () => tf.variable(tf.ones([24]))
      return operations(tensorflow, { recorder: () => null, fused })
        .normRelu(x, { scale: vector(), offset: vector(), mean: vector(), variance: vector() })
        .dataSync()
    })
    expect(own).toEqual(stock)
    expect(own).toHaveLength(2 * 8 * 8 * 24)
  })
})

describe('depthwise convolution', () => {
  it.each([
    { stride: 1, bank: null },
    { stride: 2, bank: null },
    { stride: 2, bank: bankTable('signs') },
    { stride: 1, bank: bankTable('rotations') },
  ])('of stride $stride has the values and gradients of tfjs, with and without a bank: %#', ({ stride, bank }) => {
    const { tf } = tensorflow
    tf.tidy(() => {
      const ops = operations(tensorflow, { recorder: () => null, fused: false })
      const [x, base] = [normal([2, 8, 8, 12]) as Tensor4D, normal([3, 3, 1, 12 / (bank?.length ?? 1)])]
      const dy = normal([2, 8 / stride, 8 / stride, 12])
      const own = (input: Tensor, filters: Tensor): Tensor =>
        ops.depthwiseConv2d(input as Tensor4D, filters as Tensor4D, stride, bank)
      const stock = (input: Tensor, filters: Tensor): Tensor => {
        const kernel = (bank ? expandKernel(tf, filters, bank) : filters).reshape<Tensor4D>([3, 3, 12, 1])
        return tf.depthwiseConv2d(
          tf.pad(input as Tensor4D, [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ]),
          kernel,
          stride,
          'valid',
        )
      }
      const [a, b] = [own, stock].map((f) => {
        const { value, grads } = tf.valueAndGrads((...inputs: Tensor[]) => f(inputs[0] as Tensor, inputs[1] as Tensor))(
          [x, base],
          dy,
        )
        return [value, ...grads]
      })
      a?.forEach((tensor, i) => expect(distance(tensor, b?.[i] as Tensor), `result ${i}`).toBeLessThan(1e-5))
    })
  })
})

describe('convolution of a bank with shared taps', () => {
  const shapes = [
    { batch: 3, size: 32, inputs: 16, filters: 4 },
    { batch: 5, size: 16, inputs: 32, filters: 8 },
    { batch: 9, size: 8, inputs: 64, filters: 16 },
    { batch: 1, size: 8, inputs: 16, filters: 16 },
    { batch: 2, size: 16, inputs: 64, filters: 4 },
  ]

  it.each(shapes)(
    'equals the expanded one within rounding: $size × $size, $inputs inputs, $filters base filters',
    ({ batch, size, inputs, filters }) => {
      const { tf, binding } = tensorflow
      tf.tidy(() => {
        const by = bankConvolutions(tensorflow, convAttrs(binding, 1))
        const [x, base, dy] = [
          normal([batch, size, size, inputs]),
          normal([3, 3, inputs, filters]),
          normal([batch, size, size, 4 * filters]),
        ]
        for (const direction of directions)
          expect(
            distance(by.expanded[direction](x, base, dy), by.shared[direction](x, base, dy)),
            direction,
          ).toBeLessThan(1e-5)
      })
    },
  )

  it('rejects unsupported shapes', () => {
    const { tf, binding } = tensorflow
    tf.tidy(() => {
      const { shared } = bankConvolutions(tensorflow, convAttrs(binding, 1))
      expect(() => shared.forward(normal([1, 32, 32, 3]), normal([3, 3, 3, 4]))).toThrow(
        /no shared convolution of 3 inputs/,
      )
      expect(() => shared.forward(normal([1, 8, 8, 16]), normal([3, 3, 32, 8]))).toThrow(/16 channels, base filters 32/)
    })
  })
})
