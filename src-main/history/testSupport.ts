/**
 * Query plans of a history's prepared statements, for tests: what a statement reads does not depend on the load of the
 * machine.
 */
import Sqlite from 'better-sqlite3'
import { vi } from 'vitest'
import { History } from './history'

export interface StatementPlan {
  sql: string
  /** Lines of EXPLAIN QUERY PLAN, such as 'SCAN runs USING INDEX runs_unfinished'. */
  steps: string[]
}

/** Returns the plans of all statements that an open history prepares. @param file of a history of the newest version */
export function statementPlans(file: string): StatementPlan[] {
  const prepare = vi.spyOn(Sqlite.prototype, 'prepare')
  new History(file).close()
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql))
  prepare.mockRestore()
  const db = new Sqlite(file, { readonly: true })
  try {
    return [...statements].map((sql) => {
      // A plan does not need values; a constant stands for each parameter.
      const rows = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/@\w+|\?/g, '1')}`).all()
      return { sql: sql.replace(/\s+/g, ' ').trim(), steps: rows.map(({ detail }) => detail) }
    })
  } finally {
    db.close()
  }
}
