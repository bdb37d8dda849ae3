/** Estimates how long runs take on this machine, from the runs in the history. */
import {
  datasetSizes,
  type Arch,
  type DatasetId,
  type Precision,
  type StudyPlan,
  type TrainingConfig,
  type Variant,
} from '../../contract/experiment'
import { endedStates } from '../../contract/runs/states'
import type { Estimate } from '../../contract/studies/studies'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'

type Basis = Estimate['basis']

/** Cost of an evaluated example in trained ones: one forward pass instead of one forward and about two backward. */
const evaluationShare = 1 / 3
/** Time from a trainer's start to its first step, if no run has measured it. */
const startupGuess = 4

interface Model {
  arch: Arch
  variant: Variant
  dataset: DatasetId
}

export interface Workload extends Model {
  precision: Precision
  epochs: number
  trainExamples: number
  testExamples: number
  validationExamples: number
}

/** Everything except the run itself that its times depend on. */
interface SpeedFacts {
  /** Names the machine and its settings. */
  machineOf: (run: RunRecord) => string | null
  /** Whether the run trained next to another training. */
  sharedMachine: (run: RunRecord) => boolean
  /** How runs share this machine; default: one at a time. */
  sharing?: Sharing
}

/** How several runs train at the same time. */
export interface Sharing {
  slots: number
  /** How many times as long a run takes next to runs in all other slots than alone, from 1. */
  slowdown: number
}

export const oneAtATime: Sharing = { slots: 1, slowdown: 1 }
const noFacts: SpeedFacts = { machineOf: (run) => run.environmentHash, sharedMachine: () => false }

/** Seconds per example, by measured configuration. The speed of one precision does not predict that of the other. */
export class Speed {
  readonly #measured: (Model & { precision: Precision; perExample: number })[]
  readonly #startup: number
  readonly #sharing: Sharing
  /** Whether all times were measured next to another training: a run alone takes less. */
  readonly sharedMachine: boolean

  /**
   * @param runs that have finished an epoch, newest first; only those of the newest one's machine count, and those next
   *   to another training only if no run trained alone
   */
  constructor(runs: readonly RunRecord[], { machineOf, sharedMachine, sharing = oneAtATime }: SpeedFacts = noFacts) {
    this.#sharing = sharing
    const newest = runs[0]
    const machine = newest && machineOf(newest)
    const onMachine = runs.filter((run) => machineOf(run) === machine)
    const alone = onMachine.filter((run) => !sharedMachine(run))
    this.sharedMachine = alone.length === 0 && onMachine.length > 0
    const here = this.sharedMachine ? onMachine : alone
    this.#measured = here.flatMap(({ summary, trainExamples, testExamples, validationExamples, precision }) => {
      if (summary.seconds === null || summary.epochsDone === 0) return []
      const perExample =
        summary.seconds / (summary.epochsDone * examplesOf({ trainExamples, testExamples, validationExamples }))
      return [{ arch: summary.arch, variant: summary.variant, dataset: summary.dataset, precision, perExample }]
    })
    this.#startup = mean(here.flatMap((run) => run.startupSeconds ?? [])) ?? startupGuess
  }

  /**
   * Returns seconds until all runs have ended.
   * @param waiting seconds that each takes alone, in the order of the queue
   * @param training seconds that each of the others still takes, as it trains now
   */
  ofAll(waiting: readonly number[], training: readonly number[] = []): number {
    const { slots, slowdown } = this.#sharing
    // Times that were measured next to other runs contain the slowdown.
    const factor = waiting.length + training.length > 1 && !this.sharedMachine ? slowdown : 1
    const ends = [...training, ...Array.from({ length: Math.max(0, slots - training.length) }, () => 0)]
    for (const seconds of waiting) {
      const next = ends.indexOf(Math.min(...ends))
      ends[next] = (ends[next] ?? 0) + factor * seconds
    }
    return Math.max(...ends)
  }

  /** Seconds of a complete run, its start included. */
  ofRun(work: Workload): { seconds: number | null; basis: Basis } {
    const samePrecision = this.#measured.filter((run) => run.precision === work.precision)
    const sameArch = samePrecision.filter((run) => run.arch === work.arch)
    const sameModel = sameArch.filter((run) => run.variant === work.variant)
    const measured = mean((sameModel.length > 0 ? sameModel : sameArch).map((run) => run.perExample))
    const perExample = measured ?? scaled(work, samePrecision)
    if (perExample === null) return { seconds: null, basis: 'unknown' }
    return {
      seconds: this.#startup + work.epochs * examplesOf(work) * perExample,
      basis: measured === null ? 'scaled' : 'measured',
    }
  }
}

