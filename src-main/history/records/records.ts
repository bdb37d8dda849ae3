/** Reads the content of a study's record from the history, and inserts it into a rebuilt history. */
import type { Database } from '../files/database'
import { insertInto, upsertInto } from '../files/statements'
import { measuredRunColumns } from '../runs/metricSql'
import { importing } from '../studies'
import { recordFormat, type Row, type StudyFile } from './format'

export class Records {
  readonly #db: Database
  readonly #study
  readonly #ids
  readonly #runs
  readonly #configs
  readonly #environments
  readonly #tags
  readonly #events
  /** Column names by table. */
  readonly #columnsOf = new Map<string, string[]>()

  constructor(db: Database) {
    const ofRuns = 'FROM runs WHERE study = (SELECT key FROM studies WHERE id = ?)'
    this.#db = db
    this.#study = db.prepare<[string, string], StudyFile['study']>(
      'SELECT * FROM studies WHERE id = ? AND trashed_at IS NOT ?',
    )
    this.#ids = db.prepare<[string], string>('SELECT id FROM studies WHERE trashed_at IS NOT ? ORDER BY key').pluck()
    this.#runs = db.prepare<[string], StudyFile['runs'][number]['run']>(`SELECT * ${ofRuns} ORDER BY key`)
    this.#configs = db.prepare<[string], Row>(`SELECT * FROM configs WHERE id IN (SELECT config ${ofRuns}) ORDER BY id`)
    this.#environments = db.prepare<[string], Row>(
      `SELECT * FROM environments WHERE hash IN (SELECT environment ${ofRuns}) ORDER BY hash`,
    )
    this.#tags = db.prepare<[number], string>('SELECT tag FROM tags WHERE run = ? ORDER BY tag').pluck()
    this.#events = db.prepare<[number], Row>(
      'SELECT at, level, kind, message FROM events WHERE run = ? AND journaled = 0 ORDER BY key',
    )
  }

  /** Returns the ids of all studies, including those in the trash, excluding unfinished imports. */
  ids(): string[] {
    return this.#ids.all(importing)
  }

  /**
   * Returns the ids of studies whose records must be written since `written`; only in a history that is open for
   * writing.
   */
  changed(): string[] {
    return this.#db.prepare<[], string>('SELECT id FROM changed_studies').pluck().all()
  }

  /** Notes that a study's record is written, or deleted with the study. */
  written(id: string): void {
    this.#db.prepare<[string]>('DELETE FROM changed_studies WHERE id = ?').run(id)
  }

  /** Returns the content of a study's record; null if there is no such study, or it is being imported. */
  of(id: string): StudyFile | null {
    const study = this.#study.get(id, importing)
    if (!study) return null
    return {
      format: recordFormat,
      study,
      configs: this.#configs.all(id),
      environments: this.#environments.all(id),
      runs: this.#runs
        .all(id)
        .map((run) => ({ run, tags: this.#tags.all(run.key), events: this.#events.all(run.key) })),
    }
  }

  /** Returns the ids of all runs, including those in the trash. */
  runIds(): string[] {
    return this.#db.prepare<[], string>('SELECT id FROM runs ORDER BY key').pluck().all()
  }

  /**
   * Inserts studies and their runs, or updates them to the content of the records; within the caller's transaction.
   * Measured values are unchanged. Deletes runs that the record of their study does not list: they were deleted after
   * the backup.
   */
  put(records: readonly StudyFile[]): void {
    for (const { study, configs, environments, runs } of [...records].sort((a, b) => a.study.key - b.study.key)) {
      for (const one of configs) this.#insert('configs', one, ' OR IGNORE')
      for (const one of environments) this.#insert('environments', one, ' OR IGNORE')
      this.#upsert('studies', study, new Set())
      this.#db
        .prepare(
          'DELETE FROM runs WHERE study = (SELECT key FROM studies WHERE id = ?) AND id NOT IN (SELECT value FROM json_each(?))',
        )
        .run(study.id, JSON.stringify(runs.map(({ run }) => run.id)))
    }
    // Keys in the order in which the runs were created, across studies.
    const runs = records.flatMap(({ study, runs }) => runs.map((one) => ({ ...one, study: study.id })))
    for (const one of runs.sort((a, b) => a.run.key - b.run.key)) this.#putRun(one)
  }

  /**
   * Sorts all events by time, because events of records were inserted before those of journals. At equal times an event
   * of the journal comes first: the service adds its own events about what it reads there.
   */
  sortEvents(): void {
    this.#db.exec(`
      CREATE TEMP TABLE sorted AS SELECT run, at, level, kind, message, journaled FROM events ORDER BY at, journaled DESC, key;
      DELETE FROM events;
      INSERT INTO events (run, at, level, kind, message, journaled) SELECT * FROM sorted;
      DROP TABLE sorted;`)
  }

  #putRun({ study, run, tags, events }: StudyFile['runs'][number] & { study: string }): void {
    this.#upsert('runs', { ...run, study: this.#keyOf('studies', study) }, measuredRunColumns)
    const key = this.#keyOf('runs', run.id)
    this.#db.prepare('DELETE FROM tags WHERE run = ?').run(key)
    for (const tag of tags) this.#insert('tags', { run: key, tag })
    this.#db.prepare('DELETE FROM events WHERE run = ? AND journaled = 0').run(key)
    for (const event of events) this.#insert('events', { ...event, run: key, journaled: 0 })
  }

  #keyOf(table: 'studies' | 'runs', id: string): number {
    const sql = table === 'runs' ? 'SELECT key FROM runs WHERE id = ?' : 'SELECT key FROM studies WHERE id = ?'
    return Number(this.#db.prepare<[string]>(sql).pluck().get(id))
  }

  /** @param kept columns that are unchanged if the row exists */
  #upsert(table: 'studies' | 'runs', { key: _, ...row }: Row, kept: ReadonlySet<string>): void {
    const columns = this.#columns(table, row)
    this.#db.prepare(upsertInto(table, columns, kept)).run(...columns.map((name) => row[name] ?? null))
  }

  #insert(table: string, row: Row, orElse: '' | ' OR IGNORE' = ''): void {
    const columns = this.#columns(table, row)
    this.#db.prepare(insertInto(table, columns, orElse)).run(...columns.map((name) => row[name] ?? null))
  }

  /**
   * Returns the columns of a record's row that the table has. No other text of the file becomes part of a statement.
   */
  #columns(table: string, row: Row): string[] {
    let names = this.#columnsOf.get(table)
    if (!names) {
      names = this.#db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
      this.#columnsOf.set(table, names)
    }
    return names.filter((name) => Object.hasOwn(row, name))
  }
}
