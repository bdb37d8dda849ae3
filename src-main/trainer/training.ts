/** The training loop. */
import { messageOf } from '../contract/errors'
import type { EpochMetrics } from '../contract/runs/metrics'
import type { RunProgress } from '../contract/runs/runs'
import { sampledEvery, type TrainerJob, type TrainerMessage } from '../contract/trainer/messages'
import type { LoadedDataset } from '../datasets'
import type { EvaluationResult, TrainingGraph } from '../graph/training'
import type { NetworkSpec } from '../nn/architecture'
import { learningRateAt } from '../nn/schedule'
import { beginning, type Position, type Save } from './checkpoints/checkpoint'
import { StopRequested, type Control, type Meter } from './control'
import { Evaluated } from './measurements/evaluated'
import type { Feeder } from './data/feeder'
import type { GpuWatch } from './measurements/gpuUse'
import { countsFigures, figuresEvery, figuresOf } from './measurements/figures'
import { Reporter } from './reporter'
import { filtersOf } from './variables'

/** The loss or a weight became NaN or infinite. */
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

export interface Parts {
  job: TrainerJob
  data: LoadedDataset
  spec: NetworkSpec
  graph: TrainingGraph
  feeder: Pick<Feeder, 'batches' | 'takeWaited'>
  /** Null on a CPU. */
  gpu: Pick<GpuWatch, 'take' | keyof Meter> | null
  control: Control
  /** Records a message in the run's journal. */
  send: (message: TrainerMessage) => void
  report: (progress: RunProgress) => void
  save: Save
}

export class Training {
  private readonly size: number
  private readonly stepsPerEpoch: number
  private readonly report: Reporter
  /** Time and step of the last checkpoint. */
  private saved = { time: performance.now(), step: -1 }
  /** Checkpoints are written during the next steps, one after the other. */
  private writing: Promise<void> = Promise.resolve()
  /** Values of the clocks at the start of this epoch, as if it had never been interrupted; in milliseconds. */
  private clocks = { active: 0, cpu: 0, waited: 0 }
  private evaluated: Evaluated
  private readonly figuresEvery: number
  private readonly processor = new ProcessorClock()

  /** @param at the position of the run */
  constructor(
    private readonly parts: Parts,
    private at: Position,
  ) {
    const { job, data, graph, spec, send, report } = parts
    this.size = graph.batchSizes[0] ?? 1
    this.evaluated = new Evaluated(spec.classes)
    this.figuresEvery = figuresEvery(spec, data.train.count)
    this.stepsPerEpoch = Math.ceil(data.train.count / this.size)
    this.report = new Reporter(send, report, {
      runId: job.runId,
      epochs: job.config.epochs,
      stepsPerEpoch: this.stepsPerEpoch,
      batchSize: this.size,
      testBatches: Math.ceil(data.test.count / this.size) + Math.ceil((data.validation?.count ?? 0) / this.size),
    })
  }

  /** @throws StopRequested (after a checkpoint), Diverged */
  async run(): Promise<void> {
    const { job, spec, graph, control, gpu, send } = this.parts
    control.save = () => this.save()
    control.meters.push(this.processor, ...(gpu ? [gpu] : []))
    try {
      while (this.at.epoch <= job.config.epochs) {
        const metrics = await this.epoch()
        this.report.flushSteps()
        // The metrics of an epoch are sent last, so that a reader of them has everything of the epoch.
        const variables = graph.getVariables()
        send({ type: 'filters', epoch: metrics.epoch, layers: filtersOf(spec, variables) })
        if (countsFigures(metrics.epoch, this.figuresEvery, job.config.epochs))
          send({ type: 'figures', figures: figuresOf(spec, variables, metrics.epoch) })
        send({ type: 'evaluation', evaluation: { epoch: metrics.epoch, ...this.evaluated.result() } })
        send({ type: 'epoch', metrics })
        this.at = nextEpoch(this.at, metrics)
        // On a slow disk, training waits here: reported epochs are never more than one checkpoint ahead.
        const before = this.writing
        void this.save(variables)
        await before
      }
      await control.betweenSteps()
    } catch (error) {
      this.report.flushSteps()
      if (error instanceof StopRequested) await this.save()
      throw error
    } finally {
      await this.writing
    }
  }

