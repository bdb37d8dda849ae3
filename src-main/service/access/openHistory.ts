/** Opens the history of a data directory for one writer or for readers, and checks that it exists. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { anotherDataDir, WorkbenchError } from '../../contract/errors'
import type { Holder } from '../../contract/system/system'
import { History } from '../../history/history'
import { isWriterAlive, WriterLock, writerOf } from '../../history/files/writer'
import { backupBeforeMigration, listBackups } from '../storage/backups'
import type { Paths } from '../storage/dataDir'
import type { DataDirCreation } from '../storage/dataDirCreation'
import { isUnchanged } from '../storage/dataDirIdentity'
import { mustBeWritable } from '../storage/fileAccess'
import { orphans, recover } from './recovery'

/** Timeout for a lock that a read-only command holds for a moment, in ms. */
const lockTimeoutMs = 3000

/**
 * `write`: fails if another program writes. `read`: never writes. `either`: writes unless another program does, or the
 * directory is read-only.
 */
export type Access = 'write' | 'read' | 'either'

/**
 * If this program created the data directory and cannot create its history, the directory is removed again.
 * @param canWrite whether this user may write the data directory
 * @returns the history, and the lock if it is open for writing
 * @throws WorkbenchError conflict if `access` is `write` and another program writes; else as `openDatabase` and
 *   `openForReading`
 */
export async function openHistory(
  paths: Paths,
  program: string,
  access: Access,
  { canWrite, creation }: { canWrite: boolean; creation: DataDirCreation },
): Promise<{ history: History; lock: WriterLock | null }> {
  const lock = await lockFor(access === 'either' && !canWrite ? 'read' : access, paths, program).catch(
    (thrown: unknown) => {
      if (!isWriterAlive(paths.database)) creation.removeWithoutHistory(paths)
      throw thrown
    },
  )
  if (!lock) return { history: await openReader(paths), lock: null }
  const isMissing = !existsSync(paths.database)
  try {
    mustNotBeMissing(paths)
    mustBeWritable(paths)
    await backupBeforeMigration(paths)
    return { history: new History(paths.database, { suspect: lock.afterCrash }), lock }
  } catch (thrown) {
    if (isMissing) creation.remove(paths)
    lock.releaseAfterFailure(thrown)
    throw thrown
  }
}

/** @throws WorkbenchError conflict if `access` is `write` and another program writes */
async function lockFor(access: Access, paths: Paths, program: string): Promise<WriterLock | null> {
  if (access === 'write') return acquireLock(paths, program)
  return access === 'either' ? tryAcquireLock(paths, program, lockTimeoutMs) : null
}

/** Opens the history and writes nothing in the data directory. */
async function openReader(paths: Paths): Promise<History> {
  if (!isWriterAlive(paths.database)) mustNotBeMissing(paths)
  const history = await firstReading(paths)
  try {
    settleReader(paths, history)
    return history
  } catch (thrown) {
    history.close()
    throw thrown
  }
}

/** A program that has just acquired the lock may still be creating the history. */
async function firstReading({ database }: Paths): Promise<History> {
  for (const end = performance.now() + lockTimeoutMs; ; await wait(50)) {
    try {
      return new History(database, { readOnly: true })
    } catch (thrown) {
      const isTemporary = thrown instanceof WorkbenchError && thrown.code === 'unavailable' && isWriterAlive(database)
      if (!isTemporary || performance.now() >= end) throw thrown
    }
  }
}

/** Opens the history of a reader again after another program has written. */
export function rereadHistory(paths: Paths, history: History): void {
  history.reopen()
  settleReader(paths, history)
}

/** Marks runs of an ended process as interrupted, as the next writer will, but only in a private copy. */
function settleReader(paths: Paths, history: History): void {
  if (!history.isPrivate && (isWriterAlive(paths.database) || orphans({ history, paths }).length === 0)) return
  if (!history.isPrivate) history.reopen(true)
  try {
    recover({ history, paths, emit: () => undefined })
  } finally {
    history.mayNotWrite()
  }
}

/** @throws WorkbenchError conflict if another program still holds the lock after the timeout */
export async function acquireLock(paths: Paths, program: string): Promise<WriterLock> {
  const lock = await tryAcquireLock(paths, program, lockTimeoutMs)
  if (!lock) throw heldError(paths)
  return lock
}

/** A command that failed has removed the data directory that it created, while this program waited for its lock. */
export class DataDirRemoved extends WorkbenchError {
  constructor({ dataDir }: Paths) {
    super('unavailable', `The data directory ${dataDir} was removed by another program.`, {
      fix: 'Start this program again.',
    })
  }
}

/**
 * Returns null if another program still holds the lock after the timeout.
 * @throws DataDirRemoved
 */
export async function tryAcquireLock(paths: Paths, program: string, timeoutMs: number): Promise<WriterLock | null> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const lock = takeLock(paths, program)
    if (lock || performance.now() >= end) return lock
    await wait(50)
  }
}

function takeLock(paths: Paths, program: string): WriterLock | null {
  if (!isUnchanged(paths)) throw new DataDirRemoved(paths)
  const lock = WriterLock.acquire(paths.database, { pid: process.pid, program })
  // The file of the lock may have been removed after it was opened.
  if (!lock || isUnchanged(paths)) return lock
  lock.release()
  throw new DataDirRemoved(paths)
}

export function holderOf({ database }: Paths): Holder {
  return writerOf(database)
}

export function heldError(paths: Paths): WorkbenchError {
  const { pid, program } = holderOf(paths)
  return new WorkbenchError(
    'conflict',
    `The data directory ${paths.dataDir} is in use by ${program}${pid === 0 ? '' : ` (process ${pid})`}: this program can only read it.`,
    { fix: `Use that program, close it first, or choose ${anotherDataDir}.` },
  )
}

/**
 * Refuses to start an empty history if run files, a write-ahead log or backups show that there was one.
 * @throws WorkbenchError damaged
 */
export function mustNotBeMissing(paths: Paths): void {
  const { database, runs, records } = paths
  if (existsSync(database) && statSync(database).size > 0) return
  const count = existsSync(runs) ? readdirSync(runs).length : 0
  const left = [
    ...(count > 0 ? [`files of ${count} ${count === 1 ? 'run' : 'runs'} exist`] : []),
    ...(existsSync(records) && readdirSync(records).length > 0 ? ['records of studies exist'] : []),
    ...(existsSync(`${database}-wal`) ? ['its write-ahead log exists'] : []),
    ...(listBackups(paths).length > 0 ? ['backups of it exist'] : []),
  ]
  if (left.length === 0) return
  throw new WorkbenchError(
    'damaged',
    `The history ${database} is ${existsSync(database) ? 'empty' : 'missing'}, but ${left.join(', ')}.`,
    {
      fix: 'Put the file back, or run `mcnn doctor --repair`, which rebuilds it from the newest backup, the records of studies and the journals of runs.',
    },
  )
}
