/** From the epochs of a study's runs to the lines of its charts. Pure. */
import { deviation, mean } from 'd3-array'
import type { EpochMetrics, RunSummary, Variant } from '../../../src-main/contract'
import type { LineSeries, Point } from '../../charts/line'
import type { MarkerShape } from '../../charts/markers'

export type Measure = 'accuracy' | 'error' | 'loss'
export type Together = 'mean' | 'seeds'

export const measures: Record<Measure, (metrics: EpochMetrics) => number> = {
  /** In percent, as is the error. */
  accuracy: (m) => m.testAccuracy * 100,
  error: (m) => (1 - m.testAccuracy) * 100,
  loss: (m) => m.trainLoss,
}

export interface Look {
  color: string
  marker: MarkerShape
}

/** The epochs of each run: those that were asked for, and those that came in since. */
export function mergedEpochs(
  asked: readonly { runId: string; epochs: readonly EpochMetrics[] }[],
  newer: ReadonlyMap<string, readonly EpochMetrics[]>,
): Map<string, readonly EpochMetrics[]> {
  const all = new Map<string, readonly EpochMetrics[]>(asked.map((run) => [run.runId, run.epochs]))
  for (const [runId, more] of newer) {
    const byEpoch = new Map([...(all.get(runId) ?? []), ...more].map((m) => [m.epoch, m]))
    all.set(runId, [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch))
  }
  return all
}

/** Runs that a mean may hold, as in the tables: what ended early would cut it short or pull it somewhere it never was. */
export function averaged(run: RunSummary): boolean {
  return run.state === 'done' || run.state === 'running' || run.state === 'paused'
}

/**
 * One line a variant: the mean over seeds as far as all of them are, with ± one standard deviation (n − 1) from two
 * seeds on; what single seeds are ahead goes on as thin lines. Or one line a seed, diverged ones too.
 */
export function seriesOf(
  runs: readonly RunSummary[],
  epochs: ReadonlyMap<string, readonly EpochMetrics[]>,
  measure: Measure,
  together: Together,
  looks: Record<Variant, Look>,
): LineSeries[] {
  const variants = [...new Set(runs.map((run) => run.variant))]
  return variants.flatMap((variant) => {
    const lines = runs
      .filter((run) => run.variant === variant && (together === 'seeds' || averaged(run)))
      .map((run) => ({ run, points: (epochs.get(run.id) ?? []).map((m): Point => ({ x: m.epoch, y: measures[measure](m) })) }))
      .filter(({ points }) => points.length > 0)
    if (together === 'seeds')
      return lines.map(({ run, points }, i) => ({ id: `${variant} seed ${run.seed} ${run.id}`, label: i === 0 ? variant : '', ...looks[variant], points }))
    if (lines.length === 0) return []
    const common = Math.min(...lines.map(({ points }) => points.at(-1)?.x ?? 0))
    const byEpoch = lines.map((l) => new Map(l.points.map((p) => [p.x, p.y])))
    const points: Point[] = []
    const band: { x: number; low: number | null; high: number | null }[] = []
    for (let x = 1; x <= common; x++) {
      const values = valuesAt(byEpoch, x)
      const middle = mean(values) ?? null
      const std = deviation(values) ?? null
      points.push({ x, y: middle })
      if (middle !== null && std !== null) band.push({ x, low: middle - std, high: middle + std })
    }
    const thin = lines.map((l) => l.points.filter((p) => p.x >= common)).filter((ahead) => ahead.length > 1)
    return [{ id: variant, label: variant, ...looks[variant], points, ...(band.length > 0 ? { band } : {}), thin }]
  })
}

export interface Reading {
  variant: Variant
  mean: number | null
  std: number | null
  n: number
}

/** What the legend says at an epoch; at null, where each variant's line ends: the last epoch that all its runs have. */
export function readingsAt(runs: readonly RunSummary[], epochs: ReadonlyMap<string, readonly EpochMetrics[]>, measure: Measure, epoch: number | null): Reading[] {
  return [...new Set(runs.map((run) => run.variant))].map((variant) => {
    const lines = runs
      .filter((run) => run.variant === variant && averaged(run))
      .map((run) => epochs.get(run.id) ?? [])
      .filter((line) => line.length > 0)
    const at = epoch ?? Math.min(...lines.map((line) => line.at(-1)?.epoch ?? 0))
    const values = lines.flatMap((line) => line.filter((m) => m.epoch === at).map(measures[measure])).filter(Number.isFinite)
    return { variant, mean: mean(values) ?? null, std: deviation(values) ?? null, n: values.length }
  })
}

function valuesAt(lines: readonly ReadonlyMap<number, number | null>[], x: number): number[] {
  return lines.flatMap((points) => {
    const y = points.get(x)
    return y !== undefined && y !== null && Number.isFinite(y) ? [y] : []
  })
}
