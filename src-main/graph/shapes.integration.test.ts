import { afterAll, expect, it } from 'vitest'
import { variants } from '../contract/experiment'
import { network } from '../nn/architecture'
import { Network } from '../nn/network'
import { operations } from './operations'
import { outputTypes, type TensorType } from './shapes'
import { loadTensorFlow, type TensorFlow } from './tensorflow'

let tensorflow: TensorFlow
afterAll(() => tensorflow.tf.disposeVariables())

it('shapes equal those of TensorFlow for every op of each variant’s and network’s step and evaluation', async () => {
  tensorflow = await loadTensorFlow()
  const { tf, backend } = tensorflow
  const typeOf = ({ dataId, shape }: { dataId: object; shape: number[] }): TensorType => ({
    shape,
    dtype: backend.tensorMap.get(dataId)?.dtype ?? -1,
  })
  const seen = new Set<string>()
  const { executeSingleOutput, executeMultipleOutputs } = backend
  type Inputs = Parameters<typeof executeSingleOutput>[2]
  const check = (
    op: string,
    attrs: Parameters<typeof executeSingleOutput>[1],
    inputs: Inputs,
    outputs: Inputs,
  ): void => {
    seen.add(op)
    const expected = outputTypes(op, attrs, inputs.map(typeOf), (i) => [
      ...(backend.readSync((inputs[i] as Inputs[number]).dataId) as Int32Array),
    ])
    // Only batch norm's own gradient reads its reserved outputs, and nothing reads the two empty outputs of that
    // gradient.
    const compared = op === 'FusedBatchNormV3' ? 5 : op === 'FusedBatchNormGradV3' ? 3 : outputs.length
    expect({ op, types: outputs.slice(0, compared).map(typeOf) }).toEqual({ op, types: expected.slice(0, compared) })
  }
  backend.executeSingleOutput = (op, attrs, inputs) => {
    const output = executeSingleOutput.call(backend, op, attrs, inputs)
    check(op, attrs, inputs, [output])
    return output
  }
  backend.executeMultipleOutputs = (op, attrs, inputs, count) => {
    const outputs = executeMultipleOutputs.call(backend, op, attrs, inputs, count)
    check(op, attrs, inputs, outputs)
    return outputs
  }
  try {
    const networks = [
      ...variants.map((variant) => network('resnet-8', variant, 10)),
      ...(['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'] as const).map((arch) => network(arch, 'mcnn-fl', 10)),
    ]
    for (const spec of networks) {
      const net = new Network(operations(tensorflow, { recorder: () => null, fused: false }), spec)
      tf.tidy(() => {
        const x = tf.randomNormal<import('@tensorflow/tfjs-node-gpu').Rank.R4>([3, 32, 32, 3])
        const labels = tf.tensor1d([1, 2, 3], 'int32')
        net.step(x, labels, tf.scalar(0.1), { momentum: 0.9, weightDecay: 1e-4 })
        net.evaluate(x, labels)
      })
      net.dispose()
    }
  } finally {
    Object.assign(backend, { executeSingleOutput, executeMultipleOutputs })
  }
  for (const op of ['Conv2DBackpropInput', 'MaxPoolGrad', 'DepthwiseConv2dNativeBackpropFilter'])
    expect(seen).toContain(op)
  expect(() => outputTypes('NoSuchOp', [], [], () => [])).toThrow(/NoSuchOp/)
})
