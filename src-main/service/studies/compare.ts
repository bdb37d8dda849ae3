/** Compares the runs of a study: one row per network and data set, one cell per variant, means over seeds. */
import { holm, testOf } from '../../analysis/statistics/significance'
import {
  intervalOf,
  leastSeeds,
  mean,
  meanInterval,
  meanOf,
  pooledStd,
  smallestVisible,
  spread,
  welchDifference,
} from '../../analysis/statistics/statistics'
import { archs, compareVariants, datasetSizes, type StudyPlan } from '../../contract/experiment'
import { noCounts } from '../../contract/runs/states'
import type { Comparison, ComparisonCell, ComparisonRow, Finding } from '../../contract/studies/comparison'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'
import { comparisonNote, isBaseline } from './comparisonNote'
import { newestDone, pairedDrops, points } from './finishedRuns'

/** Facts about a run that are not in its record. */
export interface RunFacts {
  batchSize: (run: RunRecord) => number
  /** Names the machine and the settings that its speed depends on; null if they were not recorded. */
  machine: (run: RunRecord) => string | null
}

/** @param runs in the order of creation */
export function compare(
  study: { id: string; name: string; plan: StudyPlan | null },
  runs: readonly RunRecord[],
  facts: RunFacts,
): Comparison {
  const grouped = [...groupBy(runs, (run) => rowKey(run)).values()].map((members) => ({
    members,
    row: rowOf(members, facts),
  }))
  grouped.sort((a, b) => archs.indexOf(a.row.arch) - archs.indexOf(b.row.arch))
  const rows = grouped.map(({ row }) => row)
  const comparisons = correct(rows)
  for (const { members, row } of grouped) row.note = comparisonNote(row, members, comparisons, study.plan)
  return { studyId: study.id, studyName: study.name, comparisons, rows }
}

/**
 * Corrects the table's tests for their number. Welch's and the paired tests are one family each, because a table shows
 * only one of the two.
 * @returns the size of a family: every variant of every row against that row's baseline, already tested or not
 */
function correct(rows: readonly ComparisonRow[]): number {
  const family = rows.flatMap((row) =>
    row.cells.some(isBaseline) ? row.cells.filter((cell) => !isBaseline(cell)) : [],
  )
  for (const testsOf of [(cell: ComparisonCell) => cell.test, (cell: ComparisonCell) => cell.paired?.test ?? null]) {
    const tests = family.map(testsOf)
    const corrected = holm(tests.map((test) => test?.p ?? null))
    for (const [i, test] of tests.entries()) if (test) test.corrected = corrected[i] ?? 1
  }
  return family.length
}

/**
 * Returns the comparison of the first network and variant with a result on both sides. Taking the order of the paper
 * avoids picking the luckiest difference.
 */
export function findingOf({ studyId, rows, comparisons }: Comparison): Finding | null {
  for (const { dataset, arch, cells } of rows) {
    const baseline = cells.find((cell) => cell.variant === 'baseline')
    const cell = cells.find((one) => one.accuracyDrop !== null)
    if (!baseline?.accuracy || !cell?.accuracy || cell.accuracyDrop === null) continue
    return {
      studyId,
      dataset,
      arch,
      variant: cell.variant,
      drop: cell.accuracyDrop,
      interval: cell.accuracyDropInterval,
      corrected: cell.test?.corrected ?? null,
      comparisons,
      seeds: [baseline.accuracy.n, cell.accuracy.n],
    }
  }
  return null
}

function rowKey({ summary, trainExamples, testExamples, validationExamples, precision }: RunRecord): string {
  return [
    summary.dataset,
    summary.arch,
    summary.epochs,
    trainExamples,
    testExamples,
    validationExamples,
    precision,
  ].join('/')
}

function rowOf(runs: [RunRecord, ...RunRecord[]], facts: RunFacts): ComparisonRow {
  const { summary, trainExamples, testExamples, validationExamples, precision } = runs[0]
  const { dataset, arch, epochs } = summary
  const byVariant = groupBy(runs, (run) => run.summary.variant)
  const baselineRuns = newestDone(byVariant.get('baseline') ?? [])
  const baseline = points(baselineRuns)
  const present = [...byVariant].sort(([a], [b]) => compareVariants(a, b))
  const cells = present.map(([variant, members]): ComparisonCell => {
    const done = newestDone(members)
    const timed = done.filter((run) => run.summary.imagesPerSecond)
    const accuracy = spread(done.flatMap((run) => run.summary.testAccuracy ?? []))
    const compared = variant !== 'baseline' && accuracy !== null && baseline.length > 0
    const difference = compared ? welchDifference(baseline, points(done)) : null
    const model = modelSummary(arch, variant, datasetSizes[dataset].classes)
    const counts = noCounts()
    for (const run of members) counts[run.summary.state]++
    return {
      variant,
      accuracy,
      accuracyInterval: fractions(meanInterval(points(done))),
      bestAccuracy: spread(done.flatMap((run) => run.summary.bestTestAccuracy ?? [])),
      accuracyDrop: compared ? mean(baseline) - accuracy.mean * 100 : null,
      accuracyDropInterval: intervalOf(difference),
      test: uncorrected(testOf(difference)),
      untested:
        variant === 'baseline' || difference !== null
          ? null
          : whyUntested(Math.min(baseline.length, done.length), 'seeds per side'),
      paired: compared ? pairedDrop(baselineRuns, done) : null,
      smallestVisible: compared
        ? smallestVisible(pooledStd(baseline, points(done)) ?? 0, baseline.length, done.length)
        : null,
      stepMs: spread(timed.map((run) => (1000 * facts.batchSize(run)) / (run.summary.imagesPerSecond ?? NaN))),
      stepMsShared: timed.filter((run) => run.summary.timing === 'shared').length,
      trainableParameters: model.trainableParameters,
      trainableFilters: model.trainableFilters,
      firstLayerFilters: model.layers[0]?.baseFilters ?? 0,
      lastLayerFilters: model.layers.at(-1)?.baseFilters ?? 0,
      multiplications: model.multiplications,
      counts,
    }
  })
  const machines = new Set(newestDone(runs).flatMap((run) => facts.machine(run) ?? [])).size
  return {
    dataset,
    arch,
    epochs,
    trainExamples,
    testExamples,
    validationExamples,
    precision,
    cells,
    machines,
    note: '',
  }
}

/** Returns the test as a family of one, which needs no correction; `correct` replaces it. */
function uncorrected(test: ReturnType<typeof testOf>): ComparisonCell['test'] {
  return test && { ...test, corrected: test.p }
}

function whyUntested(fewest: number, what: string): string {
  return fewest < leastSeeds ? `needs ${leastSeeds} ${what}` : 'no variation'
}

function fractions(interval: [number, number] | null): [number, number] | null {
  return interval && [interval[0] / 100, interval[1] / 100]
}

function pairedDrop(baseline: readonly RunRecord[], others: readonly RunRecord[]): ComparisonCell['paired'] {
  const drops = pairedDrops(baseline, others)
  if (drops.length === 0) return null
  const estimated = meanOf(drops)
  return {
    drop: mean(drops),
    pairs: drops.length,
    interval: intervalOf(estimated),
    test: uncorrected(testOf(estimated)),
    untested: estimated ? null : whyUntested(drops.length, 'pairs'),
  }
}

function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
