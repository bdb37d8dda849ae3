/** Copies of a history that other programs may be writing: consistent, durable, whole or not at all. */
import { existsSync, rmSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { messageOf, WorkbenchError } from '../../contract/errors'
import { renameDurably } from '../../files/durable'
import { damaged, explainedInUse, wholeness } from '../files/database'
import { openAnyVersion } from '../files/readAccess'

/** Pages between which others get their turn. */
const pagesAtATime = 2000

/**
 * Copies the history while it may be in use. The copy is looked through before it takes its name.
 * @param target must not be there yet; its folder must
 * @param name of the target, in errors
 * @returns the copy's size in bytes
 * @throws WorkbenchError damaged where the history is not whole, unavailable where the copy can't be written
 */
export async function backupDatabase(file: string, target: string, name = target): Promise<number> {
  if (existsSync(target))
    throw new WorkbenchError('bad-input', `${target} is there already.`, { fix: 'Give the copy another name.' })
  if (!existsSync(file)) throw new WorkbenchError('not-found', `There is no history ${file} yet.`)
  const part = `${target}.${process.pid}.part`
  try {
    const db = openAnyVersion(file)
    try {
      // One moment of it, however much is written meanwhile: else the copy would begin again with every write.
      db.exec('BEGIN')
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      await db.backup(part, { progress: () => pagesAtATime })
    } finally {
      db.close()
    }
    const copy = new Sqlite(part)
    try {
      // One file, with nothing beside it.
      copy.pragma('journal_mode = DELETE')
      const result = wholeness(copy)
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
