import { studyPlan, type StudyPlan } from '../contract/experiment'
import { noCounts, type RunState } from '../contract/runs/states'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

export interface StudyRecord {
  id: string
  name: string
  createdAt: string
  plan: StudyPlan | null
  /** ISO; null where it is not in the trash. */
  trashedAt: string | null
}

/** A study's runs, counted; `epochs` are planned, `epochsDone` finished, summed over them. */
export interface StudyTotals {
  counts: Record<RunState, number>
  total: number
  epochs: number
  epochsDone: number
}

/**
 * In the place of a time in `trashed_at`: of a study that is being imported. It is hidden as what is in the trash is,
 * and from the trash too.
 */
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
    // A run keeps what it ended with, so the list of runs with their states and ends decides. Ids, because SQLite gives
    // the key of a deleted run to the next one.
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

  /** What was planned first stays in it; what was added comes beside. */
  setPlan(id: string, plan: StudyPlan): void {
    this.#setPlan.run(JSON.stringify(plan), id)
  }

  /** Also from the trash. */
  get(id: string): StudyRecord | null {
    const row = this.#one.get(id)
    return row ? fromRow(row) : null
  }

  /** Also in the trash: an id is given once. */
  has(id: string): boolean {
    return this.#one.get(id) !== undefined
  }

  /** Returns whether there is no study, not even in the trash. */
  isEmpty(): boolean {
    return this.#any.get() === 0
  }

  /** Newest first; what is in the trash is not among them. */
  list(): StudyRecord[] {
    return this.#all.all().map(fromRow)
  }

  /** What is in the trash, what came last first. */
  trashed(): StudyRecord[] {
    return this.#trashed.all().map(fromRow)
  }

  /**
   * Hides a study with its runs, whose own marks stay as they are.
   * @param at when it was put away, ISO; null brings it back
   * @returns whether it changed
   */
  trash(id: string, at: string | null): boolean {
    return this.#trash.run({ id, at }).changes > 0
  }

  totals(id: string): StudyTotals {
    return gather(this.#totals.all({ study: id })).get(id) ?? noRuns()
  }

  /** By study id; a study without runs has no entry. */
  allTotals(): Map<string, StudyTotals> {
    return gather(this.#totals.all({ study: null }))
  }

  /**
   * Returns a text that changes when the study's comparison may: a run was made, began, ended, was deleted or restored.
   * It never repeats for other runs.
   */
  stamp(id: string): string {
    return this.#stamp.get(id) ?? ''
  }

  /** With its runs and all they measured. */
  remove(id: string): void {
    this.#remove.run(id)
  }
}

export function noRuns(): StudyTotals {
  return { counts: noCounts(), total: 0, epochs: 0, epochsDone: 0 }
}

function gather(rows: TotalsRow[]): Map<string, StudyTotals> {
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
  // A plan that this version no longer takes must not hide its runs.
  const plan = row.plan === null ? null : (studyPlan.safeParse(JSON.parse(row.plan)).data ?? null)
  return { id: row.id, name: row.name, createdAt: row.created_at, plan, trashedAt: row.trashed_at }
}
