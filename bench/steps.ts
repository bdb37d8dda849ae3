/** One training step on data that stays the same: ours, recorded, and the one a tfjs user writes today. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Rank, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import { depthOf, imageChannels, imageSize } from '../src-main/contract/experiment'
import type { TensorFlow } from '../src-main/graph/tensorflow'
import { buildTrainingGraph } from '../src-main/graph/training'
import { network } from '../src-main/nn/architecture'
import type { TF } from '../src-main/nn/operations'
import { random } from '../src-main/nn/random'
import { initialValues } from '../src-main/nn/resnet'
import { tuneBanks } from '../src-main/trainer/tuning'
import type { Work } from './protocol'

const classes = 10
const learningRate = 0.1
const momentum = 0.9
const weightDecay = 1e-4

type Network = Pick<Work, 'arch' | 'variant' | 'precision' | 'batch'>

/** Carries out one step, to its end, and returns the loss. */
export type Step = () => number

function randomBatch(batch: number): { images: Float32Array; labels: Int32Array } {
  const rng = random(1, 'synthetic', batch)
  return {
    images: Float32Array.from({ length: batch * imageSize * imageSize * imageChannels }, rng.normal),
    labels: Int32Array.from({ length: batch }, () => rng.int(0, classes - 1)),
  }
}

/** @param recording what the graph is recorded with and run by, where somebody watches; measurements before that are not watched */
export async function recordedStep(tensorflow: TensorFlow, { arch, variant, precision, batch }: Network, recording = tensorflow): Promise<Step> {
  const spec = network(arch, variant, classes)
  // As the trainer does, but remembering nothing.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcnn-tuning-'))
  const { bank } = await tuneBanks({ tensorflow, spec, batchSize: batch, precision, program: 'bench', file: path.join(folder, 'tuning.json') }).finally(() => rmSync(folder, { recursive: true, force: true }))
  const graph = buildTrainingGraph(recording, { spec, bank, batchSizes: [batch], momentum, weightDecay, precision, initial: initialValues(spec, 1) })
  const { images, labels } = randomBatch(batch)
  return () => graph.step(images, labels, learningRate).loss
}

/**
 * The same network op by op, with tfjs' own functions alone. Its optimizer knows no weight decay, and the running
 * statistics are left out: a little less work than ours.
 */
export function stockStep(tf: TF, { arch, batch }: Network): Step {
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
    // Every second pixel by pooling: tfjs has no gradient of a strided slice.
    const shortcut = (x: Tensor4D): Tensor4D => (stride === 1 ? x : tf.pad(tf.avgPool(x, 1, 2, 'valid'), [[0, 0], [0, 0], [0, 0], [missing, missing]]))
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
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, forward(images)).asScalar(), true, trained) as Scalar
    const value = loss.dataSync()[0] ?? NaN
    loss.dispose()
    return value
  }
}
