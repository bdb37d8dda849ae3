/** What a run's row, a summary and a group of runs are made of, in SQL. Names of tables are `runs` and `studies`. */
import type { RunGroup, RunRow, Statistic } from '../../contract/runs/rows'
import type { RunSummary } from '../../contract/runs/runs'
import { selectList } from '../files/statements'
import { accuracyOf, stepMs, testLossOf, trainLossOf } from './columnSql'

/** Runs with the study that each belongs to. */
export const from = 'FROM runs JOIN studies ON studies.key = runs.study'
/** Neither the run nor its study is in the trash. */
export const listed = 'runs.trashed_at IS NULL AND studies.trashed_at IS NULL'

const summary: Record<keyof RunSummary, string> = {
  id: 'runs.id',
  studyId: 'studies.id',
  studyName: 'studies.name',
  arch: 'runs.arch',
  variant: 'runs.variant',
  dataset: 'runs.dataset',
  seed: 'runs.seed',
  epochs: 'runs.epochs',
  configId: 'runs.config',
  state: 'runs.state',
  reason: 'runs.reason',
  epochsDone: 'runs.epochs_done',
  testAccuracy: 'runs.test_accuracy',
  bestTestAccuracy: 'runs.best_test_accuracy',
  bestEpoch: 'runs.best_epoch',
  bestValidationAccuracy: 'runs.best_validation_accuracy',
  trainLoss: 'runs.train_loss',
  trainableParameters: 'runs.trainable_parameters',
  trainableFilters: 'runs.trainable_filters',
  imagesPerSecond: 'runs.images_per_second',
  seconds: 'runs.seconds',
  createdAt: 'runs.created_at',
  startedAt: 'runs.started_at',
  endedAt: 'runs.ended_at',
  weightsSha256: 'runs.weights_sha256',
}
export const summaryColumns = selectList(summary)

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

/** What a group has of its own: its config, counts of states and accuracies are read apart. */
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
    trainableParameters: 'max(runs.trainable_parameters)',
    trainableFilters: 'max(runs.trainable_filters)',
    createdAt: 'max(runs.created_at)',
  }
  return selectList(group)
}
