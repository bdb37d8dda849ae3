/** Reports the steps of a run: progress to show, and sampled metrics to store. */
import type { RunProgress } from '../contract/runs/runs'
import type { StepMetrics } from '../contract/runs/metrics'
import type { TrainerMessage } from '../contract/trainer/messages'

/** Time between two progress messages, in milliseconds. */
const progressInterval = 450
/** Time between two deliveries of step metrics within an epoch, in milliseconds. */
const flushInterval = 2000

export interface Extent {
  runId: string
  epochs: number
  stepsPerEpoch: number
  batchSize: number
  /** Batches of an evaluation. */
  testBatches: number
}

export class Reporter {
  private sampled: StepMetrics[] = []
  private lastProgress = -Infinity
  private lastFlush = -Infinity
  private measured = 0
  /** Seconds per step: an exponential mean over the newest ones, null before the second step. */
  private stepSeconds: number | null = null
  /** Seconds of the last evaluation; null before the first. */
  evaluationSeconds: number | null = null

  constructor(
    private readonly send: (message: TrainerMessage) => void,
    private readonly show: (progress: RunProgress) => void,
    private readonly extent: Extent,
  ) {}

  measureStep(milliseconds: number): void {
    // The first step includes TensorFlow's own preparation: it does not predict the others.
    if (++this.measured === 1) return
    const seconds = milliseconds / 1000
    this.stepSeconds = this.stepSeconds === null ? seconds : 0.9 * this.stepSeconds + 0.1 * seconds
  }

  /** Adds step metrics that the history stores. */
  sample(metrics: StepMetrics): void {
    this.sampled.push(metrics)
  }

  /** Reports progress, at most every 450 ms. @param step done in the complete run */
  progress(step: number, now: Pick<RunProgress, 'epoch' | 'phase' | 'loss' | 'learningRate'>): void {
    const time = performance.now()
    if (time - this.lastProgress < progressInterval) return
    this.lastProgress = time
    const { runId, epochs, stepsPerEpoch, batchSize } = this.extent
    const steps = stepsPerEpoch * epochs
    this.show({
      ...now,
      runId,
      epochs,
      step,
      steps,
      imagesPerSecond: this.stepSeconds === null ? null : batchSize / this.stepSeconds,
      etaSeconds: this.left(steps - step, epochs - now.epoch + 1),
    })
    // Step metrics are stored in the history, which waits for the disk. They are sent less often than progress.
    if (time - this.lastFlush > flushInterval) this.flushSteps()
  }

  flushSteps(): void {
    this.lastFlush = performance.now()
    if (this.sampled.length === 0) return
    this.send({ type: 'steps', steps: this.sampled })
    this.sampled = []
  }

  /** Returns the remaining seconds of steps and evaluations. */
  private left(steps: number, evaluations: number): number | null {
    if (this.stepSeconds === null) return null
    // Before the first evaluation, each of its batches is estimated at a third of a training step.
    return (
      steps * this.stepSeconds +
      evaluations * (this.evaluationSeconds ?? (this.extent.testBatches * this.stepSeconds) / 3)
    )
  }
}
