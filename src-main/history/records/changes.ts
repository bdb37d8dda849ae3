/** Finds the studies whose records must be written again, whichever statement changed them. */
import type { Database } from '../files/database'
import { measuredRunColumns } from '../runs/metricSql'

/**
 * Makes a connection list the ids of studies in the temporary table `changed_studies` when it changes the content of
 * their records.
 */
export function noticeChanges(db: Database): void {
  const columns = db.prepare<[], string>(`SELECT name FROM pragma_table_info('runs')`).pluck().all()
  db.exec(changeTriggers(columns.filter((name) => !measuredRunColumns.has(name))))
}

/** Returns the statements that create the table and its triggers. @param columns those of runs that records hold */
function changeTriggers(columns: readonly string[]): string {
  // Not OR IGNORE: a trigger uses the conflict clause of the statement that fires it.
  const add = (ids: string): string =>
    `INSERT INTO changed_studies SELECT id FROM (${ids}) WHERE id NOT IN (SELECT id FROM changed_studies);`
  const ofStudy = (key: string): string => add(`SELECT id FROM studies WHERE key = ${key}`)
  const ofRun = (key: string): string => ofStudy(`(SELECT study FROM runs WHERE key = ${key})`)
  const triggers: [when: string, then: string][] = [
    ['INSERT ON studies', add('SELECT new.id AS id')],
    ['UPDATE ON studies', add('SELECT old.id AS id UNION SELECT new.id')],
    ['DELETE ON studies', add('SELECT old.id AS id')],
    ['INSERT ON runs', ofStudy('new.study')],
    [`UPDATE OF ${columns.join(', ')} ON runs`, ofStudy('old.study') + ofStudy('new.study')],
    ['DELETE ON runs', ofStudy('old.study')],
    ['INSERT ON tags', ofRun('new.run')],
    ['DELETE ON tags', ofRun('old.run')],
    ['INSERT ON events WHEN new.journaled = 0', ofRun('new.run')],
  ]
  return [
    'CREATE TEMP TABLE changed_studies (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;',
    ...triggers.map(([when, then], i) => `CREATE TEMP TRIGGER record_${i} AFTER ${when} BEGIN ${then} END;`),
  ].join('\n')
}
