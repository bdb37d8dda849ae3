/** What a run tells of its steps: readings that are shown, samples that are kept. */
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
  /** Seconds a step takes: an exponential mean over the newest ones, null before the second step. */
  private stepSeconds: number | null = null
  /** Of the last evaluation; null before the first. */
  evaluationSeconds: number | null = null

  constructor(
    private readonly send: (message: TrainerMessage) => void,
    private readonly show: (progress: RunProgress) => void,
    private readonly extent: Extent,
  ) {}

  measureStep(milliseconds: number): void {
    // The very first step pays for TensorFlow's own preparations: it tells nothing of the next ones.
    if (++this.measured === 1) return
    const seconds = milliseconds / 1000
    this.stepSeconds = this.stepSeconds === null ? seconds : 0.9 * this.stepSeconds + 0.1 * seconds
  }

  /** To be kept in the history. */
  sample(metrics: StepMetrics): void {
    this.sampled.push(metrics)
  }

  /** At most every so often. @param step done in the whole run */
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
    // Steps go to the history, which waits for the disk: not as often as progress is shown.
    if (time - this.lastFlush > flushInterval) this.flushSteps()
  }

  flushSteps(): void {
    this.lastFlush = performance.now()
    if (this.sampled.length === 0) return
    this.send({ type: 'steps', steps: this.sampled })
    this.sampled = []
  }

  /** Seconds that steps and evaluations will take. */
  private left(steps: number, evaluations: number): number | null {
    if (this.stepSeconds === null) return null
    // Before the first evaluation, its batches are guessed at a third of a training step each.
    return (
      steps * this.stepSeconds +
      evaluations * (this.evaluationSeconds ?? (this.extent.testBatches * this.stepSeconds) / 3)
    )
  }
}
