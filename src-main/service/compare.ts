/** A study as the paper's tables: one row a depth and data set, one cell a variant, means over seeds. */
import { variantName } from '../analysis/names'
import { fixed } from '../analysis/numbers'
import { leastSeeds, mean, pairedInterval, pooledStd, smallestVisible, spread, welchInterval } from '../analysis/statistics'
import { archs, compareVariants, datasetSizes, type DatasetId } from '../contract/experiment'
import { noCounts, runStates, type Comparison, type ComparisonCell, type ComparisonRow, type Finding } from '../contract/records'
import type { RunRecord } from '../history/runs'
import { modelSummary } from '../nn/architecture'

/** What the history knows of a run beyond its record. */
export interface RunFacts {
  batchSize: (run: RunRecord) => number
  /** Names what its speed depends on besides itself; null where that was not kept. */
  machine: (run: RunRecord) => string | null
}

/** @param runs in the order they were made */
export function compare(study: { id: string; name: string }, runs: readonly RunRecord[], facts: RunFacts): Comparison {
  const rows = [...groupBy(runs, (run) => rowKey(run)).values()].map((row) => rowOf(row, facts))
  rows.sort((a, b) => archs.indexOf(a.arch) - archs.indexOf(b.arch))
  return { studyId: study.id, studyName: study.name, rows }
}

/**
 * The first network's first variant that has a result beside its baseline's: by the paper's order and not by how large
 * the difference is, which would pick the luckiest of many.
 */
export function findingOf({ studyId, rows }: Comparison): Finding | null {
  for (const { dataset, arch, cells } of rows) {
    const baseline = cells.find((cell) => cell.variant === 'baseline')
    const cell = cells.find((one) => one.accuracyDrop !== null)
    if (!baseline?.accuracy || !cell?.accuracy || cell.accuracyDrop === null) continue
    return { studyId, dataset, arch, variant: cell.variant, drop: cell.accuracyDrop, interval: cell.accuracyDropInterval, seeds: [baseline.accuracy.n, cell.accuracy.n] }
  }
  return null
}

function rowKey({ summary, trainExamples, testExamples, validationExamples, precision }: RunRecord): string {
  return [summary.dataset, summary.arch, summary.epochs, trainExamples, testExamples, validationExamples, precision].join('/')
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
    const accuracy = spread(done.flatMap((run) => run.summary.testAccuracy ?? []))
    const compared = variant !== 'baseline' && accuracy !== null && baseline.length > 0
    const model = modelSummary(arch, variant, datasetSizes[dataset].classes)
    const counts = noCounts()
    for (const run of members) counts[run.summary.state]++
    return {
        variant,
        accuracy,
        bestAccuracy: spread(done.flatMap((run) => run.summary.bestTestAccuracy ?? [])),
        accuracyDrop: compared ? mean(baseline) - accuracy.mean * 100 : null,
        accuracyDropInterval: compared ? welchInterval(baseline, points(done)) : null,
        paired: compared ? pairedDrop(baselineRuns, done) : null,
        smallestVisible: compared ? smallestVisible(pooledStd(baseline, points(done)) ?? 0, baseline.length, done.length) : null,
        stepMs: spread(done.flatMap((run) => (run.summary.imagesPerSecond ? [(1000 * facts.batchSize(run)) / run.summary.imagesPerSecond] : []))),
        trainableParameters: model.trainableParameters,
        trainableFilters: model.trainableFilters,
        firstLayerFilters: model.layers[0]?.baseFilters ?? 0,
        lastLayerFilters: model.layers.at(-1)?.baseFilters ?? 0,
        multiplications: model.multiplications,
        counts,
      }
  })
  const machines = new Set(newestDone(runs).flatMap((run) => facts.machine(run) ?? [])).size
  return { dataset, arch, epochs, trainExamples, testExamples, validationExamples, precision, cells, machines, note: note(dataset, cells, runs) }
}

/** Test accuracies in percent. */
function points(runs: readonly RunRecord[]): number[] {
  return runs.map((run) => (run.summary.testAccuracy ?? NaN) * 100)
}

