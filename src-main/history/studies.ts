import { studyPlan, type StudyPlan } from '../contract/experiment'
import { noCounts, type RunState } from '../contract/runs/states'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

export interface StudyRecord {
  id: string
  name: string
  createdAt: string
  plan: StudyPlan | null
  /** ISO; null if it is not in the trash. */
  trashedAt: string | null
}

/** Counts of a study's runs. `epochs` is the planned and `epochsDone` the finished number, summed over runs. */
export interface StudyTotals {
  counts: Record<RunState, number>
  total: number
  epochs: number
  epochsDone: number
}

/** Value of `trashed_at` of a study that is being imported. It hides the study, from the trash too. */
export const importing = 'importing'

interface StudyRow {
  id: string
  name: string
  created_at: string
  plan: string | null
  trashed_at: string | null
}

interface TotalsRow {
  study: string
  state: RunState
  runs: number
  epochs: number
  epochs_done: number
}

export class Studies {
  readonly #insert
  readonly #one
  readonly #all
  readonly #trashed
  readonly #trash
  readonly #totals
  readonly #remove
  readonly #any
  readonly #stamp
  readonly #setPlan

  constructor(db: Database) {
    const columns = 'SELECT id, name, created_at, plan, trashed_at FROM studies'
    this.#insert = db.prepare<[string, string, string, string | null]>(
      insertInto('studies', ['id', 'name', 'created_at', 'plan']),
    )
    this.#one = db.prepare<[string], StudyRow>(`${columns} WHERE id = ?`)
    this.#all = db.prepare<[], StudyRow>(`${columns} WHERE trashed_at IS NULL ORDER BY key DESC`)
    this.#trashed = db.prepare<[], StudyRow>(
      `${columns} WHERE trashed_at IS NOT NULL AND trashed_at <> '${importing}' ORDER BY trashed_at DESC, key DESC`,
    )
    this.#trash = db.prepare<[{ id: string; at: string | null }]>(
      'UPDATE studies SET trashed_at = @at WHERE id = @id AND (trashed_at IS NULL) <> (@at IS NULL)',
    )
    this.#totals = db.prepare<[{ study: string | null }], TotalsRow>(`
      SELECT studies.id AS study, state, count(*) AS runs, sum(epochs) AS epochs, sum(epochs_done) AS epochs_done
      FROM runs JOIN studies ON studies.key = runs.study
      WHERE (@study IS NULL OR studies.id = @study) AND runs.trashed_at IS NULL
      GROUP BY runs.study, state`)
    // A stamp of the list of runs with their states and ends, since an ended run does not change. By id, because SQLite
    // reuses the key of a deleted run.
    this.#stamp = db
      .prepare<[string], string>(
        `
      SELECT coalesce(group_concat(run, ' '), '') FROM (SELECT runs.id || ':' || runs.state || ':' || coalesce(runs.ended_at, '') AS run FROM runs
        WHERE runs.study = (SELECT key FROM studies WHERE id = ?) AND runs.trashed_at IS NULL ORDER BY runs.key)`,
      )
      .pluck()
    this.#setPlan = db.prepare<[string, string]>('UPDATE studies SET plan = ? WHERE id = ?')
    this.#any = db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM studies)').pluck()
    this.#remove = db.prepare<[string]>('DELETE FROM studies WHERE id = ?')
  }

  insert(study: Omit<StudyRecord, 'trashedAt'>): void {
    this.#insert.run(study.id, study.name, study.createdAt, study.plan === null ? null : JSON.stringify(study.plan))
  }

  /** Keeps the original plan, and adds the new runs to it. */
  setPlan(id: string, plan: StudyPlan): void {
    this.#setPlan.run(JSON.stringify(plan), id)
  }

  /** Also returns a study in the trash. */
  get(id: string): StudyRecord | null {
    const row = this.#one.get(id)
    return row ? fromRow(row) : null
  }

  /** Also counts studies in the trash: an id is used once. */
  has(id: string): boolean {
    return this.#one.get(id) !== undefined
  }

  /** Returns whether there is no study, not even in the trash. */
  isEmpty(): boolean {
    return this.#any.get() === 0
  }

  /** Returns studies, newest first, without those in the trash. */
  list(): StudyRecord[] {
    return this.#all.all().map(fromRow)
  }

  /** Returns the studies in the trash, latest first. */
  trashed(): StudyRecord[] {
    return this.#trashed.all().map(fromRow)
  }

  /**
   * Hides a study with its runs, whose own marks are unchanged.
   * @param at time, ISO; null restores it
   * @returns whether it changed
   */
  trash(id: string, at: string | null): boolean {
    return this.#trash.run({ id, at }).changes > 0
  }

  totals(id: string): StudyTotals {
    return sumByStudy(this.#totals.all({ study: id })).get(id) ?? noRuns()
  }

  /** By study id; a study without runs has no entry. */
  allTotals(): Map<string, StudyTotals> {
    return sumByStudy(this.#totals.all({ study: null }))
  }

  /**
   * Returns a text that changes when the study's comparison may change: a run was created, started, ended, deleted or
   * restored. Other runs never give the same text.
   */
  stamp(id: string): string {
    return this.#stamp.get(id) ?? ''
  }

  /** Deletes a study with its runs and all their measurements. */
  remove(id: string): void {
    this.#remove.run(id)
  }
}

export function noRuns(): StudyTotals {
  return { counts: noCounts(), total: 0, epochs: 0, epochsDone: 0 }
}

function sumByStudy(rows: TotalsRow[]): Map<string, StudyTotals> {
  const byStudy = new Map<string, StudyTotals>()
  for (const row of rows) {
    const totals = byStudy.get(row.study) ?? noRuns()
    totals.counts[row.state] = row.runs
    totals.total += row.runs
    totals.epochs += row.epochs
    totals.epochsDone += row.epochs_done
    byStudy.set(row.study, totals)
  }
  return byStudy
}

function fromRow(row: StudyRow): StudyRecord {
  // A plan that this version does not accept must not hide its runs.
  const plan = row.plan === null ? null : (studyPlan.safeParse(JSON.parse(row.plan)).data ?? null)
  return { id: row.id, name: row.name, createdAt: row.created_at, plan, trashedAt: row.trashed_at }
}
