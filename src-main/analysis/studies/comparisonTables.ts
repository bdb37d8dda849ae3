/**
 * Tables I and II of the paper from a study's runs: one row per network and variant, the paper's number next to ours.
 */
import { compareVariants, type Variant } from '../../contract/experiment'
import type { Comparison, ComparisonCell, ComparisonRow, TestResult } from '../../contract/studies/comparison'
import { archName, datasetName, variantName } from '../text/names'
import { fixed, percent, percentSpread, pointsWithInterval, spreadOf, whole } from '../text/numbers'
import { pickedOn, pickedSentence, pickedWords } from '../statistics/picked'
import { paperAccuracy, paperFilters, paperSource } from './paper'
import { pCells, pColumns } from '../statistics/significance'
import { testLevel, testPower } from '../statistics/statistics'
import type { Table } from '../text/table'
import { sharedNote, timed } from '../text/timing'

const left = (title: string): Table['columns'][number] => ({ title, align: 'left' })
const right = (title: string): Table['columns'][number] => ({ title, align: 'right' })

/** In the paper's order, then controls and others, independent of the plan's order. */
export function presentVariants(comparison: Comparison): Variant[] {
  return [...new Set(comparison.rows.flatMap((row) => row.cells.map((cell) => cell.variant)))].sort(compareVariants)
}

/** A row's cells in the paper's order. */
export function cellsInOrder(row: ComparisonRow): ComparisonCell[] {
  return [...row.cells].sort((a, b) => compareVariants(a.variant, b.variant))
}

/** Table I: accuracy and its drop. */
export function tableOne(comparison: Comparison): Table {
  const withPaper = comparison.rows.some((row) => row.cells.some((cell) => paperAccuracy(row, cell.variant) !== null))
  return {
    caption: `${comparison.studyName}: test accuracy after the last epoch, %, mean ± std (seeds); drop = baseline − variant, points [95 % interval]`,
    columns: [
      left('Dataset'),
      left('Arch'),
      right('Epochs'),
      right('Train / test'),
      left('Variant'),
      ...(withPaper ? [right('Paper')] : []),
      right('Ours'),
      ...(withPaper ? [right('Drop, paper')] : []),
      right('Drop'),
      ...pColumns(comparison.comparisons).map(({ title }) => right(title)),
      right('Drop, paired by seed'),
      right('Min. detectable'),
    ],
    rows: comparison.rows.flatMap((row) =>
      cellsInOrder(row).map((cell) => {
        const paper = paperAccuracy(row, cell.variant)
        const baseline = cell.variant === 'baseline'
        return [
          datasetName(row.dataset),
          archName(row.arch),
          whole(row.epochs),
          examplesWords(row),
          variantName(cell.variant),
          ...(withPaper ? [fixed(paper?.accuracy ?? null)] : []),
          percentSpread(cell.accuracy),
          ...(withPaper ? [baseline ? '' : fixed(paper?.drop ?? null)] : []),
          ...(baseline
            ? Array.from({ length: pColumns(comparison.comparisons).length + 3 }, () => '')
            : [
                pointsWithInterval(cell.accuracyDrop, cell.accuracyDropInterval),
                ...pCells(cell.test, comparison.comparisons),
                pairedWords(cell),
                fixed(cell.smallestVisible),
              ]),
        ]
      }),
    ),
    notes: [
      ...comparison.rows.flatMap((row) => notes(row, comparison.rows.length > 1)),
      ...pNote(comparison),
      `Min. detectable: the smallest true drop, in points, that these seeds would detect (two-sided t test at ${fixed(testLevel * 100, 0)} %, power ${fixed(testPower * 100, 0)} %).`,
      ...(withPaper ? [`Paper: ${paperSource}.`] : []),
    ],
  }
}

/** The family of tests that p values are corrected for. */
export function familyWords({ comparisons }: Comparison): string {
  return comparisons > 1
    ? `corrected by Holm’s step-down rule (Holm 1979) for the ${comparisons} comparisons of this table: every variant of every row against the baseline of its row, including those without a result yet`
    : 'the only comparison of this table, so there is no correction'
}

function pNote(comparison: Comparison): string[] {
  if (comparison.comparisons === 0) return []
  return [
    `p: Welch’s t test of the drop, two-sided; ${familyWords(comparison)}. Intervals are not corrected for multiple comparisons.`,
  ]
}

