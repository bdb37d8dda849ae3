/** What a run's page shows and offers: actions by state, reasons, tables, curves. Pure. */
import { median } from '../../../src-main/analysis/statistics/statistics'
import { endedStates } from '../../../src-main/contract'
import type {
  EpochMetrics,
  ExperimentConfig,
  RunDetail,
  RunState,
  RunSummary,
  StepMetrics,
} from '../../../src-main/contract'
import type { Point, VerticalMark } from '../../../src-main/analysis/figures/line'
import { count, plural, significant } from '../../lib/format'
import { emptyChart, isHeld } from '../../lib/data/progress'

export type RunAction = 'pause' | 'resume' | 'extend' | 'stop' | 'rerun' | 'delete'

const goesOn: readonly RunAction[] = ['resume', 'rerun', 'delete']
const possible: Record<RunState, readonly RunAction[]> = {
  queued: ['pause', 'stop', 'delete'],
  running: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  done: ['extend', 'rerun', 'delete'],
  stopped: goesOn,
  interrupted: goesOn,
  // It would diverge again.
  diverged: ['rerun', 'delete'],
  failed: goesOn,
}

export function actionsOf(run: Pick<RunSummary, 'state' | 'reason'>): readonly RunAction[] {
  return isHeld(run) ? ['resume', 'stop', 'delete'] : possible[run.state]
}

/** What stands above the page of a run that ended before its last epoch; null for one that did not. */
export function explanation(
  run: Pick<RunSummary, 'state' | 'reason' | 'epochsDone' | 'epochs'>,
  checkpoint: RunDetail['checkpoint'] = null,
): { title: string; text: string } | null {
  const titles: Partial<Record<RunState, string>> = {
    stopped: 'Stopped',
    interrupted: 'The program that trained this run went away',
    diverged: 'The loss was no longer a number',
    failed: 'Training failed',
  }
  const title = titles[run.state]
  if (title === undefined) return null
  const kept =
    run.epochsDone === 0
      ? 'No epoch was finished.'
      : `The metrics of ${plural(run.epochsDone, 'finished epoch')} of ${count(run.epochs)} are kept.`
  const further =
    run.state === 'diverged'
      ? checkpoint && `Its last good checkpoint is of step ${count(checkpoint.step)}.`
      : checkpoint
        ? `Resumed, it goes on after step ${count(checkpoint.step)} as if it had never stopped.`
        : 'Resumed, it begins again: there is no checkpoint.'
  return {
    title: run.reason ?? title,
    text: [kept, further, `Until it is done it is left out of means.`].filter(Boolean).join(' '),
  }
}

/** Returns the words of a chart of a run's `unit`s that has no value. */
export function noValues({ state }: Pick<RunSummary, 'state'>, unit: 'epoch' | 'step'): string {
  if (!endedStates.includes(state)) return emptyChart([state])
  return state === 'diverged'
    ? `no values: the loss was NaN in the first ${unit}`
    : `no values: the run ended before its first ${unit} did`
}

/** Returns the words of a chart of what a trainer measures of the machine, without a value. */
export function noReadings({ state }: Pick<RunSummary, 'state'>): string {
  return endedStates.includes(state) ? 'not measured' : emptyChart([state])
}

/** What a run page's curves show; percentages and losses by epoch, losses by sampled step. */
export interface Curves {
  trainLoss: Point[]
  testLoss: Point[]
  trainAccuracy: Point[]
  testAccuracy: Point[]
  /** Empty where the run holds nothing out. */
  validationLoss: Point[]
  validationAccuracy: Point[]
  stepLoss: Point[]
}

export function curvesOf(detail: Pick<RunDetail, 'epochs' | 'steps'>): Curves {
  const by = (value: (epoch: EpochMetrics) => number): Point[] =>
    detail.epochs.map((epoch) => ({ x: epoch.epoch, y: value(epoch) }))
  const held = (value: (epoch: EpochMetrics) => number | null | undefined): Point[] =>
    detail.epochs.flatMap((epoch) => {
      const y = value(epoch)
      return typeof y === 'number' ? [{ x: epoch.epoch, y }] : []
    })
  return {
    trainLoss: by((e) => e.trainLoss),
    testLoss: by((e) => e.testLoss),
    trainAccuracy: by((e) => e.trainAccuracy * 100),
    testAccuracy: by((e) => e.testAccuracy * 100),
    validationLoss: held((e) => e.validationLoss),
    validationAccuracy: held((e) => (typeof e.validationAccuracy === 'number' ? e.validationAccuracy * 100 : null)),
    stepLoss: detail.steps.map((step) => ({ x: step.step, y: step.loss })),
  }
}

/**
 * Where the learning rate falls, and where the loss stopped being a number. `per` is the x units an epoch takes: 1, or
 * its steps.
 */
