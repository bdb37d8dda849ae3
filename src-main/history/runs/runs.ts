/** The runs of the history: inserting, listing, queueing and ending them. */
import { runSummary, type RunSummary } from '../../contract/runs/runs'
import type { RunState } from '../../contract/runs/states'
import type { Database } from '../files/database'
import { insertInto } from '../files/statements'
import {
  newRunColumns,
  ownerOf,
  recordColumns,
  recordOf,
  type NewRun,
  type Owner,
  type RecordRow,
  type RunRecord,
  type RunStart,
} from './runRecord'
import { from, listed, summaryColumns } from './runSql'

export type { NewRun, Owner, RunRecord }

const unfinished = `runs.state IN ('queued', 'running', 'paused')`
/**
 * Without the hint, SQLite uses the index by state and reads all queued runs to find the first or the last: creating a
 * long queue took seconds.
 */
const inQueue = 'runs INDEXED BY runs_unfinished'

export class Runs {
  readonly #insert
  readonly #list
  readonly #one
  readonly #ofStudy
  readonly #trashedOfStudy
  readonly #unfinished
  readonly #interrupted
  readonly #measured
  readonly #next
  readonly #claim
  readonly #setState
  readonly #own
  readonly #started
  readonly #end
  readonly #remove
  readonly #requeue
  readonly #checkpoint
  readonly #waiting
  readonly #place
  readonly #claimNext

