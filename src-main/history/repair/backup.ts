/** Copies a history that other programs may be writing. A copy is consistent and durable, and complete or absent. */
import { existsSync, rmSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { messageOf, WorkbenchError } from '../../contract/errors'
import { renameDurably } from '../../files/durable'
import { damaged, explainedInUse, checkIntegrity } from '../files/database'
import { openAnyVersion } from '../files/readAccess'

/** Pages that are copied before other calls run. */
const pagesAtATime = 2000

/**
 * Copies the history while it may be in use. The copy is checked before it gets its final name.
 * @param target must not exist; its folder must
 * @param name of the target, in errors
 * @returns the size of the copy in bytes
 * @throws WorkbenchError damaged if the history is corrupt, unavailable if the copy cannot be written
 */
export async function backupDatabase(file: string, target: string, name = target): Promise<number> {
  if (existsSync(target))
    throw new WorkbenchError('bad-input', `${target} is there already.`, { fix: 'Give the copy another name.' })
  if (!existsSync(file)) throw new WorkbenchError('not-found', `There is no history ${file} yet.`)
  const part = `${target}.${process.pid}.part`
  try {
    const db = openAnyVersion(file)
    try {
      // A snapshot: otherwise the copy would start again after every write.
      db.exec('BEGIN')
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      await db.backup(part, { progress: () => pagesAtATime })
    } finally {
      db.close()
    }
    const copy = new Sqlite(part)
    try {
      // A single file without a log.
      copy.pragma('journal_mode = DELETE')
      const result = checkIntegrity(copy)
      if (result !== 'ok') throw damaged(file, result)
    } finally {
      copy.close()
    }
    renameDurably(part, target)
    return statSync(target).size
  } catch (thrown) {
    for (const rest of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true })
    const explained = explainedInUse(file, thrown)
    if (explained instanceof WorkbenchError) throw explained
    throw new WorkbenchError('unavailable', `The copy ${name} could not be written (${messageOf(thrown)}).`, {
      fix: 'Check that its folder can be written and the disk is not full.',
      cause: thrown,
    })
  }
}
