/** Mends a damaged history: what can be read goes into a new one, and the damaged one is kept. */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../contract/errors'
import type { Repair } from '../contract/records'
import { renameDurably } from '../history/backup'
import { openDatabase } from '../history/database'
import { rescue } from '../history/repair'
import { listBackups, newBackupFile } from './backups'
import { prepareDataDir, type Paths } from './dataDir'
import { mustNotBeMissing, takeHistory } from './ownHistory'

/**
 * @throws WorkbenchError conflict where another program has the data directory, unavailable where a newer program wrote
 *   the history or the new one can't be written: then all is as it was
 */
export async function repairHistory(dataDir: string, program: string): Promise<Repair> {
  const paths = await prepareDataDir(dataDir)
  const lock = await takeHistory(paths, program)
  try {
    return isWhole(paths) ? { from: 'whole', kept: null, backup: null, tables: [] } : mend(paths)
  } finally {
    lock.release()
  }
}

function isWhole(paths: Paths): boolean {
  try {
    mustNotBeMissing(paths)
    openDatabase(paths.database, { suspect: true }).close()
    return true
  } catch (thrown) {
    if (thrown instanceof WorkbenchError && thrown.code === 'damaged') return false
    throw thrown
  }
}

function mend(paths: Paths): Repair {
  const { database } = paths
  const part = `${database}.repaired`
  for (const rest of [part, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true })
  const tables = existsSync(database) ? rescue(database, part) : null
  const backup = tables ? null : restoreBackup(paths, part)
  const kept = existsSync(database) ? setAside(paths) : null
  if (existsSync(part)) renameDurably(part, database)
  else rmSync(database, { force: true })
  return { from: tables ? 'history' : backup === null ? 'nothing' : 'backup', kept, backup, tables: tables ?? [] }
}

/** The newest copy that is whole, as `target`; its file. */
function restoreBackup(paths: Paths, target: string): string | null {
  for (const { file, kind } of listBackups(paths)) {
    if (kind === 'damaged') continue
    copyFileSync(file, target)
    try {
      openDatabase(target, { suspect: true }).close()
      return file
    } catch {
      rmSync(target, { force: true })
    }
  }
  return null
}

/** The damaged file gets a second name first, so that at no moment there is none; its write-ahead log goes along. */
function setAside(paths: Paths): string {
  const kept = newBackupFile(paths, '-damaged')
  name(paths.database, kept)
  const wal = `${paths.database}-wal`
  if (existsSync(wal)) renameSync(wal, `${kept}-wal`)
  rmSync(`${paths.database}-shm`, { force: true })
  return path.resolve(kept)
}

function name(file: string, second: string): void {
  try {
    linkSync(file, second)
  } catch {
    // A file system without links.
    copyFileSync(file, second)
  }
}