/** The tests in full: each cell's mean with its interval, and both tests of its drop with their parts. */
export function tableTests(comparison: Comparison): Table {
  const { comparisons } = comparison
  const ps = pColumns(comparisons)
  const test = (result: TestResult | null, why: string | null): string[] =>
    result === null
      ? [why ?? fixed(null), ...ps.map(() => '')]
      : [`${fixed(result.t)} (${fixed(result.degrees, 1)})`, ...pCells(result, comparisons)]
  return {
    caption: `${comparison.studyName}: intervals of means and tests of drops, two-sided`,
    columns: [
      left('Dataset'),
      left('Arch'),
      left('Variant'),
      right('Mean, % [95 % interval]'),
      right('Best epoch, % (chosen on)'),
      right('Welch, t (df)'),
      ...ps.map(({ title }) => right(title)),
      right('Paired, t (df)'),
      ...ps.map(({ title }) => right(title)),
    ],
    rows: comparison.rows.flatMap((row) =>
      cellsInOrder(row).map((cell) => [
        datasetName(row.dataset),
        archName(row.arch),
        variantName(cell.variant),
        meanWithInterval(cell),
        cell.bestAccuracy === null
          ? fixed(null)
          : `${percent(cell.bestAccuracy.mean)} (${pickedWords[pickedOn(row)].short})`,
        ...(cell.variant === 'baseline'
          ? Array.from({ length: 2 * (1 + ps.length) }, () => '')
          : [
              ...test(cell.test, cell.untested),
              ...test(
                cell.paired?.test ?? null,
                cell.paired ? cell.paired.untested : cell.accuracyDrop === null ? null : 'no seed in common',
              ),
            ]),
      ]),
    ),
    notes: [
      ...(comparison.comparisons > 0
        ? [`p: ${familyWords(comparison)}; separately for Welch’s and the paired tests.`]
        : []),
      `Mean: the last epoch’s test accuracy, with Student’s t over seeds. Paired: over seeds that both sides have. ${pickedSentence(comparison.rows.map(pickedOn))}`,
    ],
  }
}

function meanWithInterval({ accuracy, accuracyInterval }: ComparisonCell): string {
  return pointsWithInterval(
    accuracy && accuracy.mean * 100,
    accuracyInterval && [accuracyInterval[0] * 100, accuracyInterval[1] * 100],
  )
}

/** '45,000 / 10,000 (5,000 held out)' */
function examplesWords({ trainExamples, testExamples, validationExamples = 0 }: ComparisonRow): string {
  return `${whole(trainExamples)} / ${whole(testExamples)}${validationExamples > 0 ? ` (${whole(validationExamples)} held out)` : ''}`
}

function pairedWords({ paired }: ComparisonCell): string {
  return paired === null ? fixed(null) : `${pointsWithInterval(paired.drop, paired.interval)} (${paired.pairs})`
}

/** Returns the row's own note, which also says which runs are not in its means. */
function notes(row: ComparisonRow, named: boolean): string[] {
  if (row.note === '') return []
  return [named ? `${datasetName(row.dataset)}, ${archName(row.arch)}: ${row.note}` : row.note]
}

/** Merges rows that are equal in everything Table II counts or times; the first one with a time is kept. */
export function countedRows(comparison: Comparison): ComparisonRow[] {
  const rows = new Map<string, ComparisonRow>()
  for (const row of comparison.rows) {
    const key = `${row.dataset} ${row.arch} ${row.precision}`
    const known = rows.get(key)
    if (!known || (known.cells.every((cell) => cell.stepMs === null) && row.cells.some((cell) => cell.stepMs !== null)))
      rows.set(key, row)
  }
  return [...rows.values()]
}

/** Table II: trainable filters and parameters, multiplications, and the time per step. */
export function tableTwo(comparison: Comparison): Table {
  const rows = countedRows(comparison)
  const several = rows.filter((row) => row.machines > 1).length
  const filters = (row: ComparisonRow, cell: ComparisonCell, layer: 'first' | 'last'): string => {
    const here = layer === 'first' ? cell.firstLayerFilters : cell.lastLayerFilters
    const printed = paperFilters(row.arch, layer, cell.variant)
    // Both count the same network: a difference would be an error in one of them, and is shown.
    return printed === null || printed === here ? whole(here) : `${whole(here)} (paper ${whole(printed)})`
  }
  return {
    caption: `${comparison.studyName}: trainable filters of the first, the last and all convolutions, trainable parameters, multiplications per image, time of a training step`,
    columns: [
      left('Dataset'),
      left('Arch'),
      left('Variant'),
      right('First layer'),
      right('Last layer'),
      right('All layers'),
      right('Parameters'),
      right('Multiplications'),
      right('Step, ms'),
    ],
    rows: rows.flatMap((row) =>
      cellsInOrder(row).map((cell) => [
        datasetName(row.dataset),
        archName(row.arch),
        variantName(cell.variant),
        filters(row, cell, 'first'),
        filters(row, cell, 'last'),
        whole(cell.trainableFilters),
        whole(cell.trainableParameters),
        whole(cell.multiplications),
        timed(spreadOf(cell.stepMs, 1), cell.stepMsShared > 0),
      ]),
    ),
    notes: [
      ...(several > 0 ? ['Steps were timed on more than one machine: don’t compare their times.'] : []),
      ...(rows.some((row) => row.cells.some((cell) => cell.stepMsShared > 0)) ? [sharedNote] : []),
    ],
  }
}
