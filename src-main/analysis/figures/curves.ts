/** Computes the lines of a study's charts from the epochs of its runs. Pure. */
import { variantShort } from '../text/names'
import { deviation, mean } from 'd3-array'
import { leastSeeds, tQuantile } from '../statistics/statistics'
import type { EpochMetrics, RendererResult, RunSummary, Variant } from '../../contract'
import type { LineSeries, Point } from './line'
import type { MarkerShape } from './markers'
import { smooth } from './smooth'

export const bandKinds = ['std', 'ci', 'range', 'seeds'] as const
export type BandKind = (typeof bandKinds)[number]
export const axes = ['epoch', 'step', 'time'] as const
export type Axis = (typeof axes)[number]

export type Measure = 'accuracy' | 'error' | 'loss'

/** The data of a curve. */
export type CurveEpoch = Pick<EpochMetrics, 'epoch' | 'testAccuracy' | 'trainLoss'> & {
  /** Seconds of training up to this epoch. */
  elapsed: number
}

export const measures: Record<Measure, (metrics: CurveEpoch) => number> = {
  /** Accuracy and error in percent. */
  accuracy: (m) => m.testAccuracy * 100,
  error: (m) => (1 - m.testAccuracy) * 100,
  loss: (m) => m.trainLoss,
}

export interface Look {
  color: string
  marker: MarkerShape
}

type StoredCurve = RendererResult<'studies.curves'>['runs'][number]

/** Returns one entry per epoch of a stored curve, whose values are stored by column. */
export function epochsOf({ epoch, testAccuracy, trainLoss, elapsed }: StoredCurve): CurveEpoch[] {
  return epoch.map((at, i) => ({
    epoch: at,
    testAccuracy: testAccuracy[i] ?? NaN,
    trainLoss: trainLoss[i] ?? NaN,
    elapsed: elapsed[i] ?? NaN,
  }))
}

/**
 * Returns the epochs of each run: the fetched ones and those that arrived since; with thinned curves, only epochs of
 * the same interval.
 */
export function mergedEpochs(
  { every, runs }: RendererResult<'studies.curves'>,
  newer: ReadonlyMap<string, readonly EpochMetrics[]>,
): Map<string, readonly CurveEpoch[]> {
  const all = new Map<string, readonly CurveEpoch[]>(runs.map((run) => [run.runId, epochsOf(run)]))
  if (every > 1) return all
  for (const [runId, more] of newer) {
    const known = [...(all.get(runId) ?? [])]
    for (const { epoch, testAccuracy, trainLoss, seconds } of [...more].sort((a, b) => a.epoch - b.epoch)) {
      const last = known.at(-1)
      if (last === undefined || epoch > last.epoch)
        known.push({ epoch, testAccuracy, trainLoss, elapsed: (last?.elapsed ?? 0) + seconds })
    }
    all.set(runId, known)
  }
  return all
}

/** Returns the runs that a mean may include, as in the tables: an unfinished run would shorten or bias the mean. */
export function averaged(run: RunSummary): boolean {
  return run.state === 'done' || run.state === 'running' || run.state === 'paused'
}

export interface Drawn {
  measure: Measure
  band: BandKind
  /** Time is in minutes of training, with evaluation and without pauses. */
  axis: Axis
  /** Time constant in epochs; each seed's curve is smoothed before means are computed. */
  smooth: number
  /** Steps per epoch; null if unknown, and then the axis is epochs. */
  steps: number | null
}

/**
 * Returns one line per variant: the mean over seeds, up to the last epoch that all have finished. With two seeds or
 * more it has a band: ± one standard deviation (n − 1), the 95 % interval of the mean by Student's t from three seeds
 * on, or smallest to largest. Single seeds beyond that epoch are thin lines. Or returns one line per seed, including
 * diverged ones. Over time, seeds have different x: they are interpolated linearly at as many equal steps as the
 * fastest has epochs.
 */
