/** Runs that come from another history: as they ended there, owned by nobody. */
import type { RunState } from '../contract/records'
import type { Database } from './database'
import type { NewRun } from './runs'

export interface ImportedRun extends NewRun {
  state: RunState
  reason: string | null
  environmentHash: string | null
  datasetFingerprint: string | null
  startupSeconds: number | null
  /** Relative to the data directory. */
  weightsFile: string | null
  weightsSha256: string | null
  startedAt: string | null
  endedAt: string | null
  note: string
  archivedAt: string | null
  checkpointStep: number | null
  checkpointEpochs: number | null
  checkpointAt: string | null
}

export class Imports {
  readonly #insert

  constructor(db: Database) {
    this.#insert = db.prepare<[ImportedRun]>(`
      INSERT INTO runs (id, study, config, arch, variant, dataset, seed, epochs, train_examples, test_examples, trainable_parameters,
        trainable_filters, batch_size, state, reason, position, environment, dataset_fingerprint, startup_seconds, weights_file,
        weights_sha256, created_at, started_at, ended_at, note, archived_at, checkpoint_step, checkpoint_epochs, checkpoint_at)
      VALUES (@id, (SELECT key FROM studies WHERE id = @studyId), @configId, @arch, @variant, @dataset, @seed, @epochs, @trainExamples,
        @testExamples, @trainableParameters, @trainableFilters, (SELECT json ->> 'batchSize' FROM configs WHERE id = @configId), @state,
        @reason, 0, @environmentHash, @datasetFingerprint, @startupSeconds, @weightsFile, @weightsSha256, @createdAt, @startedAt,
        @endedAt, @note, @archivedAt, @checkpointStep, @checkpointEpochs, @checkpointAt)`)
  }

  /** @returns its key. What it measured is added as of any run. */
  insert(run: ImportedRun): number {
    return Number(this.#insert.run(run).lastInsertRowid)
  }
}
