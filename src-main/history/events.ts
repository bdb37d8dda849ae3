import type { HistoryEvent } from '../contract/runs/runs'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

export class Events {
  readonly #insert
  readonly #ofRun
  readonly #has

  constructor(db: Database) {
    this.#insert = db.prepare<[number, string, string, string, string, number]>(
      insertInto('events', ['run', 'at', 'level', 'kind', 'message', 'journaled']),
    )
    this.#ofRun = db.prepare<[number], HistoryEvent>(
      'SELECT at, level, kind, message FROM events WHERE run = ? ORDER BY key',
    )
    this.#has = db
      .prepare<[number, string], number>('SELECT EXISTS (SELECT 1 FROM events WHERE run = ? AND kind = ?)')
      .pluck()
  }

  /** Adds an event of the service. */
  add(run: number, level: HistoryEvent['level'], kind: string, message: string, at = new Date().toISOString()): void {
    this.#insert.run(run, at, level, kind, message, 0)
  }

  /** Adds an event from a line of the run's journal. */
  addJournaled(run: number, { at, level, kind, message }: HistoryEvent): void {
    this.#insert.run(run, at, level, kind, message, 1)
  }

  has(run: number, kind: string): boolean {
    return this.#has.get(run, kind) === 1
  }

  /** Returns the events in the order in which they happened. */
  ofRun(run: number): HistoryEvent[] {
    return this.#ofRun.all(run)
  }
}
