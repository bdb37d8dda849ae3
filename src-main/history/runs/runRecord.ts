/** A run's row as the service reads it. */
import { precision, type Precision } from '../../contract/experiment'
import { runSummary, type RunSummary } from '../../contract/runs/runs'
import { summaryColumns } from './runSql'

/** The process that trains a run or has it in its queue. */
export interface Owner {
  pid: number
  /** Distinguishes a process from a later one with the same pid. */
  start: string
}

/** A run before it is queued. */
export interface NewRun {
  id: string
  studyId: string
  configId: string
  arch: string
  variant: string
  dataset: string
  seed: number
  epochs: number
  trainExamples: number
  testExamples: number
  trainableParameters: number
  trainableFilters: number
  createdAt: string
}

/** The columns of a run that a `NewRun` fills, with the SQL of each value. */
export const newRunColumns = {
  study: '(SELECT key FROM studies WHERE id = @studyId)',
  config: '@configId',
  arch: '@arch',
  variant: '@variant',
  dataset: '@dataset',
  seed: '@seed',
  epochs: '@epochs',
  train_examples: '@trainExamples',
  test_examples: '@testExamples',
  trainable_parameters: '@trainableParameters',
  trainable_filters: '@trainableFilters',
  batch_size: "(SELECT json ->> 'batchSize' FROM configs WHERE id = @configId)",
  created_at: '@createdAt',
}

/** A run with what the service needs beyond its summary. */
export interface RunRecord {
  key: number
  summary: RunSummary
  owner: Owner | null
  environmentHash: string | null
  datasetFingerprint: string | null
  /** Relative to the data directory. */
  weightsFile: string | null
  trainExamples: number
  testExamples: number
  /** Number of validation examples of its config; 0 without a split. */
  validationExamples: number
  precision: Precision
  /** Seconds from the trainer's start to its first step. */
  startupSeconds: number | null
  /** Whether the run itself is in the trash. */
  trashed: boolean
  /** Whether the run or its study is in the trash, so that no list shows it. */
  hidden: boolean
  checkpoint: { step: number; epochs: number; at: string } | null
}

/** What the trainer reports when it starts. */
export interface RunStart {
  environmentHash: string
  datasetFingerprint: string
  trainExamples: number
  testExamples: number
  startupSeconds: number
}

export interface RecordRow {
  key: number
  owner_pid: number | null
  owner_start: string | null
  environment: string | null
  dataset_fingerprint: string | null
  weights_file: string | null
  train_examples: number
  test_examples: number
  precision: string
  validation_examples: number
  startup_seconds: number | null
  trashed_at: string | null
  hidden: number
  checkpoint_step: number | null
  checkpoint_epochs: number | null
  checkpoint_at: string | null
}

/** The columns of a `RecordRow`. */
export const recordColumns = `runs.key, runs.owner_pid, runs.owner_start, runs.environment, runs.dataset_fingerprint,
  runs.weights_file, runs.train_examples, runs.test_examples, runs.startup_seconds, runs.trashed_at,
  (runs.trashed_at IS NOT NULL OR studies.trashed_at IS NOT NULL) AS hidden,
  runs.checkpoint_step, runs.checkpoint_epochs, runs.checkpoint_at,
  (SELECT json ->> 'precision' FROM configs WHERE id = runs.config) AS precision,
  coalesce((SELECT json ->> 'validationExamples' FROM configs WHERE id = runs.config), 0) AS validation_examples, ${summaryColumns}`

/** Returns the process that owns a run; null if none does. */
export function ownerOf({
  owner_pid,
  owner_start,
}: {
  owner_pid: number | null
  owner_start: string | null
}): Owner | null {
  return owner_pid === null || owner_start === null ? null : { pid: owner_pid, start: owner_start }
}

export function recordOf(row: RecordRow): RunRecord {
  return {
    key: row.key,
    summary: runSummary.parse(row),
    owner: ownerOf(row),
    environmentHash: row.environment,
    datasetFingerprint: row.dataset_fingerprint,
    weightsFile: row.weights_file,
    trainExamples: row.train_examples,
    testExamples: row.test_examples,
    validationExamples: row.validation_examples,
    precision: precision.parse(row.precision),
    startupSeconds: row.startup_seconds,
    trashed: row.trashed_at !== null,
    hidden: row.hidden !== 0,
    checkpoint:
      row.checkpoint_step === null || row.checkpoint_epochs === null || row.checkpoint_at === null
        ? null
        : { step: row.checkpoint_step, epochs: row.checkpoint_epochs, at: row.checkpoint_at },
  }
}
