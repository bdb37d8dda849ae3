/** The training step that a tfjs user would write, on the same data as ours. */
import type { Rank, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import { depthOf, imageChannels, imageSize } from '../src-main/contract/experiment'
import type { TF } from '../src-main/nn/operations'
import { classes, learningRate, momentum, randomBatch, type Step } from '../src-main/trainer/measurements/timedStep'
import type { Work } from './protocol'

/**
 * One training step of the network, operation by operation, with tfjs' own functions only. Its optimizer has no weight
 * decay, and the running statistics are left out: slightly less work than ours.
 */
export function stockStep(tf: TF, { arch, batch }: Pick<Work, 'arch' | 'batch'>): Step {
  const trained: Variable[] = []
  const parameter = <T extends Tensor>(value: T): T => {
    const made = tf.variable(value)
    trained.push(made)
    return made as Tensor as T
  }
  const convNorm = (inputs: number, outputs: number, stride: number): ((x: Tensor4D) => Tensor4D) => {
    const kernel = parameter(tf.randomNormal<Rank.R4>([3, 3, inputs, outputs], 0, Math.sqrt(2 / (9 * inputs))))
    const scale = parameter(tf.ones<Rank.R1>([outputs]))
    const offset = parameter(tf.zeros<Rank.R1>([outputs]))
    return (x) => {
      const y = tf.conv2d(x, kernel, stride, 'same')
      const { mean, variance } = tf.moments(y, [0, 1, 2])
      return tf.batchNorm(y, mean as Tensor1D, variance as Tensor1D, offset, scale, 1e-5)
    }
  }
  const block = (inputs: number, outputs: number, stride: number): ((x: Tensor4D) => Tensor4D) => {
    const first = convNorm(inputs, outputs, stride)
    const second = convNorm(outputs, outputs, 1)
    const missing = (outputs - inputs) / 2
    // Subsampling by pooling: tfjs has no gradient of a strided slice.
    const shortcut = (x: Tensor4D): Tensor4D =>
      stride === 1
        ? x
        : tf.pad(tf.avgPool(x, 1, 2, 'valid'), [
            [0, 0],
            [0, 0],
            [0, 0],
            [missing, missing],
          ])
    return (x) => tf.relu(tf.add(second(tf.relu(first(x))), shortcut(x)))
  }

  const stem = convNorm(imageChannels, 16, 1)
  const blocks: ((x: Tensor4D) => Tensor4D)[] = []
  let width = 16
  for (const outputs of [16, 32, 64])
    for (let i = 0; i < (depthOf(arch) - 2) / 6; i++) {
      blocks.push(block(width, outputs, outputs === width ? 1 : 2))
      width = outputs
    }
  const weight = parameter(tf.randomNormal<Rank.R2>([width, classes], 0, Math.sqrt(2 / width)))
  const bias = parameter(tf.zeros([classes]))
  const forward = (x: Tensor4D): Tensor2D => {
    const features = blocks.reduce((y, apply) => apply(y), tf.relu(stem(x)))
    return tf.add(tf.matMul(tf.mean<Tensor2D>(features, [1, 2]), weight), bias)
  }

  const data = randomBatch(batch)
  const images = tf.tensor4d(data.images, [batch, imageSize, imageSize, imageChannels])
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(data.labels, 'int32'), classes).toFloat())
  const optimizer = tf.train.momentum(learningRate, momentum)
  return () => {
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(labels, forward(images)).asScalar(),
      true,
      trained,
    ) as Scalar
    const value = loss.dataSync()[0] ?? NaN
    loss.dispose()
    return value
  }
}
