/** Formats a study's comparison, or one of its tables. */
import { isGenerated } from '../../contract/datasets/datasetRegistry'
import { runStates } from '../../contract/runs/states'
import type { Comparison, ComparisonCell, ComparisonRow } from '../../contract/studies/comparison'
import { tableOne, tableTests, tableTwo } from '../studies/comparisonTables'
import { paperAccuracy } from '../studies/paper'
import { pickedOn } from '../statistics/picked'
import { csvLine, latexTable, markdownTable, textTable, type Table } from './table'

export const comparisonFormats = ['table', 'json', 'csv', 'markdown', 'latex'] as const
export type ComparisonFormat = (typeof comparisonFormats)[number]

/** `table-1` is accuracy, `table-2` sizes and costs, `tests` the tests of the first in full. */
export type ComparisonPart = 'table-1' | 'table-2' | 'tests'
const parts: readonly ComparisonPart[] = ['table-1', 'table-2', 'tests']
const tables: Record<ComparisonPart, (comparison: Comparison) => Table> = {
  'table-1': tableOne,
  'table-2': tableTwo,
  tests: tableTests,
}

/** Returns a text that ends with a line feed. */
export function formatComparison(comparison: Comparison, format: ComparisonFormat): string {
  if (format === 'json') return `${JSON.stringify(comparison, null, 2)}\n`
  if (format === 'csv') return comparisonCsv(comparison, parts)
  return parts.map((part) => formatPart(comparison, part, format)).join('\n')
}

/** Returns one table, ending with a line feed. */
export function formatPart(
  comparison: Comparison,
  part: ComparisonPart,
  format: Exclude<ComparisonFormat, 'json'>,
): string {
  switch (format) {
    case 'csv':
      return comparisonCsv(comparison, [part])
    case 'table':
      return textTable(tables[part](comparison))
    case 'markdown':
      return markdownTable(tables[part](comparison))
    case 'latex':
      return latexTable(tables[part](comparison))
  }
}

/** Decimals that a small p value needs. */
function pNumber(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : value.toPrecision(4)
}

type Field = string | number | boolean | null
type Columns = [name: string, value: (row: ComparisonRow, cell: ComparisonCell) => Field][]

function number(value: number | null | undefined, factor = 1): string | null {
  return value === null || value === undefined ? null : (value * factor).toFixed(4).replace(/^-(?=[0.]*$)/, '')
}

const keyColumns: Columns = [
  ['dataset', (row) => row.dataset],
  ['synthetic', (row) => isGenerated(row.dataset)],
  ['arch', (row) => row.arch],
  ['variant', (_, cell) => cell.variant],
  ['epochs', (row) => row.epochs],
  ['train_examples', (row) => row.trainExamples],
  ['test_examples', (row) => row.testExamples],
  ['validation_examples', (row) => row.validationExamples ?? 0],
  ['precision', (row) => row.precision],
]

const partColumns: Record<ComparisonPart, Columns> = {
  'table-1': [
    ['n', (_, { accuracy }) => accuracy?.n ?? 0],
    ['accuracy_percent', (_, { accuracy }) => number(accuracy?.mean, 100)],
    ['accuracy_std', (_, { accuracy }) => number(accuracy?.std, 100)],
    [
      'accuracies',
      (_, { accuracy }) => (accuracy === null ? null : accuracy.values.map((value) => number(value, 100)).join(' ')),
    ],
    ['accuracy_low', (_, cell) => number(cell.accuracyInterval?.[0], 100)],
    ['accuracy_high', (_, cell) => number(cell.accuracyInterval?.[1], 100)],
    ['best_picked_on', (row) => pickedOn(row)],
    ['best_accuracy_percent', (_, cell) => number(cell.bestAccuracy?.mean, 100)],
    ['best_accuracy_std', (_, cell) => number(cell.bestAccuracy?.std, 100)],
    ['drop_points', (_, cell) => number(cell.accuracyDrop)],
    ['drop_low', (_, cell) => number(cell.accuracyDropInterval?.[0])],
    ['drop_high', (_, cell) => number(cell.accuracyDropInterval?.[1])],
    ['p_welch', (_, { test }) => pNumber(test?.p)],
    ['p_welch_corrected', (_, { test }) => pNumber(test?.corrected)],
    ['pairs', (_, { paired }) => paired?.pairs ?? 0],
    ['paired_drop_points', (_, { paired }) => number(paired?.drop)],
    ['paired_drop_low', (_, { paired }) => number(paired?.interval?.[0])],
    ['paired_drop_high', (_, { paired }) => number(paired?.interval?.[1])],
    ['p_paired', (_, { paired }) => pNumber(paired?.test?.p)],
    ['p_paired_corrected', (_, { paired }) => pNumber(paired?.test?.corrected)],
    ['smallest_visible_points', (_, cell) => number(cell.smallestVisible)],
    ['paper_accuracy_percent', (row, cell) => number(paperAccuracy(row, cell.variant)?.accuracy)],
    ['paper_drop_points', (row, cell) => number(paperAccuracy(row, cell.variant)?.drop)],
  ],
  'table-2': [
    ['first_layer_filters', (_, cell) => cell.firstLayerFilters],
    ['last_layer_filters', (_, cell) => cell.lastLayerFilters],
    ['trainable_filters', (_, cell) => cell.trainableFilters],
    ['trainable_parameters', (_, cell) => cell.trainableParameters],
    ['multiplications', (_, cell) => cell.multiplications],
    ['step_ms', (_, { stepMs }) => number(stepMs?.mean)],
    ['step_ms_std', (_, { stepMs }) => number(stepMs?.std)],
    ['step_ms_shared_runs', (_, { stepMs, stepMsShared }) => stepMs && stepMsShared],
    ['machines', (row) => row.machines],
  ],
  tests: [
    ['t_welch', (_, { test }) => number(test?.t)],
    ['df_welch', (_, { test }) => number(test?.degrees)],
    ['t_paired', (_, { paired }) => number(paired?.test?.t)],
    ['df_paired', (_, { paired }) => number(paired?.test?.degrees)],
  ],
}

const stateColumns: Columns = runStates.map((state): Columns[number] => [
  `runs_${state}`,
  (_, cell) => cell.counts[state],
])

/**
 * Returns CSV for programs with one line per data set, depth and variant: percents and points with four decimals, each
 * seed's accuracy next to the mean, missing values empty.
 */
function comparisonCsv(comparison: Comparison, wanted: readonly ComparisonPart[]): string {
  const columns: Columns = [
    ['study', () => comparison.studyId],
    ...keyColumns,
    ['comparisons', () => comparison.comparisons],
    ...wanted.flatMap((part) => partColumns[part]),
    ...stateColumns,
    ['note', (row) => row.note],
  ]
  const lines = comparison.rows.flatMap((row) =>
    row.cells.map((cell) => csvLine(columns.map(([, value]) => value(row, cell)))),
  )
  return csvLine(columns.map(([name]) => name)) + lines.join('')
}
