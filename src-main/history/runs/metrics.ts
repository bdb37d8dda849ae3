/** The measurements of runs: epochs, sampled steps, the newest evaluation, and their summary in the run's row. */
import { evaluation, type Evaluation } from '../../contract/runs/evaluation'
import { epochFields, stepFields, type EpochMetrics, type StepMetrics } from '../../contract/runs/metrics'
import type { Database } from '../files/database'
import {
  copies,
  epochColumns,
  insertEpoch,
  insertStep,
  listRollUps,
  putEvaluation,
  setRollUps,
  stepColumns,
} from './metricSql'

/** A column of the run's row that disagrees with the run's epochs. */
export interface WrongRollUp {
  column: string
  kept: number | null
  given: number | null
}

/** epoch, test accuracy, training loss, and a fourth value: test loss of a run's curve, seconds of a study's curve */
type CurveRow = [number, number, number, number]

export interface Curve {
  runId: string
  epoch: number[]
  testAccuracy: number[]
  trainLoss: number[]
  testLoss: number[]
}

/** The curve of a run within its study. */
export interface StudyCurve {
  runId: string
  epoch: number[]
  testAccuracy: number[]
  trainLoss: number[]
  /** Seconds of training up to that epoch. */
  elapsed: number[]
}

const epochKeys = Object.keys(epochFields) as (keyof typeof epochFields)[]
const stepKeys = Object.keys(stepFields) as (keyof typeof stepFields)[]