/** Over the seeds that both have: equal seeds share order and augmentation of the pictures. */
function pairedDrop(baseline: readonly RunRecord[], others: readonly RunRecord[]): ComparisonCell['paired'] {
  const bySeed = new Map(baseline.map((run) => [run.summary.seed, run]))
  const differences = others.flatMap((run) => {
    const partner = bySeed.get(run.summary.seed)
    return partner ? points([partner]).map((value) => value - (points([run])[0] ?? NaN)) : []
  })
  if (differences.length === 0) return null
  return { drop: mean(differences), pairs: differences.length, interval: pairedInterval(differences) }
}

/** A seed that was trained again counts once, by its newest finished run: equal seeds are no independent values. */
function newestDone(runs: readonly RunRecord[]): RunRecord[] {
  const done = runs.filter((run) => run.summary.state === 'done' && run.summary.testAccuracy !== null)
  return [...new Map(done.map((run) => [`${run.summary.configId}/${run.summary.seed}`, run])).values()]
}

/** What the row's data can and cannot support. */
function note(dataset: DatasetId, cells: readonly ComparisonCell[], runs: readonly RunRecord[]): string {
  const sentences = [seedsSentence(cells), ...intervalSentence(cells), ...leftOutSentence(cells), ...repeatedSentence(runs)]
  if (runs[0]?.precision === 'bfloat16') sentences.push('Trained in bfloat16.')
  if (dataset === 'synthetic') sentences.push('The pictures are synthetic: this says nothing about photographs.')
  return sentences.join(' ')
}

function seedsSentence(cells: readonly ComparisonCell[]): string {
  const counts = cells.map((cell) => cell.accuracy?.n ?? 0)
  const most = Math.max(...counts)
  if (most === 0) return 'No run has finished yet.'
  if (counts.every((n) => n === most)) return `${seeds(most)} each.`
  return `Seeds finished: ${cells.map((cell) => `${variantName(cell.variant)} ${cell.accuracy?.n ?? 0}`).join(', ')}.`
}

function intervalSentence(cells: readonly ComparisonCell[]): string[] {
  const baseline = cells.find((cell) => cell.variant === 'baseline')
  const others = cells.filter((cell) => cell.variant !== 'baseline' && cell.accuracy !== null)
  if (others.length === 0) return []
  if (!baseline) return ['Without a baseline there is no drop to tell.']
  if (!baseline.accuracy) return ['No baseline has finished: no drop to tell yet.']
  const fewest = Math.min(baseline.accuracy.n, ...others.map((cell) => cell.accuracy?.n ?? 0))
  const few = fewest < leastSeeds ? [`${seeds(fewest)}: no interval from under ${leastSeeds}.`] : []
  const unseen = others.filter(({ accuracyDropInterval: interval }) => interval !== null && interval[0] <= 0 && interval[1] >= 0)
  const visible = others.flatMap((cell) => cell.smallestVisible ?? [])
  if (visible.length === 0) return few.length > 0 ? few : ['All seeds gave the same accuracy: no interval.']
  return [
    ...few,
    ...(unseen.length > 0 ? [`No difference seen for ${unseen.map((cell) => variantName(cell.variant)).join(', ')}.`] : []),
    `With these seeds and this spread a true difference under about ${fixed(Math.max(...visible), 1)} points would be missed more often than one time in five (t test at 5 %, power 80 %).`,
  ]
}

function leftOutSentence(cells: readonly ComparisonCell[]): string[] {
  const leftOut = runStates
    .filter((state) => state !== 'done')
    .map((state) => ({ state, n: cells.reduce((sum, cell) => sum + cell.counts[state], 0) }))
    .filter(({ n }) => n > 0)
  return leftOut.length === 0 ? [] : [`Not counted: ${leftOut.map(({ n, state }) => `${n} ${state}`).join(', ')}.`]
}

function repeatedSentence(runs: readonly RunRecord[]): string[] {
  const done = runs.filter((run) => run.summary.state === 'done')
  return newestDone(done).length < done.length ? ['Where a seed was trained again, its newest finished run counts.'] : []
}

function seeds(n: number): string {
  return n === 1 ? '1 seed' : `${n} seeds`
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
