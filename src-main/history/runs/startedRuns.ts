/**
 * Runs that were started: filters are kept of them from before their first epoch on. What is in the trash is none of
 * them.
 */
import { runSummary, type RunSummary } from '../../contract/runs/runs'
import type { Database } from '../files/database'
import { from, listed, summaryColumns } from './runSql'
import { every, runText, wordsOf } from '../search'

const started = `runs.started_at IS NOT NULL AND ${listed}`
const newestFirst = 'runs.created_at DESC, runs.key DESC'

export class StartedRuns {
  readonly #find
  readonly #one
  readonly #first
  readonly #beside
  readonly #environment

  constructor(db: Database) {
    this.#find = db.prepare<[{ words: string; limit: number }], { total: number }>(`
      SELECT count(*) OVER () AS total, ${summaryColumns} ${from}
      WHERE ${started} AND (@words = '[]' OR ${every(runText)}) ORDER BY ${newestFirst} LIMIT @limit`)
    this.#one = db.prepare<[string]>(`SELECT ${summaryColumns} ${from} WHERE runs.id = ? AND ${listed}`)
    this.#first = db.prepare<[]>(`
      SELECT ${summaryColumns} ${from} WHERE ${started}
      ORDER BY (runs.variant <> 'baseline') + (runs.variant <> 'baseline' AND runs.state = 'done') DESC, ${newestFirst} LIMIT 1`)
    this.#beside = db.prepare<[string]>(`
      SELECT ${summaryColumns} FROM runs AS mine
        JOIN runs ON runs.arch = mine.arch AND runs.dataset = mine.dataset AND runs.seed = mine.seed AND runs.epochs = mine.epochs
        JOIN studies ON studies.key = runs.study
      WHERE mine.id = ? AND mine.variant <> 'baseline' AND runs.variant = 'baseline' AND ${started}
      ORDER BY runs.study = mine.study DESC, ${newestFirst} LIMIT 1`)
    this.#environment = db
      .prepare<[], string | null>(
        `SELECT runs.environment ${from} WHERE ${started} ORDER BY runs.started_at DESC, runs.key DESC LIMIT 1`,
      )
      .pluck()
  }

  /**
   * Those in which every word of the text occurs, as in the palette's search; the newest first.
   * @param limit as many at most
   * @returns the first of them, and how many there are in all
   */
  find(text: string, limit: number): { found: RunSummary[]; total: number } {
    const rows = this.#find.all({ words: JSON.stringify(wordsOf(text)), limit })
    return { found: rows.map((row) => runSummary.parse(row)), total: rows[0]?.total ?? 0 }
  }

  /**
   * The run with that id, started or not; for null the one to begin with: the newest finished with multi-band layers,
   * else the newest with some, else the newest.
   */
  suggested(id: string | null): RunSummary | null {
    return summaryOf(id === null ? this.#first.get() : this.#one.get(id))
  }

  /**
   * The baseline beside a run: same network, data and seed, same epochs; of its own study before others, the newest
   * before older ones. Null for a baseline.
   */
  beside(id: string): RunSummary | null {
    return summaryOf(this.#beside.get(id))
  }

  /**
   * Hash of what the run that was started last was trained on; null where there is none, or its trainer has not told
   * yet.
   */
  lastEnvironment(): string | null {
    return this.#environment.get() ?? null
  }
}

function summaryOf(row: unknown): RunSummary | null {
  return row === undefined ? null : runSummary.parse(row)
}
