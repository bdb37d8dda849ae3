/** Repairs a corrupt or missing history: writes a new one and keeps the corrupt file. */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import type { Repair } from '../../contract/system/storage'
import { renameDurably } from '../../files/durable'
import { openDatabase } from '../../history/files/database'
import { History } from '../../history/history'
import { newBackupFile } from './backups'
import type { Paths } from './dataDir'
import { prepareDataDir } from './dataDirIdentity'
import { mustNotBeMissing, acquireLock } from '../access/openHistory'
import { rebuild } from './rebuild'

/**
 * @throws WorkbenchError conflict if another program uses the data directory, unavailable if a newer program wrote the
 *   history or the new one cannot be written; nothing has changed then
 */
export async function repairHistory(dataDir: string, program: string): Promise<Repair> {
  const paths = prepareDataDir(dataDir)
  const lock = await acquireLock(paths, program)
  try {
    const repair = isIntact(paths) ? unneededRepair(paths) : replaceHistory(paths)
    lock.release()
    return repair
  } catch (thrown) {
    lock.releaseAfterFailure(thrown)
    throw thrown
  }
}

function isIntact(paths: Paths): boolean {
  try {
    mustNotBeMissing(paths)
    openDatabase(paths.database, { suspect: true }).close()
    return true
  } catch (thrown) {
    if (thrown instanceof WorkbenchError && thrown.code === 'damaged') return false
    throw thrown
  }
}

/** The report for a history that needs no repair. */
function unneededRepair(paths: Paths): Repair {
  const history = new History(paths.database)
  try {
    const counts = { studies: history.records.ids().length, runs: history.records.runIds().length }
    return { from: 'whole', kept: null, backup: null, ...counts, losses: [], problems: [] }
  } finally {
    history.close()
  }
}

function replaceHistory(paths: Paths): Repair {
  const { database } = paths
  const part = `${database}.repaired`
  for (const rest of [part, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true })
  // Only an explicit repair creates an empty history: a start refuses to if files of runs exist.
  const rebuilt = rebuild(paths, part)
  const kept = setAside(paths)
  renameDurably(part, database)
  return { ...rebuilt, kept }
}

/**
 * Gives the corrupt file a second name before it is replaced, so that one of them always exists. Its write-ahead log
 * moves too: SQLite would apply it to the new history.
 */
function setAside(paths: Paths): string | null {
  const wal = `${paths.database}-wal`
  const [file, log] = [existsSync(paths.database), existsSync(wal)]
  if (!file && !log) return null
  const kept = newBackupFile(paths, '-damaged')
  if (file) name(paths.database, kept)
  if (log) renameSync(wal, `${kept}-wal`)
  // SQLite would roll back a journal next to the new history into it.
  if (existsSync(`${paths.database}-journal`)) renameSync(`${paths.database}-journal`, `${kept}-journal`)
  rmSync(`${paths.database}-shm`, { force: true })
  return path.resolve(kept)
}

function name(file: string, second: string): void {
  try {
    linkSync(file, second)
  } catch {
    // This file system has no hard links.
    copyFileSync(file, second)
  }
}
