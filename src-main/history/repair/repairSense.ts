/** What is left of a history after a rescue, made to fit together again. */
import { expandPlan, type StudyPlan } from '../../contract/experiment'
import { Configs } from '../configs'
import type { Repair } from '../../contract/system/storage'
import type { RunState } from '../../contract/runs/states'
import { Completeness, type Missing } from './completeness'
import type { Database } from '../files/database'
import { Events } from '../events'
import { Metrics } from '../runs/metrics'
import { quoted } from './readDamaged'
import { Runs } from '../runs/runs'
import { Studies } from '../studies'

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
      changes += db
        .prepare(
          `DELETE FROM ${quoted(child)} WHERE ${quoted(column)} IS NOT NULL AND ${quoted(column)} NOT IN (SELECT ${quoted(key)} FROM ${quoted(parent)})`,
        )
        .run().changes
  } while (changes > 0)
}

/** A config is named by its content: a study's plan gives those of its runs. */
function putConfigsOfPlans(db: Database): void {
  const lacking = db
    .prepare<[], string>('SELECT DISTINCT config FROM runs WHERE config NOT IN (SELECT id FROM configs)')
    .pluck()
    .all()
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

/** What a table may have lost: nothing, rows of some runs (null: nobody can say how many), or of any. */
export type Doubt = 'none' | 'any' | ReadonlyMap<number, number | null>

const goesOn: readonly RunState[] = ['queued', 'running', 'paused', 'stopped', 'interrupted', 'failed']

/**
 * Of a history in this program's form: runs that can be read, rolled-up columns that say what is there, and a note
 * where something went.
 * @param known runs that there were: of which no row is left is lost
 * @param unsure whether the log held pages of which nobody can say what they were: any row may then be an older one,
 *   or half of it
 * @returns each run that lost something, and what, in words
 */
export function makeSense(
  db: Database,
  doubts: ReadonlyMap<string, Doubt>,
  known: readonly string[],
  unsure: boolean,
): Repair['runs'] {
  const runs = new Runs(db)
  const configs = new Configs(db)
  const metrics = new Metrics(db)
  const events = new Events(db)
  const completeness = new Completeness(db)
  const counted = db.prepare<[], { key: number; id: string; state: RunState; said: number; there: number }>(
    'SELECT key, id, state, epochs_done AS said, (SELECT count(*) FROM epochs WHERE run = runs.key) AS there FROM runs',
  )
  const all = 'the run itself, with all that it measured'
  const lost = known.filter((id) => runs.get(id) === null).map((id) => ({ id, lost: all }))
  db.transaction(() => {
    for (const { key, id, state, said, there } of counted.all()) {
      if (!isReadable(runs, configs, id)) {
        runs.remove(id)
        lost.push({ id, lost: all })
        continue
      }
      // None are added, and all are summed again.
      if (said !== there) metrics.addEpochs(key, [])
      const words = lostWords(key, said, there, completeness.of(key).missing, doubts) || (unsure ? perhaps : '')
      if (words === '') continue
      lost.push({ id, lost: words })
      events.add(
        key,
        'warning',
        'repaired',
        `The history was damaged. Lost of this run: ${words}. ${words === perhaps ? 'Re-run it to be sure of its numbers.' : goesOn.includes(state) ? 'Resumed, it measures them again.' : 'Re-run it to measure them again.'}`,
      )
    }
  })()
  return lost
}

/** Of a run that lacks nothing: what it holds may yet not be what was confirmed last. */
const perhaps = 'perhaps what was written last, for a part of the log can’t be read that does not say whose it was'

function lostWords(
  run: number,
  said: number,
  there: number,
  missing: Missing,
  doubts: ReadonlyMap<string, Doubt>,
): string {
  const of = (table: string, ruled: number, one: string, many: string): string[] => {
    const doubt = doubts.get(table) ?? 'none'
    if (doubt === 'none') return []
    if (doubt === 'any') return ruled > 0 ? [`${ruled} ${ruled === 1 ? one : many}`] : []
    const count = doubt.get(run)
    if (count === undefined || count === 0) return []
    return count === null ? [`${many}, nobody can say how many`] : [`${count} ${count === 1 ? one : many}`]
  }
  const epochs = Math.max(said - there, missing.epochs)
  return [
    ...(epochs > 0 ? [`${epochs} of ${Math.max(said, there + epochs)} epochs`] : []),
    ...of('steps', missing.steps, 'sampled step', 'sampled steps'),
    ...of('filters', missing.filters, 'set of filters', 'sets of filters'),
    ...of('evaluations', missing.evaluation ? 1 : 0, 'evaluation', 'evaluations'),
    ...of('events', 0, 'event', 'events'),
    ...of('tags', 0, 'tag', 'tags'),
  ].join(', ')
}

function isReadable(runs: Runs, configs: Configs, id: string): boolean {
  try {
    const run = runs.get(id)
    return run !== null && configs.get(run.summary.configId, run.summary.seed).epochs > 0
  } catch {
    return false
  }
}