export function seriesOf(
  runs: readonly RunSummary[],
  epochs: ReadonlyMap<string, readonly CurveEpoch[]>,
  drawn: Drawn,
  looks: (variant: Variant) => Look,
): LineSeries[] {
  const variants = [...new Set(runs.map((run) => run.variant))]
  return variants.flatMap((variant): LineSeries[] => {
    const lines = runs
      .filter((run) => run.variant === variant && (drawn.band === 'seeds' || averaged(run)))
      .map((run) => ({ run, points: pointsOf(epochs.get(run.id) ?? [], drawn) }))
      .filter(({ points }) => points.length > 0)
    if (drawn.band === 'seeds')
      return lines.map(({ run, points }, i) => ({
        id: `${variant} seed ${run.seed} ${run.id}`,
        label: i === 0 ? variantShort(variant) : '',
        ...looks(variant),
        points,
        broken: run.state === 'diverged',
      }))
    if (lines.length === 0) return []
    const common = Math.min(...lines.map(({ points }) => points.at(-1)?.x ?? 0))
    const points: Point[] = []
    const band: { x: number; low: number | null; high: number | null }[] = []
    for (const { x, values } of aligned(
      lines.map((line) => line.points),
      common,
      drawn.axis,
    )) {
      const middle = mean(values) ?? null
      points.push({ x, y: middle })
      const around = middle === null ? null : bandAround(values, middle, drawn.band)
      if (around) band.push({ x, low: around[0], high: around[1] })
    }
    const thin = lines.map((l) => l.points.filter((p) => p.x >= common)).filter((ahead) => ahead.length > 1)
    return [
      {
        id: variant,
        label: variantShort(variant),
        ...looks(variant),
        points,
        ...(band.length > 0 ? { band } : {}),
        thin,
      },
    ]
  })
}

/** Returns a run's curve, smoothed over epochs and then placed on the x axis. */
function pointsOf(metrics: readonly CurveEpoch[], { measure, axis, smooth: tau, steps }: Drawn): Point[] {
  const smoothed = smooth(
    metrics.map((m) => ({ x: m.epoch, y: measures[measure](m) })),
    tau,
  )
  return smoothed.map(({ x, y }, i) => ({
    x: axis === 'time' ? (metrics[i]?.elapsed ?? 0) / 60 : axis === 'step' ? x * (steps ?? 1) : x,
    y,
  }))
}

function aligned(lines: readonly (readonly Point[])[], common: number, axis: Axis): { x: number; values: number[] }[] {
  if (axis !== 'time') {
    const byX = lines.map((points) => new Map(points.map((p) => [p.x, p.y])))
    const xs = [...new Set(lines.flatMap((points) => points.map((p) => p.x)))]
      .filter((x) => x <= common)
      .sort((a, b) => a - b)
    return xs.map((x) => ({ x, values: valuesAt(byX, x) }))
  }
  const first = Math.max(...lines.map((points) => points[0]?.x ?? 0))
  if (first > common) return []
  const count = Math.max(1, ...lines.map((points) => points.filter((p) => p.x <= common).length))
  return Array.from({ length: count }, (_, i) => {
    const x = count === 1 ? common : first + ((common - first) * i) / (count - 1)
    return { x, values: lines.flatMap((points) => interpolated(points, x) ?? []) }
  })
}

/** Interpolates between a curve's points; null outside of them and next to a gap. */
export function interpolated(points: readonly Point[], x: number): number | null {
  const after = points.findIndex((p) => p.x >= x)
  const b = points[after]
  if (b === undefined) {
    const last = points.at(-1)
    // The grid's last step may exceed the curve by a rounding error.
    return last && x - last.x <= 1e-9 * Math.abs(x) ? last.y : null
  }
  const a = points[after - 1]
  if (b.x === x) return b.y
  if (a === undefined || a.y === null || b.y === null) return null
  return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x)
}

function bandAround(values: readonly number[], middle: number, kind: BandKind): [number, number] | null {
  if (values.length < 2) return null
  if (kind === 'range') return [Math.min(...values), Math.max(...values)]
  const std = deviation(values) ?? 0
  if (kind === 'std') return [middle - std, middle + std]
  if (values.length < leastSeeds) return null
  const half = (tQuantile(0.975, values.length - 1) * std) / Math.sqrt(values.length)
  return [middle - half, middle + half]
}

export interface Reading {
  variant: Variant
  mean: number | null
  std: number | null
  n: number
}

/**
 * Returns the legend's values at an epoch; for null, at the end of each variant's line: the last epoch of all its runs.
 */
export function readingsAt(
  runs: readonly RunSummary[],
  epochs: ReadonlyMap<string, readonly CurveEpoch[]>,
  measure: Measure,
  epoch: number | null,
): Reading[] {
  return [...new Set(runs.map((run) => run.variant))].map((variant) => {
    const lines = runs
      .filter((run) => run.variant === variant && averaged(run))
      .map((run) => epochs.get(run.id) ?? [])
      .filter((line) => line.length > 0)
    const at = epoch ?? Math.min(...lines.map((line) => line.at(-1)?.epoch ?? 0))
    const values = lines
      .flatMap((line) => line.filter((m) => m.epoch === at).map(measures[measure]))
      .filter(Number.isFinite)
    return { variant, mean: mean(values) ?? null, std: deviation(values) ?? null, n: values.length }
  })
}

function valuesAt(lines: readonly ReadonlyMap<number, number | null>[], x: number): number[] {
  return lines.flatMap((points) => {
    const y = points.get(x)
    return y !== undefined && y !== null && Number.isFinite(y) ? [y] : []
  })
}