  private async epoch(): Promise<EpochMetrics> {
    const { job, data, graph, feeder, control, spec } = this.parts
    const { at } = this
    const { epoch } = at
    const learningRate = learningRateAt(job.config, epoch, at.trainErrors)
    feeder.takeWaited()
    this.parts.gpu?.take()
    this.clocks = {
      active: this.activeTime() - at.milliseconds.active,
      cpu: this.processor.milliseconds - at.milliseconds.cpu,
      waited: at.milliseconds.waited,
    }
    const sampleEvery = sampledEvery(this.stepsPerEpoch)
    const all = data.train.count
    let stepStart = performance.now()
    for await (const { pictures, labels, count } of feeder.batches('train', epoch, at.seen)) {
      const paused = control.pausedTime
      await control.betweenSteps()
      stepStart += control.pausedTime - paused
      const result = graph.step(pictures, labels, learningRate)
      at.step++
      if (!Number.isFinite(result.loss))
        throw new Diverged(at.step, epoch, learningRate, `The training loss became ${result.loss}`)
      at.lossSum += result.loss * count
      at.correct += result.correct
      at.seen += count
      const now = performance.now()
      const stepMs = now - stepStart
      stepStart = now
      this.report.measureStep(stepMs)
      if (at.step % sampleEvery === 0 || at.seen === all) {
        this.report.sample({ step: at.step, epoch, loss: result.loss, learningRate, stepMs })
        at.sampledStep = at.step
      }
      this.report.progress(at.step, { epoch, phase: 'training', loss: at.lossSum / at.seen, learningRate })
      if (now - this.saved.time > job.checkpointSeconds * 1000) void this.save()
    }
    const trained = this.spent().active
    const now = { epoch, loss: at.lossSum / at.seen, learningRate }
    const validation =
      data.validation && (await this.evaluate('validation', data.validation.count, now, () => undefined))
    if (validation && !Number.isFinite(validation.loss))
      throw new Diverged(at.step, epoch, learningRate, `The validation loss became ${validation.loss}`)
    const evaluated = new Evaluated(spec.classes)
    const test = await this.evaluate('test', data.test.count, now, (labels, result) => evaluated.add(labels, result))
    this.evaluated = evaluated
    if (!Number.isFinite(test.loss))
      throw new Diverged(at.step, epoch, learningRate, `The test loss became ${test.loss}`)
    const { active, waited, cpu } = this.spent()
    this.report.evaluationSeconds = (active - trained) / 1000
    return {
      epoch,
      trainLoss: at.lossSum / at.seen,
      trainAccuracy: at.correct / at.seen,
      testLoss: test.loss,
      testAccuracy: test.accuracy,
      ...(validation && { validationLoss: validation.loss, validationAccuracy: validation.accuracy }),
      learningRate,
      imagesPerSecond: at.seen / (trained / 1000),
      seconds: active / 1000,
      waitSeconds: waited / 1000,
      cpuSeconds: cpu / 1000,
      memoryBytes: process.memoryUsage.rss(),
      ...this.parts.gpu?.take(),
    }
  }

  private async evaluate(
    split: 'test' | 'validation',
    all: number,
    now: { epoch: number; loss: number; learningRate: number },
    each: (labels: Int32Array, result: EvaluationResult) => void,
  ): Promise<{ loss: number; accuracy: number }> {
    const { graph, feeder, control } = this.parts
    let lossSum = 0
    let correct = 0
    for await (const { pictures, labels, count } of feeder.batches(split, now.epoch)) {
      await control.betweenSteps()
      this.report.progress(this.at.step, { ...now, phase: 'evaluating' })
      // Evaluation uses one batch size: a short last batch is padded, and the padding is not counted.
      const result = graph.evaluate(pictures, labels, count)
      lossSum += result.lossSum
      correct += result.correct
      each(labels, result)
    }
    return { loss: lossSum / all, accuracy: correct / all }
  }

  /**
   * Writes a checkpoint. The values are read now and written during the next steps.
   * @param taken variables of the graph, if they were read at this step
   * @throws Diverged before anything is written: the previous checkpoint is the last valid one
   */
  private save(taken?: ReadonlyMap<string, Float32Array>): Promise<void> {
    const { at } = this
    if (at.step === this.saved.step) return this.writing
    const { job, graph, send, save } = this.parts
    const variables = taken ?? graph.getVariables()
    const spoilt = [...variables].find(([, values]) => !values.every(Number.isFinite))
    if (spoilt)
      throw new Diverged(
        at.step,
        Math.min(at.epoch, job.config.epochs),
        learningRateAt(job.config, at.epoch, at.trainErrors),
        `A value of ${spoilt[0]} is not finite`,
      )
    // Step metrics that the checkpoint counts as recorded must be recorded.
    this.report.flushSteps()
    this.saved = { time: performance.now(), step: at.step }
    const copy: Position = { ...at, milliseconds: at.seen > 0 ? this.spent() : at.milliseconds }
    this.writing = this.writing
      .then(() => save(copy, variables))
      .then(
        (bytes) => send({ type: 'checkpoint', step: copy.step, epochs: copy.epoch - 1, bytes }),
        (error: unknown) => {
          this.saved.step = -1
          send({
            type: 'event',
            level: 'warning',
            kind: 'checkpoint',
            message: `The checkpoint of step ${copy.step} could not be written: ${messageOf(error)}`,
          })
        },
      )
    return this.writing
  }

  /** Time spent on this epoch so far, without interruptions. */
  private spent(): Position['milliseconds'] {
    this.clocks.waited += this.parts.feeder.takeWaited()
    return {
      active: this.activeTime() - this.clocks.active,
      waited: this.clocks.waited,
      cpu: this.processor.milliseconds - this.clocks.cpu,
    }
  }

  /** Milliseconds, without pauses. */
  private activeTime(): number {
    return performance.now() - this.parts.control.pausedTime
  }
}

function nextEpoch(
  { epoch, step, sampledStep, trainErrors, best }: Position,
  { testAccuracy, validationAccuracy, trainAccuracy }: EpochMetrics,
): Position {
  const accuracy = validationAccuracy ?? testAccuracy
  return {
    ...beginning(),
    epoch: epoch + 1,
    step,
    sampledStep,
    trainErrors: [...trainErrors, 1 - trainAccuracy],
    best: best === null || accuracy > best.accuracy ? { accuracy, step } : best,
  }
}

/** Processor time of this process so far, over all threads, without pauses. */
class ProcessorClock implements Meter {
  #outside = 0
  #pausedAt: number | null = null

  get milliseconds(): number {
    return (this.#pausedAt ?? cpuTime()) - this.#outside
  }

  pause(): void {
    this.#pausedAt = cpuTime()
  }

  resume(): void {
    if (this.#pausedAt !== null) this.#outside += cpuTime() - this.#pausedAt
    this.#pausedAt = null
  }
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
