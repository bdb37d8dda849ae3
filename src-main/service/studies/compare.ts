/** A study as the paper's tables: one row a depth and data set, one cell a variant, means over seeds. */
import { variantName } from '../../analysis/text/names'
import { halfWidthWords, plural, pointsWords, ranges } from '../../analysis/text/numbers'
import { correctedWords, holm, isSeen, testOf, testWords } from '../../analysis/statistics/significance'
import {
  intervalOf,
  leastSeeds,
  mean,
  meanInterval,
  meanOf,
  pooledStd,
  smallestVisible,
  spread,
  testLevel,
  welchDifference,
} from '../../analysis/statistics/statistics'
import {
  archs,
  compareVariants,
  datasetSizes,
  isGenerated,
  type AddedSeeds,
  type StudyPlan,
} from '../../contract/experiment'
import { noCounts, runStates } from '../../contract/runs/states'
import type { Comparison, ComparisonCell, ComparisonRow, Finding } from '../../contract/studies/comparison'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'

/** What the history knows of a run beyond its record. */
export interface RunFacts {
  batchSize: (run: RunRecord) => number
  /** Names what its speed depends on besides itself; null where that was not kept. */
  machine: (run: RunRecord) => string | null
}

/** @param runs in the order they were made */
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
  for (const { members, row } of grouped) row.note = note(row, members, comparisons, addedOf(members, study.plan))
  return { studyId: study.id, studyName: study.name, comparisons, rows }
}