  constructor(db: Database) {
    this.#insert = db.prepare<[NewRun & { pid: number; start: string }]>(
      insertInto('runs', {
        id: '@id',
        ...newRunColumns,
        state: "'queued'",
        position: `1 + coalesce((SELECT position FROM ${inQueue} WHERE ${unfinished} ORDER BY position DESC LIMIT 1), 0)`,
        owner_pid: '@pid',
        owner_start: '@start',
      }),
    )
    this.#list = db.prepare<[]>(`SELECT ${summaryColumns} ${from} WHERE ${listed} ORDER BY runs.key DESC`)
    this.#one = db.prepare<[string], RecordRow>(`SELECT ${recordColumns} ${from} WHERE runs.id = ?`)
    this.#ofStudy = db.prepare<[string, number, number], RecordRow>(`
      SELECT ${recordColumns} ${from} WHERE runs.study = (SELECT key FROM studies WHERE id = ?) AND runs.trashed_at IS NULL ORDER BY runs.key LIMIT ? OFFSET ?`)
    this.#trashedOfStudy = db.prepare<[string], RecordRow>(`
      SELECT ${recordColumns} ${from} WHERE runs.study = (SELECT key FROM studies WHERE id = ?) AND runs.trashed_at IS NOT NULL ORDER BY runs.key`)
    this.#unfinished = db.prepare<[], RecordRow>(
      `SELECT ${recordColumns} FROM ${inQueue} JOIN studies ON studies.key = runs.study WHERE ${unfinished} ORDER BY runs.position, runs.key`,
    )
    this.#interrupted = db.prepare<[], RecordRow>(`
      SELECT ${recordColumns} ${from} WHERE runs.state = 'interrupted' AND ${listed} AND runs.archived_at IS NULL ORDER BY runs.position, runs.key`)
    this.#measured = db.prepare<[number], RecordRow>(`
      SELECT ${recordColumns} ${from} WHERE runs.epochs_done > 0 AND runs.environment IS NOT NULL ORDER BY runs.key DESC LIMIT ?`)
    this.#next = db.prepare<[Owner], { id: string }>(`
      SELECT id FROM ${inQueue} WHERE ${unfinished} AND state = 'queued' AND owner_pid = @pid AND owner_start = @start ORDER BY position, key LIMIT 1`)
    this.#claim = db.prepare<[string, string]>(
      `UPDATE runs SET state = 'running', reason = NULL, started_at = coalesce(started_at, ?) WHERE id = ? AND state = 'queued'`,
    )
    this.#setState = db.prepare<[RunState, string | null, number]>(
      'UPDATE runs SET state = ?, reason = ? WHERE key = ?',
    )
    this.#own = db.prepare<[number | null, string | null, string | null, number]>(
      'UPDATE runs SET owner_pid = ?, owner_start = ?, reason = ? WHERE key = ?',
    )
    this.#started = db.prepare<[RunStart & { key: number }]>(`
      UPDATE runs SET environment = @environmentHash, dataset_fingerprint = @datasetFingerprint, train_examples = @trainExamples,
        test_examples = @testExamples, startup_seconds = @startupSeconds WHERE key = @key`)
    this.#end = db.prepare<
      [{ key: number; state: RunState; reason: string | null; at: string; file: string | null; sha256: string | null }]
    >(`
      UPDATE runs SET state = @state, reason = @reason, ended_at = @at, weights_file = @file, weights_sha256 = @sha256,
        owner_pid = NULL, owner_start = NULL WHERE key = @key`)
    this.#requeue = db.prepare<[Owner & { key: number; last: number }]>(`
      UPDATE runs SET state = 'queued', reason = NULL, ended_at = NULL, owner_pid = @pid, owner_start = @start,
        position = iif(@last, 1 + coalesce((SELECT position FROM ${inQueue} WHERE ${unfinished} ORDER BY position DESC LIMIT 1), 0), position) WHERE key = @key`)
    this.#checkpoint = db.prepare<[number, number, string, number]>(
      'UPDATE runs SET checkpoint_step = ?, checkpoint_epochs = ?, checkpoint_at = ? WHERE key = ?',
    )
    this.#waiting = db.prepare<
      [],
      { id: string; position: number; owner_pid: number | null; owner_start: string | null }
    >(`
      SELECT id, position, owner_pid, owner_start FROM ${inQueue} WHERE ${unfinished} AND state = 'queued' ORDER BY position, key`)
    this.#place = db.prepare<[number, string]>('UPDATE runs SET position = ? WHERE id = ?')
    this.#remove = db.prepare<[string]>('DELETE FROM runs WHERE id = ?')
    this.#claimNext = db.transaction((owner: Owner): string | null => {
      const next = this.#next.get(owner)
      if (!next) return null
      this.#claim.run(new Date().toISOString(), next.id)
      return next.id
    })
  }

  /** Appends a run to the queue, owned by a process. */
  insert(run: NewRun, owner: Owner): void {
    this.#insert.run({ ...run, pid: owner.pid, start: owner.start })
  }

  /**
   * Returns runs, newest first, without those in the trash or in a trashed study. So do the lists of a study's runs.
   */
  list(): RunSummary[] {
    return this.#list.all().map((row) => runSummary.parse(row))
  }

  get(id: string): RunRecord | null {
    const row = this.#one.get(id)
    return row ? recordOf(row) : null
  }

  /** Returns runs in the order of creation; all of them, or at most `limit` from `offset` on. */
  ofStudy(studyId: string, offset = 0, limit = -1): RunRecord[] {
    return this.#ofStudy.all(studyId, limit, offset).map(recordOf)
  }

  /** Returns runs in the order of creation, also trashed ones, because they are deleted with their study. */
  trashedOfStudy(studyId: string): RunRecord[] {
    return this.#trashedOfStudy.all(studyId).map(recordOf)
  }

  /** Returns queued, running and paused runs in the order of the queue. */
  unfinished(): RunRecord[] {
    return this.#unfinished.all().map(recordOf)
  }

  /** Returns runs whose program ended before them, in the order of the queue, without archived and trashed ones. */
  interrupted(): RunRecord[] {
    return this.#interrupted.all().map(recordOf)
  }

  /** Returns the newest runs with a finished epoch, with their environments. */
  measured(limit: number): RunRecord[] {
    return this.#measured.all(limit).map(recordOf)
  }

  /** Changes the owner's next queued run to running and returns it; null if none is queued. */
  claimNext(owner: Owner): RunRecord | null {
    const id = this.#claimNext.immediate(owner)
    return id === null ? null : this.get(id)
  }

  /** Changes a queued run to running, independent of its owner. @param at time, ISO */
  begin(id: string, at: string): void {
    this.#claim.run(at, id)
  }

  setState(key: number, state: RunState, reason: string | null): void {
    this.#setState.run(state, reason, key)
  }

  /** Adds a queued run to a process's queue, or (null) pauses it: no process starts it until it is resumed. */
  setOwner(key: number, owner: Owner | null, reason: string | null): void {
    this.#own.run(owner?.pid ?? null, owner?.start ?? null, reason, key)
  }

  started(key: number, start: RunStart): void {
    this.#started.run({ ...start, key })
  }

  /** @param weights file relative to the data directory */
  end(
    key: number,
    state: RunState,
    reason: string | null,
    weights: { file: string; sha256: string } | null = null,
    at = new Date().toISOString(),
  ): void {
    this.#end.run({ key, state, reason, at, file: weights?.file ?? null, sha256: weights?.sha256 ?? null })
  }

  /** Queues an ended run again, at its former position or at the end. */
  requeue(key: number, owner: Owner, place: 'before' | 'last'): void {
    this.#requeue.run({ ...owner, key, last: place === 'last' ? 1 : 0 })
  }

  /** Returns all queued runs in order of position. */
  waiting(): { id: string; position: number; owner: Owner | null }[] {
    return this.#waiting.all().map(({ id, position, ...row }) => ({ id, position, owner: ownerOf(row) }))
  }

  place(id: string, position: number): void {
    this.#place.run(position, id)
  }

  setCheckpoint(key: number, { step, epochs, at }: { step: number; epochs: number; at: string }): void {
    this.#checkpoint.run(step, epochs, at, key)
  }

  /** Deletes a run with all its measurements. */
  remove(id: string): void {
    this.#remove.run(id)
  }
}
