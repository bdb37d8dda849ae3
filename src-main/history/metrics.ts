import type { EpochMetrics, StepMetrics } from '../contract/records'
import type { Database } from './database'

const epochColumns = [
  'epochs.epoch',
  'epochs.train_loss AS trainLoss',
  'epochs.train_accuracy AS trainAccuracy',
  'epochs.test_loss AS testLoss',
  'epochs.test_accuracy AS testAccuracy',
  'epochs.learning_rate AS learningRate',
  'epochs.images_per_second AS imagesPerSecond',
  'epochs.seconds',
].join(', ')

export class Metrics {
  readonly #addEpoch
  readonly #addSteps
  readonly #epochsOfRun
  readonly #epochsOfStudy
  readonly #stepsOfRun

  constructor(db: Database) {
    const epoch = db.prepare<[number, ...number[]]>(`
      INSERT INTO epochs (run, epoch, train_loss, train_accuracy, test_loss, test_accuracy, learning_rate, images_per_second, seconds)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    const step = db.prepare<[number, number, number, number | null, number, number]>(
      'INSERT INTO steps (run, step, epoch, loss, learning_rate, step_ms) VALUES (?, ?, ?, ?, ?, ?)',
    )
    // From all of the run's epochs, not by adding up: few rows, and never apart from what it sums.
    const rollUp = db.prepare<{ run: number }>(`
      UPDATE runs SET
        (epochs_done, seconds, images_per_second) =
          (SELECT count(*), sum(seconds), avg(images_per_second) FROM epochs WHERE run = @run),
        (test_accuracy, train_loss) =
          (SELECT test_accuracy, train_loss FROM epochs WHERE run = @run ORDER BY epoch DESC LIMIT 1),
        (best_test_accuracy, best_epoch) =
          (SELECT test_accuracy, epoch FROM epochs WHERE run = @run ORDER BY test_accuracy DESC, epoch LIMIT 1)
      WHERE key = @run`)
    this.#addEpoch = db.transaction((run: number, m: EpochMetrics) => {
      epoch.run(
        run,
        m.epoch,
        ...[m.trainLoss, m.trainAccuracy, m.testLoss, m.testAccuracy, m.learningRate, m.imagesPerSecond, m.seconds].map(finite),
      )
      rollUp.run({ run })
    })
    this.#addSteps = db.transaction((run: number, steps: StepMetrics[]) => {
      for (const s of steps)
        step.run(run, s.step, s.epoch, s.loss === null ? null : finite(s.loss), finite(s.learningRate), finite(s.stepMs))
    })
    this.#epochsOfRun = db.prepare<[number], EpochMetrics>(`SELECT ${epochColumns} FROM epochs WHERE run = ? ORDER BY epoch`)
    this.#epochsOfStudy = db.prepare<[string], EpochMetrics & { runId: string }>(`
      SELECT runs.id AS runId, ${epochColumns}
      FROM runs JOIN epochs ON epochs.run = runs.key
      WHERE runs.study = (SELECT key FROM studies WHERE id = ?)
      ORDER BY runs.key, epochs.epoch`)
    this.#stepsOfRun = db.prepare<[number], StepMetrics>(
      'SELECT step, epoch, loss, learning_rate AS learningRate, step_ms AS stepMs FROM steps WHERE run = ? ORDER BY step',
    )
  }

  /**
   * Keeps an epoch and brings the run's rolled-up columns up to date, in one transaction.
   * @throws where a metric is not finite, or the epoch is there already
   */
  addEpoch(run: number, metrics: EpochMetrics): void {
    this.#addEpoch.immediate(run, metrics)
  }

  /** @throws where a number but the loss is missing or not finite, or a step is there already */
  addSteps(run: number, steps: StepMetrics[]): void {
    this.#addSteps.immediate(run, steps)
  }

  epochsOfRun(run: number): EpochMetrics[] {
    return this.#epochsOfRun.all(run)
  }

  /** By run id; a run without a finished epoch has no entry. */
  epochsOfStudy(studyId: string): Map<string, EpochMetrics[]> {
    const byRun = new Map<string, EpochMetrics[]>()
    for (const { runId, ...epoch } of this.#epochsOfStudy.iterate(studyId)) {
      const epochs = byRun.get(runId)
      if (epochs) epochs.push(epoch)
      else byRun.set(runId, [epoch])
    }
    return byRun
  }

  stepsOfRun(run: number): StepMetrics[] {
    return this.#stepsOfRun.all(run)
  }
}

/** SQLite would keep NaN as NULL without a word. */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a metric is ${value}: only finite numbers are kept`)
  return value
}
