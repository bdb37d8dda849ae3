/** One run from its first to its last step: the training loop a person can read in a sitting. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { datasetSizes, imageChannels, imageSize } from '../contract/experiment'
import type { EpochMetrics, RunProgress, StepMetrics } from '../contract/records'
import type { LayerFilters, TrainerJob, TrainerMessage } from '../contract/training'
import { loadDataset, type LoadedDataset } from '../datasets'
import { loadTensorFlow } from '../graph/tensorflow'
import { buildTrainingGraph, type TrainingGraph } from '../graph/training'
import { convolutions, network, type NetworkSpec } from '../nn/architecture'
import { initialValues, parameters } from '../nn/resnet'
import { learningRateAt } from '../nn/schedule'
import type { Control } from './control'
import { environmentOf, probeDevice } from './environment'
import { Evaluated } from './evaluated'
import { Feeder } from './feeder'
import { tuneBanks } from './tuning'
import { encodeSafetensors, writeDurably } from './weights'

/** Time between two progress messages, in milliseconds. */
const progressInterval = 450
/** Time between two deliveries of step metrics within an epoch, in milliseconds. */
const flushInterval = 2000
const imageValues = imageSize * imageSize * imageChannels
/** Step metrics kept of an epoch, at most about this many. */
const stepSamples = 50

type Send = (message: TrainerMessage) => void

/** The loss stopped being a number. */
export class Diverged extends Error {
  constructor(
    readonly step: number,
    readonly epoch: number,
    readonly learningRate: number,
    what: string,
  ) {
    super(`${what} in epoch ${epoch}, step ${step}, at learning rate ${learningRate}.`)
  }
}

/**
 * Trains as the job says and tells what happens; the last message is `done`.
 * @throws StopRequested, Diverged, WorkbenchError
 */
export async function trainRun(job: TrainerJob, control: Control, send: Send): Promise<void> {
  const { config } = job
  const clock = stopwatch()
  const tensorflow = await loadTensorFlow()
  const tensorflowSeconds = clock()
  const data = await loadDataset({ datasetsDir: job.datasetsDir, ...config })
  const dataSeconds = clock()
  const spec = network(config.arch, config.variant, datasetSizes[config.dataset].classes)
  const batchSize = Math.min(config.batchSize, data.train.count)
  const rest = data.train.count % batchSize
  const { precision } = config
  const tuning = await tuneBanks({ tensorflow, spec, batchSize, precision, program: job.program, file: job.tuningFile })
  const tuningSeconds = clock()
  const graph = buildTrainingGraph(tensorflow, {
    spec,
    bank: tuning.bank,
    batchSizes: rest === 0 ? [batchSize] : [batchSize, rest],
    momentum: config.momentum,
    weightDecay: config.weightDecay,
    precision,
    initial: initialValues(spec, config.seed),
  })
  const probe = await probeDevice(tensorflow)
  send({
    type: 'started',
    environment: environmentOf(probe, job.program, job.git),
    datasetFingerprint: data.fingerprint,
    trainExamples: data.train.count,
    testExamples: data.test.count,
    seconds: { tensorflow: tensorflowSeconds, data: dataSeconds, tuning: tuningSeconds, record: clock() },
  })
  for (const message of tuning.sentences) send({ type: 'event', level: 'info', kind: 'convolutions', message })
  const feeder = new Feeder({ data, batchSize, seed: config.seed, augment: config.augment })
  try {
    send({ type: 'filters', epoch: 0, layers: readFilters(spec, graph) })
    await new Training(job, data, spec, graph, feeder, control, send).run()
    await control.betweenSteps()
    const file = path.join(job.runDir, 'weights.safetensors')
    await mkdir(job.runDir, { recursive: true })
    const weightsSha256 = await writeDurably(file, encodeWeights(job, spec, graph))
    send({ type: 'done', weightsFile: file, weightsSha256 })
  } finally {
    feeder.close()
    graph.close()
  }
}