/**
 * Corrects the table's tests for their number, Welch's and the paired ones each as a family of their own: which of the
 * two a table tells is chosen, so neither pays for the other.
 * @returns the size of the family: every variant of every row against that row's baseline, tested already or not
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

function isBaseline(cell: ComparisonCell): boolean {
  return cell.variant === 'baseline'
}

/**
 * The first network's first variant that has a result beside its baseline's: by the paper's order and not by how large
 * the difference is, which would pick the luckiest of many.
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

/** What was added to the plan of the row's runs once results could be seen; the newest last. */
function addedOf(
  runs: readonly RunRecord[],
  plan: StudyPlan | null,
): { seeds: number[]; halfWidth: number | null } | null {
  const looked = (plan?.added ?? []).filter((added) => added.finished > 0)
  const isIn = (added: AddedSeeds, { summary: run }: RunRecord): boolean =>
    run.epochs === plan?.training.epochs &&
    added.cells.some((cell) => cell.arch === run.arch && cell.variant === run.variant && cell.seeds.includes(run.seed))
  const members = newestDone(runs).filter((run) => looked.some((added) => isIn(added, run)))
  if (members.length === 0) return null
  const goals = looked.filter((added) => members.some((run) => isIn(added, run))).map((added) => added.halfWidth)
  return {
    seeds: [...new Set(members.map((run) => run.summary.seed))].sort((a, b) => a - b),
    halfWidth: goals.at(-1) ?? null,
  }
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
      stepMs: spread(
        done.flatMap((run) =>
          run.summary.imagesPerSecond ? [(1000 * facts.batchSize(run)) / run.summary.imagesPerSecond] : [],
        ),
      ),
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

/** Until the whole table is there: a family of one needs no correction. */
function uncorrected(test: ReturnType<typeof testOf>): ComparisonCell['test'] {
  return test && { ...test, corrected: test.p }
}

function whyUntested(fewest: number, what: string): string {
  return fewest < leastSeeds ? `needs ${leastSeeds} ${what}` : 'no variation'
}

function fractions(interval: [number, number] | null): [number, number] | null {
  return interval && [interval[0] / 100, interval[1] / 100]
}

/** Test accuracies in percent. */
export function points(runs: readonly RunRecord[]): number[] {
  return runs.map((run) => (run.summary.testAccuracy ?? NaN) * 100)
}

/** Drops in points over the seeds that both have: equal seeds share order and augmentation of the images. */
export function pairedDrops(baseline: readonly RunRecord[], others: readonly RunRecord[]): number[] {
  const bySeed = new Map(baseline.map((run) => [run.summary.seed, run]))
  return others.flatMap((run) => {
    const partner = bySeed.get(run.summary.seed)
    return partner ? points([partner]).map((value) => value - (points([run])[0] ?? NaN)) : []
  })
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

/** A seed that was trained again counts once, by its newest finished run: equal seeds are no independent values. */
export function newestDone(runs: readonly RunRecord[]): RunRecord[] {
  const done = runs.filter((run) => run.summary.state === 'done' && run.summary.testAccuracy !== null)
  return [...new Map(done.map((run) => [`${run.summary.configId}/${run.summary.seed}`, run])).values()]
}

/** What the row's data can and cannot support. */
function note(
  row: ComparisonRow,
  runs: readonly RunRecord[],
  comparisons: number,
  added: ReturnType<typeof addedOf>,
): string {
  const { cells, precision, dataset } = row
  const sentences = [
    seedsSentence(cells),
    ...findingSentences(cells, comparisons),
    ...addedSentence(added),
    ...leftOutSentence(cells),
    ...repeatedSentence(runs),
  ]
  if (precision === 'bfloat16') sentences.push('Trained in bfloat16.')
  if (isGenerated(dataset)) sentences.push('The images are synthetic: this says nothing about real photos.')
  return sentences.join(' ')
}

function seedsSentence(cells: readonly ComparisonCell[]): string {
  const counts = cells.map((cell) => cell.accuracy?.n ?? 0)
  const most = Math.max(...counts)
  if (most === 0) return 'No run has finished yet.'
  if (counts.every((n) => n === most)) return `${seeds(most)} each.`
  return `Seeds finished: ${cells.map((cell) => `${variantName(cell.variant)} ${cell.accuracy?.n ?? 0}`).join(', ')}.`
}

/** About Welch's test whichever test a table shows: choosing the more favourable test would find too much. */
function findingSentences(cells: readonly ComparisonCell[], comparisons: number): string[] {
  const baseline = cells.find(isBaseline)
  const others = cells.filter((cell) => !isBaseline(cell) && cell.accuracy !== null)
  if (others.length === 0) return []
  if (!baseline) return ['No baseline in this study, so no drop.']
  if (!baseline.accuracy) return ['Waiting for a finished baseline.']
  const fewest = Math.min(baseline.accuracy.n, ...others.map((cell) => cell.accuracy?.n ?? 0))
  const few =
    fewest < leastSeeds ? [`At least ${leastSeeds} seeds per side are needed for intervals and p values.`] : []
  const tested = others.flatMap(({ variant, accuracyDrop, test }) =>
    test && accuracyDrop !== null ? [{ name: variantName(variant), drop: accuracyDrop, test }] : [],
  )
  if (tested.length === 0)
    return few.length > 0 ? few : ['All seeds gave the same accuracy: no interval and no p value.']
  const visible = others.flatMap((cell) => cell.smallestVisible ?? [])
  const [seen, unseen] = [tested.filter(({ test }) => isSeen(test)), tested.filter(({ test }) => !isSeen(test))]
  const alone = unseen.filter(({ test }) => test.p <= testLevel)
  const found = [
    ...(['a drop', 'a gain'] as const).flatMap((what) => {
      const members = seen.filter(({ drop }) => drop > 0 === (what === 'a drop'))
      return members.length === 0
        ? []
        : [
            `${what} is seen for ${members.map(({ name, test }) => `${name} (${correctedWords(test, comparisons)})`).join(', ')}`,
          ]
    }),
    ...(unseen.length > 0 ? [`no difference is seen for ${unseen.map(({ name }) => name).join(', ')}`] : []),
  ].join(', ')
  const many = comparisons > 1
  return [
    ...few,
    many
      ? `After correction for ${comparisons} comparisons ${found}.`
      : `${found.charAt(0).toUpperCase()}${found.slice(1)}.`,
    ...(alone.length > 0
      ? [
          `${alone.map(({ name, test }) => `${name} (${testWords(test, comparisons)})`).join(', ')} would be significant uncorrected, but not after correction for ${comparisons} comparisons.`,
        ]
      : []),
    `With these seeds and this spread a true difference under about ${pointsWords(Math.max(...visible), 1)} would be missed more than 20 % of the time (${many ? 'a single ' : ''}t test at 5 %, power 80 %).`,
  ]
}

/** How many seeds there are was decided with numbers in view: no reader may take it for a design. */
function addedSentence(added: ReturnType<typeof addedOf>): string[] {
  if (added === null) return []
  const goal = added.halfWidth === null ? '' : ` to get intervals under ${halfWidthWords(added.halfWidth)}`
  const were = added.seeds.length === 1 ? `Seed ${added.seeds.join()} was` : `Seeds ${ranges(added.seeds)} were`
  return [
    `${were} added after results had been seen${goal}: intervals and p values are exact only if the number of seeds is fixed in advance.`,
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
  return newestDone(done).length < done.length
    ? ['If a seed was trained more than once, its newest finished run counts.']
    : []
}

const seeds = (n: number): string => plural(n, 'seed')

function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
