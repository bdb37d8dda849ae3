/** SQL shared by all lists of runs: runs with their studies, and the summary of a run. */
import type { RunSummary } from '../../contract/runs/runs'
import { sharedMachineKind } from '../../contract/runs/timing'
import { selectList } from '../files/statements'

/** Runs with the study that each belongs to. */
export const from = 'FROM runs JOIN studies ON studies.key = runs.study'
/** Neither the run nor its study is in the trash. */
export const listed = 'runs.trashed_at IS NULL AND studies.trashed_at IS NULL'

/** The event is the only record of a shared machine. */
const isShared = `EXISTS (SELECT 1 FROM events WHERE events.run = runs.key AND events.kind = '${sharedMachineKind}')`
/** A run's `Timing`. */
export const timing = `CASE WHEN runs.seconds IS NULL THEN NULL WHEN ${isShared} THEN 'shared' ELSE 'alone' END`

/** A run's summary by field. */
export const summary: Record<keyof RunSummary, string> = {
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
  timing,
  createdAt: 'runs.created_at',
  startedAt: 'runs.started_at',
  endedAt: 'runs.ended_at',
  weightsSha256: 'runs.weights_sha256',
}
export const summaryColumns = selectList(summary)
