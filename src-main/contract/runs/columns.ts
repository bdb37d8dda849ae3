/**
 * The columns of run lists, declared once: the table, its group rows, sorting, the query language with its completion
 * and the CSV export are derived. Their SQL is in `history/runs/columnSql.ts`; a missing part does not compile.
 */
import { archs, datasetIds, depthOf, variants } from '../experiment'
import { pickedOnValues, pickedRule, runPickedOn } from './pickedOn'
import type { RunColumn } from './runColumn'
import { runStates } from './states'
import { timings } from './timing'

/** In this order in the CSV export, the table and completion. */
const table = {
  id: { doc: 'id of the run', csv: { name: 'run', value: (run) => run.id }, query: { name: 'id', kind: 'text' } },
  study: {
    doc: 'name or id of the study',
    table: { label: 'Study', width: 160, format: 'text', run: (run) => run.studyName, group: () => null },
    sort: 'ascending',
    csv: { name: 'study', value: (run) => run.studyName },
    query: { name: 'study', kind: 'text' },
  },
  dataset: {
    doc: 'data set',
    table: {
      label: 'Data set',
      width: 84,
      format: 'dataset',
      run: (run) => run.dataset,
      group: (group) => group.dataset,
    },
    sort: 'ascending',
    csv: { name: 'dataset', value: (run) => run.dataset },
    query: { name: 'dataset', kind: 'choice', values: datasetIds },
  },
  config: {
    doc: 'variant and network',
    table: { label: 'Config', width: 146, isUsual: true, format: 'text', run: 'drawn', group: 'drawn' },
    sort: 'ascending',
  },
  arch: {
    doc: 'which network',
    csv: { name: 'network', value: (run) => run.arch },
    query: { name: 'arch', kind: 'choice', values: archs },
  },
  depth: {
    doc: 'layers of the network',
    query: { name: 'depth', kind: 'number', values: [...new Set(archs.map((arch) => String(depthOf(arch))))] },
  },
  variant: {
    doc: 'which layers are multi-band',
    csv: { name: 'variant', value: (run) => run.variant },
    query: { name: 'variant', kind: 'choice', values: variants },
  },
  seed: {
    doc: 'seed',
    table: {
      label: 'Seed',
      width: 50,
      isNumeric: true,
      isUsual: true,
      format: 'text',
      run: (run) => run.seed,
      group: () => null,
    },
    sort: 'ascending',
    csv: { name: 'seed', value: (run) => run.seed },
    query: { name: 'seed', kind: 'number' },
  },
  state: {
    doc: 'state of the run',
    table: { label: 'State', width: 130, isUsual: true, format: 'text', run: 'drawn', group: 'drawn' },
    sort: 'ascending',
    csv: { name: 'state', value: (run) => run.state },
    query: { name: 'state', kind: 'choice', values: runStates },
  },
  reason: { doc: 'why the run is in its state', csv: { name: 'reason', value: (run) => run.reason } },
  accuracy: {
    doc: 'test accuracy of the last epoch',
    table: {
      label: 'Test acc., %',
      width: 106,
      isNumeric: true,
      isUsual: true,
      format: 'text',
      run: 'drawn',
      group: 'drawn',
    },
    sort: 'descending',
    csv: { name: 'test_accuracy', value: (run) => run.testAccuracy },
    query: { name: 'acc', kind: 'fraction', example: '0.92 or 92', isCompared: true },
  },
  best: {
    doc: `test accuracy of the best epoch, ${pickedRule}`,
    table: {
      label: 'Best epoch',
      width: 94,
      isNumeric: true,
      isUsual: true,
      format: 'best',
      run: (run) => run.bestTestAccuracy,
      group: (group) => group.best,
    },
    sort: 'descending',
    csv: { name: 'best_epoch_test_accuracy', value: (run) => run.bestTestAccuracy },
    query: { name: 'best', kind: 'fraction', isCompared: true },
  },
  bestEpoch: { doc: 'number of the best epoch', csv: { name: 'best_epoch', value: (run) => run.bestEpoch } },
  pickedOn: {
    doc: 'set that the best epoch was chosen on',
    csv: { name: 'best_picked_on', value: runPickedOn },
    query: { name: 'picked', kind: 'choice', values: pickedOnValues },
  },
  bestValidation: {
    doc: 'validation accuracy of the best epoch',
    csv: { name: 'best_validation_accuracy', value: (run) => run.bestValidationAccuracy ?? null },
  },
  curve: {
    doc: 'test error by epoch; for a group, accuracies of its seeds',
    table: { label: 'Test error', width: 104, isUsual: true, format: 'text', run: 'drawn', group: 'drawn' },
  },
  trainLoss: {
    doc: 'training loss of the last epoch',
    table: {
      label: 'Train loss',
      width: 80,
      isNumeric: true,
      format: 'fixed4',
      run: (run) => run.rowTrainLoss,
      group: (group) => group.trainLoss,
    },
    sort: 'ascending',
    csv: { name: 'train_loss', value: (run) => run.trainLoss },
    query: { name: 'loss', kind: 'number', isCompared: true },
  },
  testLoss: {
    doc: 'test loss of the last epoch',
    table: {
      label: 'Test loss',
      width: 80,
      isNumeric: true,
      format: 'fixed4',
      run: (run) => run.rowTestLoss,
      group: (group) => group.testLoss,
    },
    sort: 'ascending',
    query: { name: 'testloss', kind: 'number', isCompared: true },
  },
  epochs: {
    doc: 'epochs finished',
    table: {
      label: 'Epoch',
      width: 74,
      isNumeric: true,
      isUsual: true,
      format: 'text',
      run: 'drawn',
      group: (group) => `n ${group.accuracy?.n ?? 0}`,
    },
    sort: 'descending',
    csv: { name: 'epochs_done', value: (run) => run.epochsDone },
    query: { name: 'done', kind: 'number', isCompared: true },
  },
  plannedEpochs: {
    doc: 'epochs planned',
    csv: { name: 'epochs', value: (run) => run.epochs },
    query: { name: 'epochs', kind: 'number' },
  },
  parameters: {
    doc: 'trainable parameters',
    table: {
      label: 'Parameters',
      width: 86,
      isNumeric: true,
      isUsual: true,
      format: 'count',
      run: (run) => run.trainableParameters,
      group: (group) => group.trainableParameters,
    },
    sort: 'ascending',
    csv: { name: 'trainable_parameters', value: (run) => run.trainableParameters },
    query: { name: 'params', kind: 'number', isCompared: true },
  },
  filters: {
    doc: 'trainable filters',
    table: {
      label: 'Filters',
      width: 70,
      isNumeric: true,
      format: 'count',
      run: (run) => run.trainableFilters,
      group: (group) => group.trainableFilters,
    },
    sort: 'ascending',
    csv: { name: 'trainable_filters', value: (run) => run.trainableFilters },
    query: { name: 'filters', kind: 'number' },
  },
  stepMs: {
    doc: 'milliseconds per step',
    table: {
      label: 'ms / step',
      width: 74,
      isNumeric: true,
      isTime: true,
      isUsual: true,
      format: 'fixed1',
      run: (run) => run.stepMs,
      group: (group) => group.stepMs,
    },
    sort: 'ascending',
    csv: { name: 'ms_per_step', value: (run) => run.stepMs },
    query: { name: 'ms', kind: 'number', isCompared: true },
  },
  speed: {
    doc: 'images per second',
    table: {
      label: 'Images/s',
      width: 78,
      isNumeric: true,
      isTime: true,
      format: 'count',
      run: (run) => run.imagesPerSecond,
      isLive: true,
      group: ({ stepMs, training }) => (stepMs === null ? null : (1000 * training.batchSize) / stepMs),
    },
    sort: 'descending',
    csv: { name: 'images_per_second', value: (run) => run.imagesPerSecond },
    query: { name: 'speed', kind: 'number', isCompared: true },
  },
  time: {
    doc: 'training time',
    table: {
      label: 'Time',
      width: 90,
      isNumeric: true,
      isTime: true,
      isUsual: true,
      format: 'duration',
      run: (run) => run.seconds,
      isLive: true,
      group: (group) => group.seconds,
    },
    sort: 'descending',
    csv: { name: 'seconds', value: (run) => run.seconds },
    query: { name: 'time', kind: 'duration', example: '90s, 20min, 2h', isCompared: true },
  },
  timing: {
    doc: 'shared: another training ran next to it, so its times are longer; else alone',
    csv: { name: 'timing', value: (run) => run.timing },
    query: { name: 'timing', kind: 'choice', values: timings },
  },
  created: {
    doc: 'creation date, local time',
    table: {
      label: 'Created',
      width: 104,
      isNumeric: true,
      format: 'date',
      run: (run) => run.createdAt,
      group: (group) => group.createdAt,
    },
    sort: 'descending',
    csv: { name: 'created', value: (run) => run.createdAt },
    query: { name: 'created', kind: 'date', example: '2026-05-09, today, "2026-05-09 14:31"', isCompared: true },
  },
  tags: {
    doc: 'tags of the run',
    table: { label: 'Tags', width: 110, isUsual: true, format: 'text', run: 'drawn', group: 'drawn' },
    csv: { name: 'tags', value: (run) => run.tags.join(' ') },
    query: { name: 'tag', kind: 'text' },
  },
  note: {
    doc: 'text of the note',
    table: { label: 'Note', width: 200, format: 'text', run: (run) => run.note, group: () => null },
    csv: { name: 'note', value: (run) => run.note },
    query: { name: 'note', kind: 'text' },
  },
  configId: {
    doc: 'id of the config',
    csv: { name: 'config', value: (run) => run.configId },
    query: { name: 'config', kind: 'text' },
  },
  archive: { doc: 'archived or trashed', query: { name: 'is', kind: 'choice', values: ['archived', 'trashed'] } },
} as const satisfies Record<string, RunColumn>

type Table = typeof table
type With<Part extends string> = { [C in ColumnId]: Table[C] extends Record<Part, unknown> ? C : never }[ColumnId]

export type ColumnId = keyof Table
export type TableColumnId = With<'table'>
export type SortColumn = With<'sort'>
export type QueryColumn = With<'query'>
export type QueryName = Table[QueryColumn]['query']['name']
/** The kind of values that a query compares a column with. */
export type QueryKindOf<C extends QueryColumn> = Table[C]['query']['kind']

export const runColumns: Readonly<Record<ColumnId, RunColumn>> = table
const ids = Object.keys(table) as ColumnId[]
export const tableColumns = ids.filter((id): id is TableColumnId => runColumns[id].table !== undefined)
export const sortColumns = ids.filter((id): id is SortColumn => runColumns[id].sort !== undefined)
export const queryColumns = ids.filter((id): id is QueryColumn => runColumns[id].query !== undefined)
export const csvColumns = ids.flatMap((id) => runColumns[id].csv ?? [])