/** Counts the multiplications of every measured run. Only needed if no run of the network was measured. */
function scaled(work: Model, measured: readonly (Model & { perExample: number })[]): number | null {
  const perMultiplication = mean(measured.map((run) => run.perExample / multiplications(run)))
  return perMultiplication === null ? null : perMultiplication * multiplications(work)
}

/** Returns the time of a study that is not created yet, and the models that it trains. */
export function estimate(plan: StudyPlan, speed: Speed): Estimate {
  const sizes = exampleCounts(plan.training)
  const { dataset, epochs, precision } = plan.training
  const models = plan.archs.flatMap((arch) =>
    plan.variants.map((variant) => {
      const { layers: _layers, ...model } = modelSummary(arch, variant, datasetSizes[dataset].classes)
      return model
    }),
  )
  const times = models.map(({ arch, variant }) => speed.ofRun({ arch, variant, dataset, precision, epochs, ...sizes }))
  const basis = (['unknown', 'scaled'] as const).find((b) => times.some((time) => time.basis === b)) ?? 'measured'
  const seconds =
    basis === 'unknown' ? null : speed.ofAll(plan.seeds.flatMap(() => times.map((time) => time.seconds ?? 0)))
  return { runs: models.length * plan.seeds.length, seconds, basis, sharedMachine: speed.sharedMachine, models }
}

/**
 * Returns the examples that a config trains, tests and validates on. A limit above a set's size means the complete set.
 */
export function exampleCounts({
  dataset,
  trainExamples,
  testExamples,
  validationExamples,
}: Pick<TrainingConfig, 'dataset' | 'trainExamples' | 'testExamples' | 'validationExamples'>): {
  trainExamples: number
  testExamples: number
  validationExamples: number
} {
  const sizes = datasetSizes[dataset]
  const held = validationExamples ?? 0
  return {
    trainExamples: (trainExamples ?? sizes.train) - held,
    testExamples: testExamples ?? sizes.test,
    validationExamples: held,
  }
}

/**
 * Returns seconds until the queued, running and paused runs of a study end, from the study's own speed; null until it
 * is known.
 * @param progressSeconds the remaining time that a run training here reports
 */
export function remainingSeconds(
  runs: readonly RunRecord[],
  progressSeconds: (runId: string) => number | null,
  sharedMachine = noFacts.sharedMachine,
  sharing = oneAtATime,
): number | null {
  const speed = new Speed(
    runs.filter((run) => run.summary.epochsDone > 0),
    { ...noFacts, sharedMachine, sharing },
  )
  const training: number[] = []
  const waiting: number[] = []
  for (const { summary, trainExamples, testExamples, validationExamples, precision } of runs) {
    if (endedStates.includes(summary.state)) continue
    const { arch, variant, dataset, epochs, epochsDone } = summary
    const reported = progressSeconds(summary.id)
    const seconds =
      reported ??
      speed.ofRun({
        arch,
        variant,
        dataset,
        precision,
        epochs: epochs - epochsDone,
        trainExamples,
        testExamples,
        validationExamples,
      }).seconds
    if (seconds === null) return null
    if (reported === null) waiting.push(seconds)
    else training.push(reported)
  }
  return waiting.length + training.length === 0 ? null : speed.ofAll(waiting, training)
}

function examplesOf({ trainExamples, testExamples, validationExamples }: ReturnType<typeof exampleCounts>): number {
  return trainExamples + evaluationShare * (testExamples + validationExamples)
}

function multiplications({ arch, variant, dataset }: Model): number {
  return modelSummary(arch, variant, datasetSizes[dataset].classes).multiplications
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, x) => sum + x, 0) / values.length
}
