/** How far each run's journal is ingested. It is written in the same transaction as the rows. */
import type { Database } from '../files/database'

/** The newest ingested attempt, and how many bytes of its lines are ingested; attempt 0: none. */
export interface JournalPlace {
  attempt: number
  bytes: number
}

export class Journals {
  readonly #get
  readonly #put
  readonly #missing

  constructor(db: Database) {
    this.#get = db.prepare<[number], JournalPlace>('SELECT attempt, bytes FROM journals WHERE run = ?')
    this.#put = db.prepare<[number, number, number]>(
      'INSERT OR REPLACE INTO journals (run, attempt, bytes) VALUES (?, ?, ?)',
    )
    this.#missing = db
      .prepare<[], string>(
        `SELECT id FROM runs WHERE NOT EXISTS (SELECT 1 FROM journals WHERE run = runs.key)
          AND (epochs_done > 0 OR EXISTS (SELECT 1 FROM steps WHERE run = runs.key)) ORDER BY key DESC`,
      )
      .pluck()
  }

  /** Returns null if a run has no journal. */
  get(run: number): JournalPlace | null {
    return this.#get.get(run) ?? null
  }

  put(run: number, { attempt, bytes }: JournalPlace): void {
    this.#put.run(run, attempt, bytes)
  }

  /** Returns the ids of runs with measurements and no journal, newest first. */
  missing(): string[] {
    return this.#missing.all()
  }
}
