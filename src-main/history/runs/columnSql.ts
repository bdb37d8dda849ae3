/**
 * The SQL by which lists of runs sort, group and filter each column, and the SQL of their rows. The tables are `runs`
 * and `studies`.
 */
import { archs, datasetIds, depthOf, variants } from '../../contract/experiment'
import type { ColumnId, QueryColumn, QueryKindOf, SortColumn } from '../../contract/runs/columns'
import type { RunGroup, RunRow, Statistic } from '../../contract/runs/rows'
import type { RunSummary } from '../../contract/runs/runs'
import type { RunState } from '../../contract/runs/states'
import { selectList } from '../files/statements'
import { summary, timing } from './runSql'

/**
 * How the values of a group's runs become the value that the group is sorted by. `end`: that of the first or last run.
 */
export type RollUp = 'mean of finished' | 'mean' | 'sum' | 'end'

interface SortSql {
  /** The first expression decides. */
  sort: (statistic: Statistic) => readonly string[]
  group: RollUp
}

/** A column that equals the choice, or a condition for each choice. */
type ChoiceSql = string | { choices: Readonly<Record<string, string>> }
/** Columns that contain the text, or a condition with one `?` for it. */
type TextSql = readonly string[] | { where: string }
type FilterSql<C extends QueryColumn> =
  QueryKindOf<C> extends 'choice' ? ChoiceSql : QueryKindOf<C> extends 'text' ? TextSql : string

type SqlOf<C extends ColumnId> = (C extends SortColumn ? SortSql : unknown) &
  (C extends QueryColumn ? { filter: FilterSql<C> } : unknown)

const notDiverged = (column: string): string => `CASE runs.state WHEN 'diverged' THEN NULL ELSE ${column} END`

export const accuracyOf: Record<Statistic, string> = {
  last: notDiverged('runs.test_accuracy'),
  best: 'runs.best_test_accuracy',
  max: 'runs.max_test_accuracy',
  min: 'runs.min_test_accuracy',
}
const lossOf = (name: 'train_loss' | 'test_loss'): Record<Statistic, string> => ({
  last: notDiverged(`runs.${name}`),
  best: `runs.min_${name}`,
  min: `runs.min_${name}`,
  max: `runs.max_${name}`,
})
const trainLossOf = lossOf('train_loss')
const testLossOf = lossOf('test_loss')
const stepMs = '1000.0 * runs.batch_size / runs.images_per_second'

/** The set on which a run's best epoch was chosen, as `runPickedOn` states it. */
const pickedOn =
  "CASE WHEN runs.best_epoch IS NULL THEN NULL WHEN runs.best_validation_accuracy IS NULL THEN 'test' ELSE 'validation' END"

/** Runs that need a person, and running ones, come first. */
const stateOrder: readonly RunState[] = [
  'failed',
  'diverged',
  'interrupted',
  'running',
  'paused',
  'queued',
  'stopped',
  'done',
]

const rank = (column: string, order: readonly string[]): string =>
  `CASE ${column} ${order.map((word, i) => `WHEN '${word}' THEN ${i}`).join(' ')} END`

const depth = `CASE runs.arch ${archs.map((arch) => `WHEN '${arch}' THEN ${depthOf(arch)}`).join(' ')} END`

/** ResNets by depth, then the others. */
const byArch = rank('runs.arch', archs)

/** Named variants in the paper's order, then the others. */
const byVariant: readonly string[] = [`coalesce(${rank('runs.variant', variants)}, ${variants.length})`, 'runs.variant']

/** Sorts by one expression and filters by the same. */
const value = (expression: string, group: RollUp): SortSql & { filter: string } => ({
  sort: () => [expression],
  group,
  filter: expression,
})

