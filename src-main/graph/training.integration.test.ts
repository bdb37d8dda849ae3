import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bankTable } from '../analysis/filters/banks'
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu'
import { variants, type Precision } from '../contract/experiment'
import { bankKernels } from '../analysis/filters/filterBank'
import { network, trainableParameters } from '../nn/architecture'
import { expandKernel, foldGradient } from '../nn/multiband'
import { random } from '../nn/random'
import { initialValues, Network, parameters, velocitySuffix } from '../nn/network'
import type { BankAlgorithms } from './bankConvolution'
import { operations } from './operations'
import { loadTensorFlow, type TensorFlow } from './tensorflow'
import { buildTrainingGraph } from './training'

const options = { momentum: 0.9, weightDecay: 1e-4, precision: 'float32' } as const
let tensorflow: TensorFlow
beforeAll(async () => {
  tensorflow = await loadTensorFlow()
})

function batches(count: number, size: number): { images: Float32Array; labels: Int32Array }[] {
  return Array.from({ length: count }, (_, i) => {
    const rng = random(7, 'synthetic', i)
    return {
      images: Float32Array.from({ length: size * 32 * 32 * 3 }, rng.normal),
      labels: Int32Array.from({ length: size }, () => rng.int(0, 9)),
    }
  })
}

/** Each algorithm of a multi-band layer: TensorFlow's own ops, then ours. */
const ways = [
  { name: 'TensorFlow’s ops', fused: false },
  {
    name: 'our kernels',
    fused: true,
    bank: (): BankAlgorithms => ({ forward: 'shared', gradInput: 'shared', gradFilter: 'shared' }),
  },
]

