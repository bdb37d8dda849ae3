import { evaluation, type EpochMetrics, type Evaluation, type StepMetrics } from '../contract/records'
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
  'epochs.wait_seconds AS waitSeconds',
  'epochs.cpu_seconds AS cpuSeconds',
  'epochs.memory_bytes AS memoryBytes',
  'epochs.validation_loss AS validationLoss',
  'epochs.validation_accuracy AS validationAccuracy',
  'epochs.gpu_utilization AS gpuUtilization',
  'epochs.gpu_memory_bytes AS gpuMemoryBytes',
].join(', ')

/** epoch, test accuracy, training loss, and a fourth: test loss of a run's curve, seconds of a study's */
type CurveRow = [number, number, number, number]

export interface Curve {
  runId: string
  epoch: number[]
  testAccuracy: number[]
  trainLoss: number[]
  testLoss: number[]
}

/** A run's curve within its study's. */
export interface StudyCurve {
  runId: string
  epoch: number[]
  testAccuracy: number[]
  trainLoss: number[]
  /** Seconds of training up to that epoch. */
  elapsed: number[]
}

/** All columns of what a run measures, but for the run. */
const epochTable = 'epoch, train_loss, train_accuracy, test_loss, test_accuracy, learning_rate, images_per_second, seconds, wait_seconds, cpu_seconds, memory_bytes, validation_loss, validation_accuracy, gpu_utilization, gpu_memory_bytes'
const stepTable = 'step, epoch, loss, learning_rate, step_ms'
const filterTable = 'layer, epoch, kernel_rows, kernel_columns, inputs, base_filters, weights'
const figureTable = 'layer, epoch, covered, overlap, cosine, effective_rank, filters'
const evaluationTable = 'epoch, classes, confusion, mistakes'

export class Metrics {
  readonly #addEpochs
  readonly #addSteps
  readonly #epochsOfRun
  readonly #rowOfStudy
  readonly #stepsOfRun
  readonly #curve
  readonly #epochsSince
  readonly #stepsSince
  readonly #putEvaluation
  readonly #evaluation
  readonly #lastStep
  readonly #lastEpoch
  readonly #rollBack
  readonly #copy