export class Metrics {
  readonly #rollUps
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
    const epoch = db.prepare<[number, ...(number | null)[]]>(insertEpoch)
    const step = db.prepare<[number, ...(number | null)[]]>(insertStep)
    const rollUp = db.prepare<{ run: number }>(setRollUps)
    this.#rollUps = db.prepare<[{ run: number }], WrongRollUp>(listRollUps)
    this.#addEpochs = db.transaction((run: number, epochs: readonly EpochMetrics[]) => {
      for (const m of epochs) epoch.run(run, m.epoch, ...epochKeys.map((key) => finiteOrNull(m[key])))
      rollUp.run({ run })
    })
    this.#addSteps = db.transaction((run: number, steps: StepMetrics[]) => {
      for (const s of steps) step.run(run, s.step, ...stepKeys.map((key) => finiteOrNull(s[key])))
    })
    this.#epochsOfRun = db.prepare<[number], EpochMetrics>(
      `SELECT ${epochColumns} FROM epochs WHERE run = ? ORDER BY epoch`,
    )
    this.#rowOfStudy = db
      .prepare<[string, string, string], [id: string, planned: number, ...CurveRow]>(
        `
        SELECT runs.id, runs.epochs, epochs.epoch, epochs.test_accuracy, epochs.train_loss, epochs.seconds
        FROM runs JOIN epochs ON epochs.run = runs.key
        WHERE runs.study = (SELECT key FROM studies WHERE id = ?) AND runs.dataset = ? AND runs.arch = ? AND runs.trashed_at IS NULL
        ORDER BY runs.key, epochs.epoch`,
      )
      .raw()
    this.#curve = db
      .prepare<[string], CurveRow>(
        `SELECT epochs.epoch, test_accuracy, train_loss, test_loss FROM epochs WHERE run = (SELECT key FROM runs WHERE id = ?) ORDER BY epoch`,
      )
      .raw()
    this.#stepsOfRun = db.prepare<[number], StepMetrics>(`SELECT ${stepColumns} FROM steps WHERE run = ? ORDER BY step`)
    this.#epochsSince = db.prepare<[number, number], EpochMetrics>(
      `SELECT ${epochColumns} FROM epochs WHERE run = ? AND epoch > ? ORDER BY epoch`,
    )
    this.#stepsSince = db.prepare<[number, number], StepMetrics>(
      `SELECT ${stepColumns} FROM steps WHERE run = ? AND step > ? ORDER BY step`,
    )
    this.#lastEpoch = db.prepare<[number], EpochMetrics>(
      `SELECT ${epochColumns} FROM epochs WHERE run = ? ORDER BY epoch DESC LIMIT 1`,
    )
    this.#lastStep = db.prepare<[number], { step: number | null }>('SELECT max(step) AS step FROM steps WHERE run = ?')
    const dropEpochs = db.prepare<[number, number]>('DELETE FROM epochs WHERE run = ? AND epoch > ?')
    const dropSteps = db.prepare<[number, number]>('DELETE FROM steps WHERE run = ? AND step > ?')
    const dropFilters = db.prepare<[number, number]>('DELETE FROM filters WHERE run = ? AND epoch > ?')
    const dropFigures = db.prepare<[number, number]>('DELETE FROM layer_figures WHERE run = ? AND epoch > ?')
    const dropEvaluation = db.prepare<[number, number]>('DELETE FROM evaluations WHERE run = ? AND epoch > ?')
    this.#rollBack = db.transaction((run: number, to: { epochs: number; step: number } | null) => {
      dropEpochs.run(run, to?.epochs ?? 0)
      dropSteps.run(run, to?.step ?? 0)
      // Epoch 0 has the filters before training, which only a run that starts sends again.
      dropFilters.run(run, to?.epochs ?? -1)
      dropFigures.run(run, to?.epochs ?? -1)
      dropEvaluation.run(run, to?.epochs ?? 0)
      rollUp.run({ run })
    })
    const copyAll = copies.map((copy) => db.prepare<[number, number]>(copy))
    this.#copy = db.transaction((from: number, to: number) => {
      for (const copy of copyAll) copy.run(to, from)
      rollUp.run({ run: to })
    })
    this.#putEvaluation = db.prepare<[number, number, number, Buffer, string]>(putEvaluation)
    this.#evaluation = db.prepare<[number], { epoch: number; classes: number; confusion: Buffer; mistakes: string }>(
      'SELECT epoch, classes, confusion, mistakes FROM evaluations WHERE run = ?',
    )
  }

  /**
   * Stores an epoch and updates the summary columns of the run, in one transaction.
   * @throws Error if a metric is not finite, or the epoch exists already
   */
  addEpoch(run: number, metrics: EpochMetrics): void {
    this.#addEpochs.immediate(run, [metrics])
  }

  /**
   * Returns the summary columns that disagree with the epochs. Sums may differ in their last bits between versions of
   * SQLite.
   */
  wrongRollUps(run: number): WrongRollUp[] {
    const near = (a: number | null, b: number | null): boolean =>
      a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-12 * Math.abs(b))
    return this.#rollUps.all({ run }).filter(({ kept, given }) => !near(kept, given))
  }

  /** Stores several epochs and updates the summary once: all or none. */
  addEpochs(run: number, epochs: readonly EpochMetrics[]): void {
    this.#addEpochs.immediate(run, epochs)
  }

  /** @throws Error if a number other than the loss is missing or not finite, or a step exists already */
  addSteps(run: number, steps: StepMetrics[]): void {
    this.#addSteps.immediate(run, steps)
  }

  epochsOfRun(run: number): EpochMetrics[] {
    return this.#epochsOfRun.all(run)
  }

  /**
   * Returns the curves of a study's runs on a data set with a network; a run without a finished epoch has none.
   * @param most approximate number of points of all runs together: with more epochs, only each `every`th is returned,
   *   and also the first and the last planned one
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
   * Returns a run's curves as columns; empty without epochs.
   * @param points most epochs to return, evenly spaced, including the first and the last; null for all
   */
  curve(runId: string, points: number | null): Curve {
    const all = this.#curve.all(runId)
    const step = points === null || all.length <= points ? 1 : (all.length - 1) / (points - 1)
    const rows = step === 1 ? all : Array.from({ length: points ?? 0 }, (_, i) => all[Math.round(i * step)] as CurveRow)
    return {
      runId,
      epoch: rows.map((r) => r[0]),
      testAccuracy: rows.map((r) => r[1]),
      trainLoss: rows.map((r) => r[2]),
      testLoss: rows.map((r) => r[3]),
    }
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

  /** Returns the last sampled step; 0 before the first. */
  lastStep(run: number): number {
    return this.#lastStep.get(run)?.step ?? 0
  }

  /**
   * Deletes all measurements after a number of finished epochs and steps, and updates the summary; null deletes all.
   */
  rollBack(run: number, to: { epochs: number; step: number } | null): void {
    this.#rollBack.immediate(run, to)
  }

  /** Copies the measurements of one run to another that has none. */
  copy(from: number, to: number): void {
    this.#copy.immediate(from, to)
  }

  /** Stores the newest evaluation only: those of 200 epochs would be larger than everything else. */
  putEvaluation(run: number, { epoch, classes, confusion, mistakes }: Evaluation): void {
    if (confusion.length !== classes * classes)
      throw new RangeError(`a confusion matrix of ${confusion.length} counts for ${classes} classes`)
    const bytes = Buffer.alloc(4 * confusion.length)
    confusion.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i))
    this.#putEvaluation.run(run, epoch, classes, bytes, JSON.stringify(mistakes))
  }

  /** Null before the first epoch, and for runs of a program that stored none. */
  evaluation(run: number): Evaluation | null {
    const row = this.#evaluation.get(run)
    if (!row) return null
    const confusion = Array.from({ length: row.confusion.length / 4 }, (_, i) => row.confusion.readUInt32LE(4 * i))
    return evaluation.parse({
      epoch: row.epoch,
      classes: row.classes,
      confusion,
      mistakes: JSON.parse(row.mistakes) as unknown,
    })
  }
}

/** SQLite would silently store NaN as NULL. */
function finiteOrNull(value: number | null | undefined): number | null {
  if (value === null || value === undefined) return null
  if (!Number.isFinite(value)) throw new RangeError(`a metric is ${value}: only finite numbers can be stored`)
  return value
}
