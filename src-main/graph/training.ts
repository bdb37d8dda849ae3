/** A network's training step and evaluation, recorded as one graph with shared variables. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu'
import { imageChannels, imageSize, type Precision } from '../contract/experiment'
import type { NetworkSpec } from '../nn/architecture'
import { Network, parameters, velocitySuffix } from '../nn/network'
import type { BankAlgorithms, BankShape } from './bankConvolution'
import { operations } from './operations'
import { Recorder, type MakeInput } from './recorder'
import { planInputs, residentPictures, type PicturePlan } from './residentPictures'
import type { Session, Values } from './session'
import type { TensorFlow } from './tensorflow'

/** Normalised [n, 32, 32, 3], or, if the graph contains the data, the batch's plan. */
export type Pictures = Float32Array | PicturePlan

/** A data set that stays with the graph, on its device. */
export interface ResidentData {
  /** Bytes of each split, 32 × 32 × 3 per image. */
  train: Uint8Array
  test: Uint8Array
  /** [768]: normalised values of the 256 bytes, one channel after the other. */
  table: Float32Array
}

export interface StepResult {
  /** Mean cross-entropy over the batch, in nats. */
  loss: number
  /** Correct predictions in the batch, before the update. */
  correct: number
}

export interface EvaluationResult {
  /** Sum of the cross-entropy over the examples, in nats. */
  lossSum: number
  /** Correct predictions. */
  correct: number
  /** The class with the highest probability, for each example. */
  predicted: Int32Array
  /** Its probability, 0 to 1. */
  confidence: Float32Array
}

export interface TrainingGraph {
  /** The batch sizes of `step`, in the given order; `evaluate` accepts up to the first one. */
  readonly batchSizes: readonly number[]
  /** @param pictures n images, or a plan of training examples @param labels [n]; n is one of `batchSizes` */
  step(pictures: Pictures, labels: Int32Array, learningRate: number): StepResult
  /**
   * Evaluates the first `count` examples, or a plan of test examples; the arrays have the size of a full batch, and the
   * rest is ignored.
   */
  evaluate(pictures: Pictures, labels: Int32Array, count: number): EvaluationResult
  /** Returns parameters and velocities by name, all or some. */
  getVariables(names?: readonly string[]): Map<string, Float32Array>
  /** Others keep their values. */
  setVariables(values: ReadonlyMap<string, Float32Array>): void
  close(): void
}

export interface TrainingGraphOptions {
  spec: NetworkSpec
  /** The batch size, and that of a shorter last batch if the number of examples is not divisible. */
  batchSizes: readonly [number, ...number[]]
  momentum: number
  weightDecay: number
  precision: Precision
  /** Whether to use our own kernels; default: on the CPU, the only device that has them. */
  fused?: boolean
  /** The algorithm of each multi-band layer if our own kernels are used; default: expanded. */
  bank?: (shape: BankShape) => BankAlgorithms
  /** Parameters by name (`initialValues`); velocities start at zero. */
  initial: ReadonlyMap<string, Float32Array>
  /** If set, `step` and `evaluate` take plans instead of images. */
  resident?: ResidentData
}

export function hasOwnKernels({ binding }: TensorFlow): boolean {
  return !binding.isUsingGpuDevice()
}

/**
 * Records the network's step for each batch size and its evaluation for the first, with one set of variables that are
 * set to `initial`. Frees the eager tensors; the graph's own live until `close`.
 */