class Training {
  private readonly stepsPerEpoch: number
  private readonly steps: number
  private readonly size: number
  private readonly trainErrors: number[] = []
  private step = 0
  private sampled: StepMetrics[] = []
  private lastProgress = -Infinity
  private lastFlush = -Infinity
  /** Seconds a step takes: an exponential mean over the newest ones, null before the second step. */
  private stepSeconds: number | null = null
  private evaluationSeconds: number | null = null
  private evaluated: Evaluated

  constructor(
    private readonly job: TrainerJob,
    private readonly data: LoadedDataset,
    private readonly spec: NetworkSpec,
    private readonly graph: TrainingGraph,
    private readonly feeder: Feeder,
    private readonly control: Control,
    private readonly send: Send,
  ) {
    this.size = graph.batchSizes[0] ?? 1
    this.evaluated = new Evaluated(spec.classes)
    this.stepsPerEpoch = Math.ceil(data.train.count / this.size)
    this.steps = this.stepsPerEpoch * job.config.epochs
  }

  async run(): Promise<void> {
    const { epochs } = this.job.config
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const metrics = await this.epoch(epoch).finally(() => this.flushSteps())
      this.trainErrors.push(1 - metrics.trainAccuracy)
      // The epoch's metrics come last: whoever has them has all of the epoch.
      this.send({ type: 'filters', epoch, layers: readFilters(this.spec, this.graph) })
      this.send({ type: 'evaluation', evaluation: { epoch, ...this.evaluated.result() } })
      this.send({ type: 'epoch', metrics })
    }
  }

  private async epoch(epoch: number): Promise<EpochMetrics> {
    const { config } = this.job
    const learningRate = learningRateAt(config, epoch, this.trainErrors)
    const start = this.activeTime()
    const cpu = process.cpuUsage()
    this.feeder.takeWaited()
    const sampleEvery = Math.max(1, Math.floor(this.stepsPerEpoch / stepSamples))
    const all = this.data.train.count
    let lossSum = 0
    let correct = 0
    let seen = 0
    let stepStart = performance.now()
    for await (const { images, labels, count } of this.feeder.batches('train', epoch)) {
      const paused = this.control.pausedTime
      await this.control.betweenSteps()
      stepStart += this.control.pausedTime - paused
      // A short last batch has a function of its own.
      const whole = count === this.size
      const result = whole ? this.graph.step(images, labels, learningRate) : this.graph.step(images.subarray(0, count * imageValues), labels.subarray(0, count), learningRate)
      this.step++
      if (!Number.isFinite(result.loss)) throw new Diverged(this.step, epoch, learningRate, `The training loss became ${result.loss}`)
      lossSum += result.loss * count
      correct += result.correct
      seen += count
      const now = performance.now()
      const stepMs = now - stepStart
      stepStart = now
      this.measure(stepMs / 1000)
      if (this.step % sampleEvery === 0 || seen === all) this.sampled.push({ step: this.step, epoch, loss: result.loss, learningRate, stepMs })
      this.progress({ epoch, phase: 'training', loss: lossSum / seen, learningRate })
    }
    const trained = this.activeTime()
    const test = await this.evaluate(epoch, lossSum / seen, learningRate)
    if (!Number.isFinite(test.loss)) throw new Diverged(this.step, epoch, learningRate, `The test loss became ${test.loss}`)
    const end = this.activeTime()
    const { user, system } = process.cpuUsage(cpu)
    this.evaluationSeconds = (end - trained) / 1000
    return {
      epoch,
      trainLoss: lossSum / seen,
      trainAccuracy: correct / seen,
      testLoss: test.loss,
      testAccuracy: test.accuracy,
      learningRate,
      imagesPerSecond: seen / ((trained - start) / 1000),
      seconds: (end - start) / 1000,
      waitSeconds: this.feeder.takeWaited() / 1000,
      cpuSeconds: (user + system) / 1e6,
      memoryBytes: process.memoryUsage.rss(),
    }
  }

  private async evaluate(epoch: number, loss: number, learningRate: number): Promise<{ loss: number; accuracy: number }> {
    const { test } = this.data
    let lossSum = 0
    let correct = 0
    this.evaluated = new Evaluated(this.spec.classes)
    for await (const { images, labels, count } of this.feeder.batches('test', epoch)) {
      await this.control.betweenSteps()
      this.progress({ epoch, phase: 'evaluating', loss, learningRate })
      // Evaluation has one batch size: a short last batch is filled up with whatever was there, and not counted.
      const result = this.graph.evaluate(images, labels, count)
      lossSum += result.lossSum
      correct += result.correct
      this.evaluated.add(labels, result)
    }
    return { loss: lossSum / test.count, accuracy: correct / test.count }
  }

  /** Milliseconds, pauses left out. */
  private activeTime(): number {
    return performance.now() - this.control.pausedTime
  }

  private measure(seconds: number): void {
    // The very first step pays for TensorFlow's own preparations: it tells nothing of the next ones.
    if (this.step === 1) return
    this.stepSeconds = this.stepSeconds === null ? seconds : 0.9 * this.stepSeconds + 0.1 * seconds
  }

  private progress(now: Pick<RunProgress, 'epoch' | 'phase' | 'loss' | 'learningRate'>): void {
    const time = performance.now()
    if (time - this.lastProgress < progressInterval) return
    this.lastProgress = time
    const { epochs } = this.job.config
    const evaluations = epochs - now.epoch + 1
    this.send({
      type: 'progress',
      progress: {
        ...now,
        runId: this.job.runId,
        epochs,
        step: this.step,
        steps: this.steps,
        imagesPerSecond: this.stepSeconds === null ? null : this.size / this.stepSeconds,
        // Before the first evaluation, its batches are guessed at a third of a training step each.
        etaSeconds:
          this.stepSeconds === null
            ? null
            : (this.steps - this.step) * this.stepSeconds + evaluations * (this.evaluationSeconds ?? (Math.ceil(this.data.test.count / this.size) * this.stepSeconds) / 3),
      },
    })
    // Steps are written to the history, which waits for the disk: not as often as a reading is shown.
    if (time - this.lastFlush > flushInterval) this.flushSteps()
  }

  private flushSteps(): void {
    this.lastFlush = performance.now()
    if (this.sampled.length === 0) return
    this.send({ type: 'steps', steps: this.sampled })
    this.sampled = []
  }
}

