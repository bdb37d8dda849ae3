/** What is left of a history after a rescue, made to fit together again. */
import { expandPlan, type StudyPlan } from '../contract/experiment'
import { Configs } from './configs'
import type { Database } from './database'
import { Events } from './events'
import { Metrics } from './metrics'
import { quoted } from './readDamaged'
import { Runs } from './runs'
import { Studies } from './studies'

/** Rows that belong to something that is lost: what can be made again is, the others go. Foreign keys are off. */
export function dropDangling(db: Database): void {
  // A study is little more than a name; its runs are what was worked for.
  db.exec(`
    INSERT INTO studies (key, id, name, created_at, plan)
      SELECT study, 'recovered-' || study, 'Recovered study ' || study, min(created_at), NULL FROM runs
      WHERE study NOT IN (SELECT key FROM studies) GROUP BY study;
    UPDATE runs SET environment = NULL WHERE environment NOT IN (SELECT hash FROM environments);`)
  putConfigsOfPlans(db)
  let changes: number
  do {
    changes = 0
    for (const { child, column, parent, key } of references(db))
      changes += db.prepare(`DELETE FROM ${quoted(child)} WHERE ${quoted(column)} IS NOT NULL AND ${quoted(column)} NOT IN (SELECT ${quoted(key)} FROM ${quoted(parent)})`).run().changes
  } while (changes > 0)
}

/** A config is named by its content: a study's plan gives those of its runs. */
function putConfigsOfPlans(db: Database): void {
  const lacking = db.prepare<[], string>('SELECT DISTINCT config FROM runs WHERE config NOT IN (SELECT id FROM configs)').pluck().all()
  if (lacking.length === 0) return
  const configs = new Configs(db)
  for (const row of db.prepare<[], { id: string }>('SELECT id FROM studies WHERE plan IS NOT NULL').all()) {
    const plan = planOf(db, row.id)
    if (plan) for (const config of expandPlan(plan)) configs.put(config)
  }
  db.exec('DELETE FROM configs WHERE id NOT IN (SELECT config FROM runs)')
}

function planOf(db: Database, id: string): StudyPlan | null {
  try {
    return new Studies(db).get(id)?.plan ?? null
  } catch {
    return null
  }
}

function references(db: Database): { child: string; column: string; parent: string; key: string }[] {
  return db
    .prepare<[], { child: string; column: string; parent: string; key: string }>(
      `SELECT m.name AS child, f."from" AS "column", f."table" AS parent, f."to" AS key
       FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`,
    )
    .all()
}

/** Of a history in this program's form: runs that can be read, rolled-up columns that say what is there, and a note where epochs went. */
export function makeSense(db: Database): void {
  const runs = new Runs(db)
  const configs = new Configs(db)
  const metrics = new Metrics(db)
  const events = new Events(db)
  const counted = db.prepare<[], { key: number; id: string; said: number; there: number }>(
    'SELECT key, id, epochs_done AS said, (SELECT count(*) FROM epochs WHERE run = runs.key) AS there FROM runs',
  )
  db.transaction(() => {
    for (const { key, id, said, there } of counted.all()) {
      if (!isReadable(runs, configs, id)) {
        runs.remove(id)
        continue
      }
      if (said === there) continue
      // None are added, and all are summed again.
      metrics.addEpochs(key, [])
      events.add(key, 'warning', 'repaired', `The history was damaged: ${Math.max(0, said - there)} of ${said} epochs of this run are lost.`)
    }
  })()
}

function isReadable(runs: Runs, configs: Configs, id: string): boolean {
  try {
    const run = runs.get(id)
    return run !== null && configs.get(run.summary.configId, run.summary.seed).epochs > 0
  } catch {
    return false
  }
}
