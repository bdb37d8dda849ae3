/** The model of a run's page: actions by state, reasons, tables, curves. Pure. */
import { median } from '../../../src-main/analysis/statistics/statistics'
import { endedStates, epochFields, type Metric } from '../../../src-main/contract'
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

const resumable: readonly RunAction[] = ['resume', 'rerun', 'delete']
const possible: Record<RunState, readonly RunAction[]> = {
  queued: ['pause', 'stop', 'delete'],
  running: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  done: ['extend', 'rerun', 'delete'],
  stopped: resumable,
  interrupted: resumable,
  // Resuming would diverge again.
  diverged: ['rerun', 'delete'],
  failed: resumable,
}

export function actionsOf(run: Pick<RunSummary, 'state' | 'reason'>): readonly RunAction[] {
  return isHeld(run) ? ['resume', 'stop', 'delete'] : possible[run.state]
}

/** Returns the banner of a run that ended before its last epoch; null for any other run. */
export function explanation(
  run: Pick<RunSummary, 'state' | 'reason' | 'epochsDone' | 'epochs'>,
  checkpoint: RunDetail['checkpoint'] = null,
): { title: string; text: string } | null {
  const titles: Partial<Record<RunState, string>> = {
    stopped: 'Stopped',
    interrupted: 'The program closed during training',
    diverged: 'Diverged: the loss became NaN',
    failed: 'Training failed',
  }
  const title = titles[run.state]
  if (title === undefined) return null
  const kept =
    run.epochsDone === 0
      ? 'No epoch finished.'
      : `Metrics of ${count(run.epochsDone)} of ${plural(run.epochs, 'epoch')} are stored.`
  const further =
    run.state === 'diverged'
      ? checkpoint && `The last good checkpoint is at step ${count(checkpoint.step)}.`
      : checkpoint
        ? `Resume continues exactly from step ${count(checkpoint.step)}.`
        : 'No checkpoint: Resume starts over.'
  return {
    title: run.reason ?? title,
    text: [kept, further, 'Excluded from means.'].filter(Boolean).join(' '),
  }
}

/** Returns the text of a chart by `unit` that has no values. */
export function noValues({ state }: Pick<RunSummary, 'state'>, unit: 'epoch' | 'step'): string {
  if (!endedStates.includes(state)) return emptyChart([state])
  return state === 'diverged'
    ? `no data: the loss was NaN in the first ${unit}`
    : `no data: it ended before the first ${unit}`
}

/** Returns the text of a chart of machine resources that has no values. */
export function noReadings({ state }: Pick<RunSummary, 'state'>): string {
  return endedStates.includes(state) ? 'not measured' : emptyChart([state])
}

/** What a run page's curves show; percentages and losses by epoch, losses by sampled step. */
export interface Curves {
  trainLoss: Point[]
  testLoss: Point[]
  trainAccuracy: Point[]
  testAccuracy: Point[]
  /** Empty if the run has no validation split. */
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
 * Returns marks where the learning rate drops and where the loss became NaN.
 * @param per x units per epoch: 1, or its steps
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

/** Height of a row of the epochs' table in pixels; same as --row. */
export const rowHeight = 26
/** Rows that fit in the table's height; as many are mounted above and below for smooth scrolling. */
const rowsAround = 12

/**
 * Returns the rows to mount, `from` up to `to`, in steps, so that not every pixel of scrolling changes them, and the
 * heights of the omitted rows in pixels. A short table is mounted completely.
 */
export function rowsInView(rows: number, top: number): { from: number; to: number; above: number; below: number } {
  const step = Math.floor(top / rowHeight / rowsAround)
  const from = rows <= 3 * rowsAround ? 0 : Math.max(0, Math.min((step - 1) * rowsAround, rows - 3 * rowsAround))
  const to = rows <= 3 * rowsAround ? rows : Math.min(rows, Math.max(0, step - 1) * rowsAround + 4 * rowsAround)
  return { from, to, above: from * rowHeight, below: (rows - to) * rowHeight }
}

/** One row of a table that compares two runs. */
export interface Difference {
  label: string
  here: string
  there: string
}

/** Returns only the rows in which two tables differ, in the order of the first. */
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

/** One small chart of a machine resource. */
export interface Reading {
  name: string
  unit: string
  points: Point[]
  /** From zero to the capacity, if there is one. */
  yDomain: readonly [number, number]
}

/** Returns readings by epoch; missing measurements are gaps. @param cores of the machine, null if unknown */
export function usageOf(
  epochs: readonly EpochMetrics[],
  steps: readonly StepMetrics[],
  cores: number | null,
): Reading[] {
  const reading = (name: string, unit: string, points: Point[], whole?: number | null): Reading => {
    const top = whole ?? Math.max(0, ...points.map((p) => p.y ?? 0)) * 1.1
    return { name, unit, points, yDomain: [0, top > 0 ? top : 1] }
  }
  const chartOf = (field: keyof typeof epochFields): Reading[] => {
    const { chart }: Metric = epochFields[field]
    if (!chart) return []
    const { name, unit, factor = 1, isPerSecond = false, of, isOptional = false } = chart
    const points = epochs.map((epoch): Point => {
      const value = epoch[field]
      const span = isPerSecond ? epoch.seconds : 1
      return { x: epoch.epoch, y: typeof value !== 'number' || span === 0 ? null : (factor * value) / span }
    })
    if (isOptional && points.every(({ y }) => y === null)) return []
    return of === 'cores'
      ? [reading(name, cores === null ? unit : `${unit} of ${cores}`, points, cores)]
      : [reading(name, unit, points, of)]
  }
  const fields = Object.keys(epochFields) as (keyof typeof epochFields)[]
  const medians = new Map<number, number[]>()
  for (const { epoch, stepMs } of steps) medians.set(epoch, [...(medians.get(epoch) ?? []), stepMs])
  return [
    reading(
      'Step, median',
      'ms',
      [...medians].map(([x, values]) => ({ x, y: median(values) })),
    ),
    // The machine's own differences first, then those of the config.
    ...fields.filter((field) => !epochFields[field].computed).flatMap(chartOf),
    ...fields.filter((field) => epochFields[field].computed).flatMap(chartOf),
  ]
}