  constructor(db: Database) {
    const epoch = db.prepare<[number, ...(number | null)[]]>(`
      INSERT INTO epochs (run, ${epochTable})
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    const step = db.prepare<[number, number, number, number | null, number, number]>(
      `INSERT INTO steps (run, ${stepTable}) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    // From all of the run's epochs, not by adding up: few rows, and never apart from what it sums.
    const rollUp = db.prepare<{ run: number }>(`
      UPDATE runs SET
        (epochs_done, seconds, images_per_second) =
          (SELECT count(*), sum(seconds), avg(images_per_second) FROM epochs WHERE run = @run),
        (min_test_accuracy, max_test_accuracy, min_train_loss, max_train_loss, min_test_loss, max_test_loss) =
          (SELECT min(test_accuracy), max(test_accuracy), min(train_loss), max(train_loss), min(test_loss), max(test_loss) FROM epochs WHERE run = @run),
        (test_accuracy, train_loss, test_loss) =
          (SELECT test_accuracy, train_loss, test_loss FROM epochs WHERE run = @run ORDER BY epoch DESC LIMIT 1),
        (best_test_accuracy, best_epoch, best_validation_accuracy) =
          (SELECT test_accuracy, epoch, validation_accuracy FROM epochs WHERE run = @run ORDER BY coalesce(validation_accuracy, test_accuracy) DESC, epoch LIMIT 1)
      WHERE key = @run`)
    this.#addEpochs = db.transaction((run: number, epochs: readonly EpochMetrics[]) => {
      for (const m of epochs)
        epoch.run(
          run,
          m.epoch,
          ...[m.trainLoss, m.trainAccuracy, m.testLoss, m.testAccuracy, m.learningRate, m.imagesPerSecond, m.seconds].map(finite),
          ...[m.waitSeconds, m.cpuSeconds, m.memoryBytes, m.validationLoss ?? null, m.validationAccuracy ?? null, m.gpuUtilization ?? null, m.gpuMemoryBytes ?? null].map((value) => (value === null ? null : finite(value))),
        )
      rollUp.run({ run })
    })
    this.#addSteps = db.transaction((run: number, steps: StepMetrics[]) => {
      for (const s of steps)
        step.run(run, s.step, s.epoch, s.loss === null ? null : finite(s.loss), finite(s.learningRate), finite(s.stepMs))
    })
    this.#epochsOfRun = db.prepare<[number], EpochMetrics>(`SELECT ${epochColumns} FROM epochs WHERE run = ? ORDER BY epoch`)
    this.#rowOfStudy = db
      .prepare<[string, string, string], [id: string, planned: number, ...CurveRow]>(`
        SELECT runs.id, runs.epochs, epochs.epoch, epochs.test_accuracy, epochs.train_loss, epochs.seconds
        FROM runs JOIN epochs ON epochs.run = runs.key
        WHERE runs.study = (SELECT key FROM studies WHERE id = ?) AND runs.dataset = ? AND runs.arch = ? AND runs.trashed_at IS NULL
        ORDER BY runs.key, epochs.epoch`)
      .raw()
    this.#curve = db
      .prepare<[string], CurveRow>(
        `SELECT epochs.epoch, test_accuracy, train_loss, test_loss FROM epochs WHERE run = (SELECT key FROM runs WHERE id = ?) ORDER BY epoch`,
      )
      .raw()
    this.#stepsOfRun = db.prepare<[number], StepMetrics>(
      'SELECT step, epoch, loss, learning_rate AS learningRate, step_ms AS stepMs FROM steps WHERE run = ? ORDER BY step',
    )
    this.#epochsSince = db.prepare<[number, number], EpochMetrics>(`SELECT ${epochColumns} FROM epochs WHERE run = ? AND epoch > ? ORDER BY epoch`)
    this.#stepsSince = db.prepare<[number, number], StepMetrics>(
      'SELECT step, epoch, loss, learning_rate AS learningRate, step_ms AS stepMs FROM steps WHERE run = ? AND step > ? ORDER BY step',
    )
    this.#lastEpoch = db.prepare<[number], EpochMetrics>(`SELECT ${epochColumns} FROM epochs WHERE run = ? ORDER BY epoch DESC LIMIT 1`)
    this.#lastStep = db.prepare<[number], { step: number | null }>('SELECT max(step) AS step FROM steps WHERE run = ?')
    const dropEpochs = db.prepare<[number, number]>('DELETE FROM epochs WHERE run = ? AND epoch > ?')
    const dropSteps = db.prepare<[number, number]>('DELETE FROM steps WHERE run = ? AND step > ?')
    const dropFilters = db.prepare<[number, number]>('DELETE FROM filters WHERE run = ? AND epoch > ?')
    const dropFigures = db.prepare<[number, number]>('DELETE FROM layer_figures WHERE run = ? AND epoch > ?')
    const dropEvaluation = db.prepare<[number, number]>('DELETE FROM evaluations WHERE run = ? AND epoch > ?')
    this.#rollBack = db.transaction((run: number, to: { epochs: number; step: number } | null) => {
      dropEpochs.run(run, to?.epochs ?? 0)
      dropSteps.run(run, to?.step ?? 0)
      // Epoch 0: the filters before training, which only a run that begins sends again.
      dropFilters.run(run, to?.epochs ?? -1)
      dropFigures.run(run, to?.epochs ?? -1)
      dropEvaluation.run(run, to?.epochs ?? 0)
      rollUp.run({ run })
    })
    const copies = [
      db.prepare<[number, number]>(`INSERT INTO epochs (run, ${epochTable}) SELECT ?, ${epochTable} FROM epochs WHERE run = ?`),
      db.prepare<[number, number]>(`INSERT INTO steps (run, ${stepTable}) SELECT ?, ${stepTable} FROM steps WHERE run = ?`),
      db.prepare<[number, number]>(`INSERT INTO filters (run, ${filterTable}) SELECT ?, ${filterTable} FROM filters WHERE run = ?`),
      db.prepare<[number, number]>(`INSERT INTO layer_figures (run, ${figureTable}) SELECT ?, ${figureTable} FROM layer_figures WHERE run = ?`),
      db.prepare<[number, number]>(`INSERT INTO evaluations (run, ${evaluationTable}) SELECT ?, ${evaluationTable} FROM evaluations WHERE run = ?`),
    ]
    this.#copy = db.transaction((from: number, to: number) => {
      for (const copy of copies) copy.run(to, from)
      rollUp.run({ run: to })
    })
    this.#putEvaluation = db.prepare<[number, number, number, Buffer, string]>(
      `INSERT OR REPLACE INTO evaluations (run, ${evaluationTable}) VALUES (?, ?, ?, ?, ?)`,
    )
    this.#evaluation = db.prepare<[number], { epoch: number; classes: number; confusion: Buffer; mistakes: string }>(
      'SELECT epoch, classes, confusion, mistakes FROM evaluations WHERE run = ?',
    )
  }

  /**
   * Keeps an epoch and brings the run's rolled-up columns up to date, in one transaction.
   * @throws where a metric is not finite, or the epoch is there already
   */
  addEpoch(run: number, metrics: EpochMetrics): void {
    this.#addEpochs.immediate(run, [metrics])
  }

  /** Several at once, rolled up once: all or none. */
  addEpochs(run: number, epochs: readonly EpochMetrics[]): void {
    this.#addEpochs.immediate(run, epochs)
  }

  /** @throws where a number but the loss is missing or not finite, or a step is there already */
  addSteps(run: number, steps: StepMetrics[]): void {
    this.#addSteps.immediate(run, steps)
  }

  epochsOfRun(run: number): EpochMetrics[] {
    return this.#epochsOfRun.all(run)
  }

  /**
   * Curves of a study's runs on a data set with a network; a run without a finished epoch has none.
   * @param most points of all runs together, about: of more epochs only each `every`th is given, the first and the last planned besides
   */
  curvesOfStudy(studyId: string, dataset: string, arch: string, most: number): { every: number; runs: StudyCurve[] } {
    const rows = this.#rowOfStudy.all(studyId, dataset, arch)
    const every = Math.max(1, Math.ceil(rows.length / most))
    const runs: StudyCurve[] = []
    let elapsed = 0
    for (const [runId, planned, epoch, testAccuracy, trainLoss, seconds] of rows) {
      let run = runs.at(-1)
      if (run?.runId !== runId) {
        run = { runId, epoch: [], testAccuracy: [], trainLoss: [], elapsed: [] }
        runs.push(run)
        elapsed = 0
      }
      elapsed += seconds
      if (epoch !== 1 && epoch % every !== 0 && epoch !== planned) continue
      run.epoch.push(epoch)
      run.testAccuracy.push(testAccuracy)
      run.trainLoss.push(trainLoss)
      run.elapsed.push(elapsed)
    }
    return { every, runs }
  }

  /**
   * A run's curves as columns; empty where it has no epochs.
   * @param points at most so many epochs, evenly taken, the first and the last among them; null is all
   */
  curve(runId: string, points: number | null): Curve {
    const all = this.#curve.all(runId)
    const step = points === null || all.length <= points ? 1 : (all.length - 1) / (points - 1)
    const rows = step === 1 ? all : Array.from({ length: points ?? 0 }, (_, i) => all[Math.round(i * step)] as CurveRow)
    return { runId, epoch: rows.map((r) => r[0]), testAccuracy: rows.map((r) => r[1]), trainLoss: rows.map((r) => r[2]), testLoss: rows.map((r) => r[3]) }
  }

  stepsOfRun(run: number): StepMetrics[] {
    return this.#stepsOfRun.all(run)
  }

  epochsSince(run: number, epoch: number): EpochMetrics[] {
    return this.#epochsSince.all(run, epoch)
  }

  stepsSince(run: number, step: number): StepMetrics[] {
    return this.#stepsSince.all(run, step)
  }

  /** Null before the first. */
  lastEpoch(run: number): EpochMetrics | null {
    return this.#lastEpoch.get(run) ?? null
  }

  /** The last sampled step; 0 before the first. */
  lastStep(run: number): number {
    return this.#lastStep.get(run)?.step ?? 0
  }

  /** Drops what was measured after a number of finished epochs and steps, and the rolled-up columns with it; null drops everything. */
  rollBack(run: number, to: { epochs: number; step: number } | null): void {
    this.#rollBack.immediate(run, to)
  }

  /** Gives a run that has measured nothing all that another has. */
  copy(from: number, to: number): void {
    this.#copy.immediate(from, to)
  }

  /** Keeps the newest only: over 200 epochs they would outweigh all else. */
  putEvaluation(run: number, { epoch, classes, confusion, mistakes }: Evaluation): void {
    if (confusion.length !== classes * classes) throw new RangeError(`a confusion matrix of ${confusion.length} counts for ${classes} classes`)
    const bytes = Buffer.alloc(4 * confusion.length)
    confusion.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i))
    this.#putEvaluation.run(run, epoch, classes, bytes, JSON.stringify(mistakes))
  }

  /** Null before the first epoch, and for runs of a program that did not keep one. */
  evaluation(run: number): Evaluation | null {
    const row = this.#evaluation.get(run)
    if (!row) return null
    const confusion = Array.from({ length: row.confusion.length / 4 }, (_, i) => row.confusion.readUInt32LE(4 * i))
    return evaluation.parse({ epoch: row.epoch, classes: row.classes, confusion, mistakes: JSON.parse(row.mistakes) as unknown })
  }
}

/** SQLite would keep NaN as NULL without a word. */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a metric is ${value}: only finite numbers are kept`)
  return value
}