export function buildTrainingGraph(tensorflow: TensorFlow, options: TrainingGraphOptions): TrainingGraph {
  const { tf, binding } = tensorflow
  const { spec, batchSizes, resident } = options
  const fused = options.fused ?? hasOwnKernels(tensorflow)
  let recorder: Recorder | null = null
  const network = new Network(
    operations(tensorflow, { recorder: () => recorder, fused, ...(options.bank && { bank: options.bank }) }),
    spec,
  )
  recorder = new Recorder(tensorflow, network.variables)
  const record = recorder

  const table = resident && record.constant('resident/table', resident.table)
  const fromPlan = (split: 'train' | 'test'): ((x: Tensor4D) => ReadonlyMap<Tensor4D, MakeInput>) => {
    if (!resident || table === undefined) return () => new Map()
    const pixels = record.hold(
      residentName(split),
      [resident[split].length / imageChannels, imageChannels],
      binding.TF_UINT8,
    )
    return (x) => new Map([[x, (graph, name) => residentPictures(graph, binding, name, x.shape[0], { pixels, table })]])
  }
  const [fromTrain, fromTest] = [fromPlan('train'), fromPlan('test')]

  const functionOf = (kind: 'step' | 'evaluate', size: number): string => `${kind}${size}`
  const withBatch = (size: number, use: (x: Tensor4D, labels: Tensor1D) => void): void => {
    const x: Tensor4D = tf.zeros([size, imageSize, imageSize, imageChannels])
    const labels: Tensor1D = tf.zeros([size], 'int32')
    use(x, labels)
    tf.dispose([x, labels])
  }
  // Recording does not depend on values; real ones would only be slower to compute.
  network.assign(options.initial)
  for (const size of batchSizes)
    withBatch(size, (x, labels) => {
      const learningRate = tf.scalar(0)
      record.record(functionOf('step', size), {
        inputs: [x, labels, learningRate],
        made: fromTrain(x),
        run: () => network.step(x, labels, learningRate, options),
      })
      learningRate.dispose()
    })
  const evaluationSize = batchSizes[0]
  withBatch(evaluationSize, (x, labels) => {
    record.record(functionOf('evaluate', evaluationSize), {
      inputs: [x, labels],
      made: fromTest(x),
      run: () => network.evaluate(x, labels),
    })
  })

  const velocities = parameters(spec)
    .filter((p) => p.trainable)
    .map((p): [string, Float32Array] => [p.name + velocitySuffix, new Float32Array(p.shape.reduce((a, b) => a * b, 1))])
  const session = recorder.compile(new Map([...options.initial, ...velocities]), options.precision, !fused)
  if (resident) for (const split of ['train', 'test'] as const) session.run(residentName(split), [resident[split]])
  network.dispose()
  recorder = null
  return new RecordedTraining(session, batchSizes, functionOf)
}

const residentName = (split: 'train' | 'test'): string => `resident/${split}`

const inputsOf = (pictures: Pictures): Values[] =>
  pictures instanceof Float32Array ? [pictures] : planInputs(pictures)

class RecordedTraining implements TrainingGraph {
  constructor(
    private readonly session: Session,
    readonly batchSizes: readonly [number, ...number[]],
    private readonly functionOf: (kind: 'step' | 'evaluate', size: number) => string,
  ) {}

  step(pictures: Pictures, labels: Int32Array, learningRate: number): StepResult {
    const [loss, correct] = this.session.run(this.functionOf('step', labels.length), [
      ...inputsOf(pictures),
      labels,
      Float32Array.of(learningRate),
    ])
    return { loss: loss?.[0] ?? NaN, correct: correct?.[0] ?? NaN }
  }

  evaluate(pictures: Pictures, labels: Int32Array, count: number): EvaluationResult {
    const [losses, classes, surprise] = this.session.run(this.functionOf('evaluate', this.batchSizes[0]), [
      ...inputsOf(pictures),
      labels,
    ])
    if (!losses || !classes || !surprise) throw new Error('The evaluation gave no results.')
    const predicted = Int32Array.from(classes.subarray(0, count))
    let lossSum = 0
    let correct = 0
    for (let i = 0; i < count; i++) {
      lossSum += losses[i] ?? NaN
      if (predicted[i] === labels[i]) correct++
    }
    return {
      lossSum,
      correct,
      predicted,
      confidence: Float32Array.from(surprise.subarray(0, count), (value) => Math.exp(-value)),
    }
  }

  getVariables(names?: readonly string[]): Map<string, Float32Array> {
    return this.session.getVariables(names)
  }

  setVariables(values: ReadonlyMap<string, Float32Array>): void {
    this.session.setVariables(values)
  }

  close(): void {
    this.session.close()
  }
}