/** Base filters of every multi-band layer and of the first layer. */
function readFilters(spec: NetworkSpec, graph: TrainingGraph): LayerFilters[] {
  const layers = convolutions(spec).filter((layer, i) => i === 0 || layer.multiband)
  const values = graph.getVariables(layers.map((layer) => `${layer.name}.kernel`))
  return layers.map((layer) => {
    const kernel = named(values, `${layer.name}.kernel`)
    return {
      layer: layer.name,
      shape: [...layer.kernel, layer.in, layer.baseFilters],
      values: Buffer.from(kernel.buffer, kernel.byteOffset, kernel.byteLength).toString('base64'),
    }
  })
}

function encodeWeights({ config }: TrainerJob, spec: NetworkSpec, graph: TrainingGraph): Uint8Array {
  const specs = parameters(spec)
  const values = graph.getVariables(specs.map((p) => p.name))
  return encodeSafetensors(
    specs.map(({ name, shape }) => ({ name, shape, values: named(values, name) })),
    { arch: config.arch, variant: config.variant, classes: String(spec.classes), layout: 'kernel: rows, columns, in, base filters' },
  )
}

function named(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name)
  // Nothing in its place: a weights file with a hole in it would be read as whole.
  if (!found) throw new Error(`The graph has no variable ${name}.`)
  return found
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const seconds = (performance.now() - last) / 1000
    last = performance.now()
    return seconds
  }
}