export const columnSql: { readonly [C in ColumnId]: SqlOf<C> } = {
  id: { filter: ['runs.id'] },
  study: { sort: () => ['studies.name COLLATE NOCASE'], group: 'end', filter: ['studies.name', 'studies.id'] },
  dataset: { sort: () => [rank('runs.dataset', datasetIds)], group: 'end', filter: 'runs.dataset' },
  config: { sort: () => [...byVariant, byArch], group: 'end' },
  arch: { filter: 'runs.arch' },
  depth: { filter: depth },
  variant: { filter: 'runs.variant' },
  seed: value('runs.seed', 'end'),
  state: { sort: () => [rank('runs.state', stateOrder)], group: 'end', filter: 'runs.state' },
  reason: {},
  accuracy: { sort: (of) => [accuracyOf[of]], group: 'mean of finished', filter: accuracyOf.last },
  best: value('runs.best_test_accuracy', 'mean of finished'),
  bestEpoch: {},
  pickedOn: { filter: pickedOn },
  bestValidation: {},
  curve: {},
  trainLoss: { sort: (of) => [trainLossOf[of]], group: 'mean of finished', filter: trainLossOf.last },
  testLoss: { sort: (of) => [testLossOf[of]], group: 'mean of finished', filter: testLossOf.last },
  epochs: value('runs.epochs_done', 'sum'),
  plannedEpochs: { filter: 'runs.epochs' },
  parameters: value('runs.trainable_parameters', 'end'),
  filters: value('runs.trainable_filters', 'end'),
  stepMs: value(stepMs, 'mean'),
  speed: value('runs.images_per_second', 'mean'),
  time: value('runs.seconds', 'sum'),
  timing: { filter: timing },
  created: value('runs.created_at', 'end'),
  tags: { filter: { where: 'EXISTS (SELECT 1 FROM tags WHERE tags.tag = ? AND tags.run = runs.key)' } },
  note: { filter: ['runs.note'] },
  configId: { filter: ['runs.config'] },
  archive: {
    filter: { choices: { archived: 'runs.archived_at IS NOT NULL', trashed: 'runs.trashed_at IS NOT NULL' } },
  },
}

/** Newest first; runs of the same moment in the order of a plan. */
export const lastKeys = ['runs.created_at DESC', byArch, ...byVariant, 'runs.seed', 'runs.key']

/** Returns the columns of a row in a list of runs; `tags` is JSON. */
export function rowColumns(statistic: Statistic): string {
  const row: Record<Exclude<keyof RunRow, keyof RunSummary>, string> = {
    kind: "'run'",
    accuracy: accuracyOf[statistic],
    rowTrainLoss: trainLossOf[statistic],
    rowTestLoss: testLossOf[statistic],
    stepMs,
    tags: '(SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE run = runs.key ORDER BY tag))',
    note: 'runs.note',
    archivedAt: 'runs.archived_at',
    trashedAt: 'runs.trashed_at',
  }
  return selectList({ ...summary, ...row })
}

/** Columns of a group itself: its config, counts of states and accuracies are separate queries. */
export type GroupValues = Omit<RunGroup, 'kind' | 'configId' | 'training' | 'counts' | 'runs' | 'accuracy'>

/** Returns the columns of a group of runs of one config. `counted` is true for the runs that count for means. */
export function groupColumns(statistic: Statistic): string {
  const mean = (column: string): string => `avg(CASE WHEN counted THEN ${column} END)`
  const group: Record<keyof GroupValues, string> = {
    arch: 'max(runs.arch)',
    variant: 'max(runs.variant)',
    dataset: 'max(runs.dataset)',
    best: mean('runs.best_test_accuracy'),
    trainLoss: mean(trainLossOf[statistic]),
    testLoss: mean(testLossOf[statistic]),
    stepMs: `avg(${stepMs})`,
    seconds: 'sum(runs.seconds)',
    // 'shared' sorts after 'alone': one such run is enough.
    timing: `max(${timing})`,
    trainableParameters: 'max(runs.trainable_parameters)',
    trainableFilters: 'max(runs.trainable_filters)',
    createdAt: 'max(runs.created_at)',
  }
  return selectList(group)
}
