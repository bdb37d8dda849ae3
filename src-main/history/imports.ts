/**
 * Imports runs from another history. They have ended and have no owner. They are written in many small transactions
 * under a mark that hides them, and shown in one. Rows that are still hidden when the history is opened again belong to
 * an interrupted import and are deleted.
 */
import { randomUUID } from 'node:crypto'
import type { RunState } from '../contract/runs/states'
import type { Database } from './files/database'
import { insertInto } from './files/statements'
import { newRunColumns, type NewRun } from './runs/runRecord'
import { importing } from './studies'

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
  archivedAt: string | null
  checkpointStep: number | null
  checkpointEpochs: number | null
  checkpointAt: string | null
}

/** An imported run that is still hidden. */
export interface HiddenRun {
  key: number
  /** The final id of the run. Its folder may have that name already. */
  as: string
}

/** Number of filters deleted at once: each has up to a megabyte. */
const filtersAtOnce = 50

export class Imports {
  readonly #begin
  readonly #insert
  readonly #tag
  readonly #show
  readonly #showStudy
  readonly #studyKey
  readonly #hidden
  readonly #hiddenStudies
  readonly #removeStudy
  readonly #removeFilters
  readonly #discard

  constructor(db: Database) {
    this.#begin = db.prepare<[string, string, string, string | null, string]>(
      insertInto('studies', ['id', 'name', 'created_at', 'plan', 'trashed_at']),
    )
    this.#insert = db.prepare<[ImportedRun & { hiddenId: string }]>(
      insertInto('runs', {
        id: '@hiddenId',
        ...newRunColumns,
        state: '@state',
        reason: '@reason',
        position: '0',
        environment: '@environmentHash',
        dataset_fingerprint: '@datasetFingerprint',
        startup_seconds: '@startupSeconds',
        weights_file: '@weightsFile',
        weights_sha256: '@weightsSha256',
        started_at: '@startedAt',
        ended_at: '@endedAt',
        note: '@id',
        archived_at: '@archivedAt',
        checkpoint_step: '@checkpointStep',
        checkpoint_epochs: '@checkpointEpochs',
        checkpoint_at: '@checkpointAt',
      }),
    )
    this.#tag = db.prepare<[number, string]>(insertInto('tags', ['run', 'tag'], ' OR IGNORE'))
    this.#show = db.prepare<[{ key: number; as: string; note: string; study: string }]>(
      'UPDATE runs SET id = @as, note = @note, study = (SELECT key FROM studies WHERE id = @study) WHERE key = @key',
    )
    this.#showStudy = db.prepare<[string, string]>('UPDATE studies SET id = ?, trashed_at = NULL WHERE id = ?')
    this.#studyKey = db.prepare<[string], number>('SELECT key FROM studies WHERE id = ? AND trashed_at IS NULL').pluck()
    // The note holds the final id: no other column of the row can, and the run gets its own note when it is shown.
    this.#hidden = db.prepare<[string], HiddenRun>(
      'SELECT runs.key, runs.note AS "as" FROM runs JOIN studies ON studies.key = runs.study WHERE studies.trashed_at = ? ORDER BY runs.key',
    )
    this.#hiddenStudies = db.prepare<[string], string>('SELECT id FROM studies WHERE trashed_at = ?').pluck()
    this.#removeStudy = db.prepare<[string, string]>('DELETE FROM studies WHERE id = ? AND trashed_at = ?')
    this.#removeFilters = db.prepare<[number, number]>(
      'DELETE FROM filters WHERE rowid IN (SELECT rowid FROM filters WHERE run = ? LIMIT ?)',
    )
    const one = db.prepare<[number], { config: string; environment: string | null }>(
      'SELECT config, environment FROM runs WHERE key = ?',
    )
    const remove = db.prepare<[number]>('DELETE FROM runs WHERE key = ?')
    const config = db.prepare<[string]>(
      'DELETE FROM configs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE config = configs.id)',
    )
    const environment = db.prepare<[string]>(
      'DELETE FROM environments WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE environment = environments.hash)',
    )
    this.#discard = db.transaction((key: number) => {
      const row = one.get(key)
      remove.run(key)
      if (row) config.run(row.config)
      if (row?.environment) environment.run(row.environment)
    })
  }

  /** Creates a hidden study. @returns its id until it is shown */
  begin({ name, createdAt, plan }: { name: string; createdAt: string; plan: object | null }): string {
    const id = `importing-${randomUUID()}`
    this.#begin.run(id, name, createdAt, plan === null ? null : JSON.stringify(plan), importing)
    return id
  }

  /**
   * @param run with its final id, and the study of `begin`
   * @returns its key. Its measurements are added as those of any run.
   */
  insert(run: ImportedRun): number {
    return Number(this.#insert.run({ ...run, hiddenId: `importing-${randomUUID()}` }).lastInsertRowid)
  }

  tag(key: number, tags: readonly string[]): void {
    for (const tag of tags) this.#tag.run(key, tag)
  }

  /**
   * Shows the imported rows, in a transaction of the caller.
   * @param hidden the study of `begin`
   * @param studyId the final id or, if `completes`, the study that the runs are added to
   * @throws Error if an id is taken, or the study that is completed was deleted
   */
  reveal(hidden: string, studyId: string, completes: boolean, runs: readonly (HiddenRun & { note: string })[]): void {
    if (!completes) this.#showStudy.run(studyId, hidden)
    else if (this.#studyKey.get(studyId) === undefined) throw new Error(`the study ${studyId} has gone`)
    for (const { key, as, note } of runs) this.#show.run({ key, as, note, study: studyId })
    if (completes) this.#removeStudy.run(hidden, importing)
  }

  /** Returns the runs of unfinished and interrupted imports. */
  hidden(): HiddenRun[] {
    return this.#hidden.all(importing)
  }

  /** Deletes some of the hidden rows, few enough to take a moment. @returns whether there are more */
  discardSome(): boolean {
    const [run] = this.hidden()
    if (run) {
      if (this.#removeFilters.run(run.key, filtersAtOnce).changes === 0) this.#discard.immediate(run.key)
      return true
    }
    for (const study of this.#hiddenStudies.all(importing)) this.#removeStudy.run(study, importing)
    return false
  }
}
