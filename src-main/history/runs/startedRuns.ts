/** Runs that were started and are not in the trash. The filters of a run are stored from before its first epoch on. */
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
  readonly #baseline
  readonly #environment

  constructor(db: Database) {
    this.#find = db.prepare<[{ words: string; limit: number }], { total: number }>(`
      SELECT count(*) OVER () AS total, ${summaryColumns} ${from}
      WHERE ${started} AND (@words = '[]' OR ${every(runText)}) ORDER BY ${newestFirst} LIMIT @limit`)
    this.#one = db.prepare<[string]>(`SELECT ${summaryColumns} ${from} WHERE runs.id = ? AND ${listed}`)
    this.#first = db.prepare<[]>(`
      SELECT ${summaryColumns} ${from} WHERE ${started}
      ORDER BY (runs.variant <> 'baseline') + (runs.variant <> 'baseline' AND runs.state = 'done') DESC, ${newestFirst} LIMIT 1`)
    this.#baseline = db.prepare<[string]>(`
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
   * Returns the runs that contain every word of a text, newest first, as the search of the palette does.
   * @param limit largest number of runs returned; `total` counts all
   */
  find(text: string, limit: number): { found: RunSummary[]; total: number } {
    const rows = this.#find.all({ words: JSON.stringify(wordsOf(text)), limit })
    return { found: rows.map((row) => runSummary.parse(row)), total: rows[0]?.total ?? 0 }
  }

  /**
   * Returns the run with an id, started or not. For null, returns a default: the newest finished run with multi-band
   * layers, else the newest run with such layers, else the newest run.
   */
  suggested(id: string | null): RunSummary | null {
    return summaryOf(id === null ? this.#first.get() : this.#one.get(id))
  }

  /**
   * Returns the baseline with the same network, data set, seed and epochs as a run: preferably of the same study,
   * then the newest. Returns null for a baseline.
   */
  comparisonBaseline(id: string): RunSummary | null {
    return summaryOf(this.#baseline.get(id))
  }

  /**
   * Returns the hash of the environment that the most recently started run was trained in; null if there is no such
   * run, or its trainer has not reported it yet.
   */
  lastEnvironment(): string | null {
    return this.#environment.get() ?? null
  }
}

function summaryOf(row: unknown): RunSummary | null {
  return row === undefined ? null : runSummary.parse(row)
}
