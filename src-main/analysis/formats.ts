/** A study's comparison as a text, a page or a file. Tables I and II of the paper. */
import { variants, type Variant } from '../contract/experiment'
import { runStates, type Comparison, type ComparisonCell, type ComparisonRow } from '../contract/records'
import { archName, datasetName, variantName } from './names'
import { percentSpread, pointsWithInterval, whole } from './numbers'
import { csvLine, latexTable, markdownTable, textTable, type Table } from './table'

export const comparisonFormats = ['table', 'json', 'csv', 'markdown', 'latex'] as const
export type ComparisonFormat = (typeof comparisonFormats)[number]

/** A text that ends with a line feed. */
export function formatComparison(comparison: Comparison, format: ComparisonFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(comparison, null, 2)}\n`
    case 'csv':
      return comparisonCsv(comparison)
    case 'table':
      return [accuracyTable(comparison), filterTable(comparison)].map(textTable).join('\n')
    case 'markdown':
      return [accuracyTable(comparison), filterTable(comparison)].map(markdownTable).join('\n')
    case 'latex':
      return [accuracyTable(comparison), filterTable(comparison)].map(latexTable).join('\n')
  }
}

/** As Table I: a row a data set and depth, the baseline first, then accuracy and drop of each variant. */
function accuracyTable(comparison: Comparison): Table {
  const present = presentVariants(comparison)
  const right = (title: string): Table['columns'][number] => ({ title, align: 'right' })
  return {
    caption: `${comparison.studyName}: test accuracy after the last epoch, %, mean ± std (seeds); drop = baseline − variant, points [95 % interval]`,
    columns: [
      { title: 'Dataset', align: 'left' },
      { title: 'Arch', align: 'left' },
      right('Epochs'),
      right('Train / test'),
      ...present.flatMap((v) => (v === 'baseline' ? [right('Baseline acc')] : [right(`${variantName(v)} acc`), right('Drop')])),
    ],
    rows: comparison.rows.map((row) => [
      datasetName(row.dataset),
      archName(row.arch),
      whole(row.epochs),
      `${whole(row.trainExamples)} / ${whole(row.testExamples)}`,
      ...present.flatMap((v) => accuracyCells(v, row.cells.find((cell) => cell.variant === v))),
    ]),
    notes: comparison.rows.flatMap((row) => notes(row, comparison.rows.length > 1)),
  }
}

function accuracyCells(variant: Variant, cell: ComparisonCell | undefined): string[] {
  const accuracy = percentSpread(cell?.accuracy ?? null)
  if (variant === 'baseline') return [accuracy]
  return [accuracy, pointsWithInterval(cell?.accuracyDrop ?? null, cell?.accuracyDropInterval ?? null)]
}

/** The row's own note, which also says what is not in its means. */
function notes(row: ComparisonRow, named: boolean): string[] {
  if (row.note === '') return []
  return [named ? `${datasetName(row.dataset)}, ${archName(row.arch)}: ${row.note}` : row.note]
}

/** As Table II, with the parameters: a row a variant. */
function filterTable(comparison: Comparison): Table {
  const rows = new Map<string, string[]>()
  for (const row of comparison.rows)
    for (const variant of presentVariants(comparison)) {
      const cell = row.cells.find((c) => c.variant === variant)
      if (!cell) continue
      const filters = [cell.firstLayerFilters, cell.lastLayerFilters, cell.trainableFilters, cell.trainableParameters, cell.multiplications]
      rows.set(`${row.dataset} ${row.arch} ${variant}`, [datasetName(row.dataset), archName(row.arch), variantName(variant), ...filters.map(whole)])
    }
  return {
    caption: `${comparison.studyName}: trainable filters of the first, the last and all convolutions, trainable parameters, multiplications a picture`,
    columns: [
      { title: 'Dataset', align: 'left' },
      { title: 'Arch', align: 'left' },
      { title: 'Variant', align: 'left' },
      { title: 'First layer', align: 'right' },
      { title: 'Last layer', align: 'right' },
      { title: 'All layers', align: 'right' },
      { title: 'Parameters', align: 'right' },
      { title: 'Multiplications', align: 'right' },
    ],
    rows: [...rows.values()],
    notes: [],
  }
}

/**
 * A line a data set, depth and variant, for programs: percents and points with four decimals, each seed's accuracy
 * beside the mean, what was not measured left empty.
 */
function comparisonCsv(comparison: Comparison): string {
  const head = [
    'study', 'dataset', 'synthetic', 'arch', 'variant', 'epochs', 'train_examples', 'test_examples', 'precision',
    'n', 'accuracy_percent', 'accuracy_std', 'accuracies',
    'best_accuracy_percent', 'best_accuracy_std',
    'drop_points', 'drop_low', 'drop_high',
    'first_layer_filters', 'last_layer_filters', 'trainable_filters', 'trainable_parameters', 'multiplications',
    ...runStates.map((state) => `runs_${state}`),
    'note',
  ]
  const number = (value: number | null | undefined, factor: number): string | null =>
    value === null || value === undefined ? null : (value * factor).toFixed(4).replace(/^-(?=[0.]*$)/, '')
  const lines = comparison.rows.flatMap((row) =>
    row.cells.map((cell) =>
      csvLine([
        comparison.studyId, row.dataset, row.dataset === 'synthetic', row.arch, cell.variant, row.epochs, row.trainExamples, row.testExamples, row.precision,
        cell.accuracy?.n ?? 0, number(cell.accuracy?.mean, 100), number(cell.accuracy?.std, 100),
        cell.accuracy === null ? null : cell.accuracy.values.map((value) => number(value, 100)).join(' '),
        number(cell.bestAccuracy?.mean, 100), number(cell.bestAccuracy?.std, 100),
        number(cell.accuracyDrop, 1), number(cell.accuracyDropInterval?.[0], 1), number(cell.accuracyDropInterval?.[1], 1),
        cell.firstLayerFilters, cell.lastLayerFilters, cell.trainableFilters, cell.trainableParameters, cell.multiplications,
        ...runStates.map((state) => cell.counts[state]),
        row.note,
      ]),
    ),
  )
  return csvLine(head) + lines.join('')
}

/** In the paper's order, whatever the order of the plan. */
export function presentVariants(comparison: Comparison): Variant[] {
  return variants.filter((variant) => comparison.rows.some((row) => row.cells.some((cell) => cell.variant === variant)))
}