export function marksOf(
  run: Pick<RunSummary, 'state' | 'epochsDone'>,
  config: Pick<ExperimentConfig, 'milestones' | 'gamma' | 'epochs'>,
  per: number,
): VerticalMark[] {
  const marks: VerticalMark[] = config.milestones
    .filter((epoch) => epoch < config.epochs)
    .map((epoch) => ({ x: epoch * per, label: `lr × ${significant(config.gamma)}` }))
  if (run.state === 'diverged')
    marks.push({ x: Math.min(run.epochsDone + 1, config.epochs) * per, label: 'NaN', color: 'var(--st-diverged)' })
  return marks
}

/** Of a row of the epochs' table, in pixels; the same as --row. */
export const rowHeight = 26
/** Rows of the table's height, and as many above and below of them for who scrolls. */
const rowsAround = 12

/**
 * Rows `from` up to `to` (in steps, so that not every pixel changes them), and the heights of what is left out, in
 * pixels; of a few nothing is.
 */
export function rowsInView(rows: number, top: number): { from: number; to: number; above: number; below: number } {
  const step = Math.floor(top / rowHeight / rowsAround)
  const from = rows <= 3 * rowsAround ? 0 : Math.max(0, Math.min((step - 1) * rowsAround, rows - 3 * rowsAround))
  const to = rows <= 3 * rowsAround ? rows : Math.min(rows, Math.max(0, step - 1) * rowsAround + 4 * rowsAround)
  return { from, to, above: from * rowHeight, below: (rows - to) * rowHeight }
}

/** One row of a table in which two runs stand side by side. */
export interface Difference {
  label: string
  here: string
  there: string
}

/** Only the rows in which two tables differ, in the order of the first. */
export function differences(
  here: readonly (readonly [string, string])[],
  there: readonly (readonly [string, string])[],
): Difference[] {
  const other = new Map(there)
  return here.flatMap(([label, value]) => {
    const theirs = other.get(label) ?? '–'
    return theirs === value ? [] : [{ label, here: value, there: theirs }]
  })
}

/** One small chart of what training costs the machine. */
export interface Reading {
  name: string
  unit: string
  points: Point[]
  /** From zero, to whatever is the whole of it where there is one. */
  yDomain: readonly [number, number]
}

/** Readings by epoch; what was not measured is a gap. @param cores of the machine, null where not known */
export function usageOf(
  epochs: readonly EpochMetrics[],
  steps: readonly StepMetrics[],
  cores: number | null,
): Reading[] {
  const by = (value: (epoch: EpochMetrics) => number | null): Point[] =>
    epochs.map((epoch) => ({ x: epoch.epoch, y: value(epoch) }))
  const reading = (name: string, unit: string, points: Point[], whole?: number | null): Reading => {
    const top = whole ?? Math.max(0, ...points.map((p) => p.y ?? 0)) * 1.1
    return { name, unit, points, yDomain: [0, top > 0 ? top : 1] }
  }
  const measured = (value: (epoch: EpochMetrics) => number | null | undefined): boolean =>
    epochs.some((epoch) => typeof value(epoch) === 'number')
  const times = (value: number | null | undefined, factor: number): number | null =>
    typeof value === 'number' ? value * factor : null
  const medians = new Map<number, number[]>()
  for (const { epoch, stepMs } of steps) medians.set(epoch, [...(medians.get(epoch) ?? []), stepMs])
  return [
    reading(
      'Step, median',
      'ms',
      [...medians].map(([x, values]) => ({ x, y: median(values) })),
    ),
    reading(
      'Images',
      'a second',
      by((e) => e.imagesPerSecond),
    ),
    reading(
      'Waiting for pictures',
      '% of the epoch',
      by((e) => (e.waitSeconds === null || e.seconds === 0 ? null : (100 * e.waitSeconds) / e.seconds)),
    ),
    reading(
      'Processor',
      cores === null ? 'cores' : `of ${cores} cores`,
      by((e) => (e.cpuSeconds === null || e.seconds === 0 ? null : e.cpuSeconds / e.seconds)),
      cores,
    ),
    reading(
      'Memory',
      'MiB',
      by((e) => (e.memoryBytes === null ? null : e.memoryBytes / 2 ** 20)),
    ),
    ...(measured((e) => e.gpuUtilization)
      ? [
          reading(
            'GPU',
            '% of the time',
            by((e) => times(e.gpuUtilization, 100)),
            100,
          ),
        ]
      : []),
    ...(measured((e) => e.gpuMemoryBytes)
      ? [
          reading(
            'GPU memory, all programs',
            'MiB',
            by((e) => times(e.gpuMemoryBytes, 2 ** -20)),
          ),
        ]
      : []),
    reading(
      'Learning rate',
      '',
      by((e) => e.learningRate),
    ),
  ]
}