describe('recorded step', () => {
  it.each([
    ...variants,
    'mcnn-a@random',
    'mcnn-a@symmetries',
    'mcnn(stage2.*+stem)@+++++++++/+-0-+-0-+',
    'narrow(mcnn-a)',
  ])('of %s follows the eager one for 50 steps, with both kernels', (variant) => {
    const { tf } = tensorflow
    // Rounding errors grow from step to step, sooner in narrow networks and those with wide banks.
    const tolerance = (variants as readonly string[]).includes(variant) ? 1e-4 : 5e-4
    const spec = network('resnet-8', variant, 10)
    const initial = initialValues(spec, 3)
    const data = batches(50, 8)

    const eager = new Network(operations(tensorflow, { recorder: () => null, fused: false }), spec)
    eager.assign(initial)
    const eagerLosses = data.map(({ images, labels }) =>
      tf.tidy(() => {
        const x: Tensor4D = tf.tensor4d(images, [8, 32, 32, 3])
        const y: Tensor1D = tf.tensor1d(labels, 'int32')
        return eager.step(x, y, tf.scalar(0.002), options)[0].dataSync()[0] ?? NaN
      }),
    )
    for (const way of ways) {
      const graph = buildTrainingGraph(tensorflow, { spec, batchSizes: [8], initial, ...options, ...way })
      const losses = data.map(({ images, labels }) => graph.step(images, labels, 0.002).loss)
      expect(losses.every(Number.isFinite)).toBe(true)
      losses.forEach((loss, i) =>
        expect(Math.abs(loss - (eagerLosses[i] ?? NaN)), `${way.name}, step ${i + 1}`).toBeLessThan(
          tolerance * Math.abs(loss),
        ),
      )

      // Every variable has changed equally, running statistics included.
      for (const [name, values] of graph.getVariables(parameters(spec).map((p) => p.name))) {
        const expected = eager.variables.get(name)?.dataSync() ?? new Float32Array()
        const scale = Math.max(...expected.map(Math.abs), 1e-2)
        values.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(5e-2 * scale))
        expect(values).not.toEqual(initial.get(name))
      }
      graph.close()
    }
    eager.dispose()
  })

  it.each([
    ['vgg-16-bn', 'mcnn-fl'],
    ['wrn-16-4', 'mcnn-a'],
    ['mobilenet-v2', 'mcnn-a'],
    ['mobilenet-v2', 'mcnn(*.depthwise)@rotations'],
  ] as const)(
    'of %s %s equals the eager one with both kernels: losses, gradients, running statistics and evaluation',
    (arch, variant) => {
      const { tf } = tensorflow
      const spec = network(arch, variant, 10)
      const initial = initialValues(spec, 3)
      const data = batches(3, 8)
      // Deep networks with few images amplify rounding errors from step to step: small steps.
      const rate = 1e-4
      const eager = new Network(operations(tensorflow, { recorder: () => null, fused: false }), spec)
      eager.assign(initial)
      const tensors = (images: Float32Array, labels: Int32Array): [Tensor4D, Tensor1D] => [
        tf.tensor4d(images, [8, 32, 32, 3]),
        tf.tensor1d(labels, 'int32'),
      ]
      const eagerLosses: number[] = []
      let afterOne: ReadonlyMap<string, Float32Array> = new Map()
      for (const { images, labels } of data) {
        eagerLosses.push(
          tf.tidy(() => eager.step(...tensors(images, labels), tf.scalar(rate), options)[0].dataSync()[0] ?? NaN),
        )
        if (afterOne.size === 0)
          afterOne = new Map([...eager.variables].map(([name, v]) => [name, Float32Array.from(v.dataSync())]))
      }
      const [first] = data
      if (!first) throw new Error('There is no batch.')
      const evaluated = tf.tidy(
        () =>
          eager
            .evaluate(...tensors(first.images, first.labels))[0]
            .sum()
            .dataSync()[0] ?? NaN,
      )
      const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
      // Some gradients are zero except for rounding, such as that of an offset whose channel mean the next
      // normalisation removes.
      const whole = Math.hypot(
        ...[...afterOne].flatMap(([name, values]) => (name.endsWith(velocitySuffix) ? [length(values)] : [])),
      )
      for (const way of ways) {
        const graph = buildTrainingGraph(tensorflow, { spec, batchSizes: [8], initial, ...options, ...way })
        data.forEach(({ images, labels }, i) => {
          const { loss } = graph.step(images, labels, rate)
          expect(Math.abs(loss / (eagerLosses[i] ?? NaN) - 1), `${way.name}, step ${i + 1}`).toBeLessThan(
            i === 0 ? 1e-5 : 1e-3,
          )
          if (i > 0) return
          // The velocities now equal the gradients.
          for (const [name, values] of graph.getVariables()) {
            const expected = afterOne.get(name) ?? new Float32Array()
            expect(length(values.map((value, k) => value - (expected[k] ?? NaN))), `${way.name}, ${name}`).toBeLessThan(
              (way.fused ? 5e-2 : 1e-3) * length(expected) + 1e-5 * whole,
            )
            if (name.endsWith(velocitySuffix)) expect(length(values), name).toBeGreaterThan(0)
          }
        })
        expect(Math.abs(graph.evaluate(first.images, first.labels, 8).lossSum / evaluated - 1), way.name).toBeLessThan(
          1e-3,
        )
        graph.close()
      }
      eager.dispose()
    },
  )

  it.each(['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const)(
    'of %s overfits one batch, in float32 and bfloat16',
    (arch) => {
      const spec = network(arch, 'mcnn-fl', 10)
      const [batch] = batches(1, 8)
      if (!batch) throw new Error('There is no batch.')
      for (const precision of ['float32', 'bfloat16'] as const) {
        const graph = buildTrainingGraph(tensorflow, {
          spec,
          batchSizes: [8],
          initial: initialValues(spec, 4),
          ...options,
          precision,
        })
        const losses = Array.from({ length: 12 }, () => graph.step(batch.images, batch.labels, 0.02).loss)
        expect(losses.at(-1), precision).toBeLessThan(0.3 * (losses[0] ?? NaN))
        graph.close()
      }
    },
  )

  it.each(ways)('in bfloat16 differs from float32 only by rounding, with $name', (way) => {
    const spec = network('resnet-14', 'mcnn-a', 10)
    const [batch] = batches(1, 16)
    const first = (precision: Precision) => {
      const graph = buildTrainingGraph(tensorflow, {
        spec,
        batchSizes: [16],
        initial: initialValues(spec, 4),
        ...options,
        ...way,
        precision,
      })
      const { loss } = graph.step(batch?.images ?? new Float32Array(), batch?.labels ?? new Int32Array(), 0.1)
      const values = {
        loss,
        weights: graph.getVariables(['stem.kernel', 'stage3.block2.conv2.kernel', 'dense.weight']),
        evaluation: graph.evaluate(batch?.images ?? new Float32Array(), batch?.labels ?? new Int32Array(), 16).lossSum,
      }
      graph.close()
      return values
    }
    const [wide, narrow] = [first('float32'), first('bfloat16')]
    expect(narrow.loss).not.toBe(wide.loss)
    expect(Math.abs(narrow.loss - wide.loss)).toBeLessThan(0.02 * wide.loss)
    expect(Math.abs(narrow.evaluation - wide.evaluation)).toBeLessThan(0.1 * wide.evaluation)
    for (const [name, values] of wide.weights) {
      const size = Math.hypot(...values)
      expect(Math.hypot(...values.map((v, i) => v - (narrow.weights.get(name)?.[i] ?? NaN)))).toBeLessThan(0.1 * size)
      // The weights are float32: most have more digits than bfloat16 has.
      const digits =
        narrow.weights.get(name)?.filter((v) => new Uint16Array(Float32Array.of(v).buffer)[0] !== 0).length ?? 0
      expect(digits).toBeGreaterThan(0.5 * values.length)
    }
  })

  it('gives the same weights twice, bit for bit', () => {
    const spec = network('resnet-14', 'mcnn-fl', 10)
    const train = (): Map<string, Float32Array> => {
      const graph = buildTrainingGraph(tensorflow, {
        spec,
        batchSizes: [16],
        initial: initialValues(spec, 1),
        ...options,
      })
      for (const { images, labels } of batches(5, 16)) graph.step(images, labels, 0.1)
      const values = graph.getVariables()
      graph.close()
      return values
    }
    expect(train()).toEqual(train())
  })

  it('leaves no tensors and no session behind', () => {
    const { binding } = tensorflow
    const spec = network('resnet-8', 'mcnn-a', 10)
    const build = () =>
      buildTrainingGraph(tensorflow, { spec, batchSizes: [4, 2], initial: initialValues(spec, 1), ...options })
    build().close()
    const before = { tensors: binding.getNumOfTensors(), sessions: binding.getNumOfSavedModels() }
    const graph = build()
    const [batch] = batches(1, 4)
    for (let i = 0; i < 3; i++) graph.step(batch?.images ?? new Float32Array(), batch?.labels ?? new Int32Array(), 0.1)
    graph.evaluate(batch?.images ?? new Float32Array(), batch?.labels ?? new Int32Array(), 3)
    graph.close()
    expect({ tensors: binding.getNumOfTensors(), sessions: binding.getNumOfSavedModels() }).toEqual(before)
  })

  it('accepts a shorter last batch', () => {
    const spec = network('resnet-8', 'mcnn-f', 10)
    const graph = buildTrainingGraph(tensorflow, {
      spec,
      batchSizes: [8, 3],
      initial: initialValues(spec, 1),
      ...options,
    })
    const [whole] = batches(1, 8)
    const [short] = batches(1, 3)
    expect(
      graph.step(whole?.images ?? new Float32Array(), whole?.labels ?? new Int32Array(), 0.1).loss,
    ).toBeGreaterThan(0)
    expect(
      graph.step(short?.images ?? new Float32Array(), short?.labels ?? new Int32Array(), 0.1).correct,
    ).toBeLessThanOrEqual(3)
    graph.close()
  })

  it('keeps running statistics with momentum 0.9 and the unbiased variance, and evaluates with them', () => {
    const { tf } = tensorflow
    const spec = network('resnet-8', 'baseline', 10)
    const initial = initialValues(spec, 2)
    const graph = buildTrainingGraph(tensorflow, { spec, batchSizes: [8], initial, ...options })
    const [batch] = batches(1, 8)
    const images = batch?.images ?? new Float32Array()
    graph.step(images, batch?.labels ?? new Int32Array(), 0)
    // An independent way: the stem's outputs by stock tfjs ops, and their moments by hand.
    const stem = tf
      .tidy(() =>
        tf
          .conv2d(
            tf.tensor4d(images, [8, 32, 32, 3]),
            tf.tensor4d(initial.get('stem.kernel') ?? [], [3, 3, 3, 16]),
            1,
            'same',
          )
          .arraySync(),
      )
      .flat(2)
    const channel = stem.map((row) => row[5] ?? NaN)
    const mean = channel.reduce((a, b) => a + b, 0) / channel.length
    const variance = channel.reduce((a, b) => a + (b - mean) ** 2, 0) / (channel.length - 1)
    const running = graph.getVariables(['stem.norm.mean', 'stem.norm.variance'])
    expect(running.get('stem.norm.mean')?.[5]).toBeCloseTo(0.1 * mean, 5)
    expect(running.get('stem.norm.variance')?.[5]).toBeCloseTo(0.9 + 0.1 * variance, 4)
    const before = graph.evaluate(images, batch?.labels ?? new Int32Array(), 8)
    graph.setVariables(new Map([['stem.norm.mean', new Float32Array(16).fill(3)]]))
    expect(graph.evaluate(images, batch?.labels ?? new Int32Array(), 8).lossSum).not.toBeCloseTo(before.lossSum, 3)
    graph.close()
  })

  it('applies momentum and weight decay as the recipe writes them', () => {
    const spec = network('resnet-8', 'baseline', 10)
    const initial = initialValues(spec, 2)
    const graph = buildTrainingGraph(tensorflow, { spec, batchSizes: [4], initial, ...options, weightDecay: 0.5 })
    const [a, b] = batches(2, 4)
    const bias = () => Float32Array.from(graph.getVariables(['dense.bias']).get('dense.bias') ?? [])
    const velocity = () =>
      Float32Array.from(graph.getVariables(['dense.bias.velocity']).get('dense.bias.velocity') ?? [])
    graph.step(a?.images ?? new Float32Array(), a?.labels ?? new Int32Array(), 0.1)
    const [w1, v1] = [bias(), velocity()]
    w1.forEach((w, i) => expect(w).toBeCloseTo(-0.1 * (v1[i] ?? NaN), 6))
    graph.step(b?.images ?? new Float32Array(), b?.labels ?? new Int32Array(), 0.02)
    const [w2, v2] = [bias(), velocity()]
    w2.forEach((w, i) => expect(w).toBeCloseTo((w1[i] ?? NaN) - 0.02 * (v2[i] ?? NaN), 6))
    // The gradient of the bias sums to zero over classes (softmax), so the remaining sum is momentum and decay.
    const sum = (values: Float32Array) => values.reduce((x, y) => x + y, 0)
    expect(sum(v2)).toBeCloseTo(0.9 * sum(v1) + 0.5 * sum(w1), 4)
    graph.close()
  })
})

describe.each([
  ['the paper’s', bankTable('signs')],
  ['two', bankTable('two')],
  ['rotations', bankTable('rotations')],
  ['symmetries', bankTable('symmetries')],
  ['own masks', bankTable(['+++++++++', '+-0-+-0-+', '000+++---'])],
])('multi-band kernel, bank: %s', (_, bank) => {
  const base = Float32Array.from({ length: 3 * 3 * 2 * 3 }, random(1, 'weights').normal)

  it('is band-major and follows the table of its bank', () => {
    const { tf } = tensorflow
    const expanded = tf.tidy(() => expandKernel(tf, tf.tensor4d(base, [3, 3, 2, 3]), bank).arraySync())
    for (let filter = 0; filter < 3; filter++)
      bankKernels(base, [3, 3, 2, 3], filter, bank).forEach((kernel, band) =>
        kernel.forEach((row, s) =>
          row.forEach((inputs, r) =>
            inputs.forEach((value, i) => expect(expanded[s]?.[r]?.[i]?.[band * 3 + filter]).toBeCloseTo(value, 6)),
          ),
        ),
      )
  })

  it('has the gradient of finite differences', () => {
    const { tf } = tensorflow
    const x = Float32Array.from({ length: 6 * 6 * 2 }, random(3, 'weights').normal)
    const loss = (values: Float32Array): number =>
      tf.tidy(() => {
        const y = tf.conv2d(
          tf.tensor4d(x, [1, 6, 6, 2]),
          expandKernel(tf, tf.tensor4d(values, [3, 3, 2, 3]), bank),
          1,
          'same',
        )
        return y.square().mul(0.5).sum().dataSync()[0] ?? NaN
      })
    const gradient = tf.tidy(() => {
      const f = tf.grad((h) =>
        tf
          .conv2d(tf.tensor4d(x, [1, 6, 6, 2]), expandKernel(tf, h, bank), 1, 'same')
          .square()
          .mul(0.5)
          .sum(),
      )
      return f(tf.tensor4d(base, [3, 3, 2, 3])).dataSync()
    })
    const step = 1e-2
    base.forEach((_, i) => {
      const moved = (by: number) => loss(base.map((v, k) => (k === i ? v + by : v)))
      // The loss is quadratic in h, so central differences are exact except for rounding.
      expect(Math.abs((moved(step) - moved(-step)) / (2 * step) - (gradient[i] ?? NaN))).toBeLessThan(
        0.02 * Math.max(1, Math.abs(gradient[i] ?? 0)),
      )
    })
  })

  it('returns the gradients of automatic differentiation', () => {
    const { tf } = tensorflow
    const dy = Float32Array.from({ length: 3 * 3 * 2 * 3 * bank.length }, random(4, 'weights').normal)
    const [own, other] = tf.tidy(() => {
      const gradient = tf.tensor4d(dy, [3, 3, 2, 3 * bank.length])
      const f = tf.grad((x) => expandKernel(tf, x, bank).mul(gradient).sum())
      return [foldGradient(tf, gradient, bank).dataSync(), f(tf.tensor4d(base, [3, 3, 2, 3])).dataSync()]
    })
    own.forEach((value, i) => expect(value).toBeCloseTo(other[i] ?? NaN, 5))
  })

  it('has the counted number of trainable parameters', () => {
    for (const [arch, variant] of [...variants, 'mcnn-a@symmetries', 'mcnn-l@two', 'narrow(mcnn-a)'].flatMap((one) =>
      (['resnet-14', 'vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const).map((name) => [name, one] as const),
    )) {
      const spec = network(arch, variant, 10)
      const made = parameters(spec)
        .filter((p) => p.trainable)
        .reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0)
      expect(made).toBe(trainableParameters(spec))
    }
  })
})

afterAll(() => tensorflow.tf.disposeVariables())
