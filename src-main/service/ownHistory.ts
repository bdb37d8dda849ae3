/** Which program may write the history of a data directory, and whether there is one to write. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { WorkbenchError } from '../contract/errors'
import type { Holder } from '../contract/records'
import { versionOf } from '../history/database'
import { History } from '../history/history'
import { WriterLock, writerOf } from '../history/writer'
import { backupBeforeMigration, listBackups } from './backups'
import type { Paths } from './dataDir'

/** A command that only looks has it for a moment. */
const patienceMs = 3000

/** `write` or nothing; `read` whatever others do; `either`: written to where no other program has it. */
export type Access = 'write' | 'read' | 'either'

/**
 * @returns the history, with the lock where it may be written to
 * @throws WorkbenchError conflict where it is wanted for writing and another program has it; else as `openDatabase` does
 */
export async function openHistory(paths: Paths, program: string, access: Access): Promise<{ history: History; lock: WriterLock | null }> {
  const lock = access === 'write' ? await takeHistory(paths, program) : await tryHistory(paths, program, access === 'read' ? 0 : patienceMs)
  if (!lock) {
    // The other program may be about to make it.
    for (const end = performance.now() + patienceMs; performance.now() < end && !isMade(paths); ) await wait(50)
    return { history: new History(paths.database, { readOnly: true }), lock: null }
  }
  try {
    mustNotBeMissing(paths)
    await backupBeforeMigration(paths)
    return { history: new History(paths.database, { suspect: lock.afterCrash }), lock }
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

function isMade({ database }: Paths): boolean {
  return existsSync(database) && versionOf(database) > 0
}

/** @throws WorkbenchError conflict where another program has it, and keeps it */
export async function takeHistory(paths: Paths, program: string): Promise<WriterLock> {
  const lock = await tryHistory(paths, program, patienceMs)
  if (!lock) throw heldError(paths)
  return lock
}

/** Null where another program still has it after `patience` ms. */
export async function tryHistory({ database }: Paths, program: string, patience: number): Promise<WriterLock | null> {
  const end = performance.now() + patience
  for (;;) {
    const lock = WriterLock.take(database, { pid: process.pid, program })
    if (lock || performance.now() >= end) return lock
    await wait(50)
  }
}

export function holderOf({ database }: Paths): Holder {
  return writerOf(database)
}

export function heldError(paths: Paths): WorkbenchError {
  const { pid, program } = holderOf(paths)
  return new WorkbenchError('conflict', `The data directory ${paths.dataDir} is in use by ${program}${pid === 0 ? '' : ` (process ${pid})`}: from here it can only be looked at.`, {
    fix: 'Do it there, close that program first, or take another --data-dir.',
  })
}

/**
 * A history that has gone while something says that there was one is not silently begun anew: files of its runs, its write-ahead log, copies.
 * @throws WorkbenchError damaged
 */
export function mustNotBeMissing(paths: Paths): void {
  const { database, runs } = paths
  if (existsSync(database) && statSync(database).size > 0) return
  const count = readdirSync(runs).length
  const left = [
    ...(count > 0 ? [`files of ${count} ${count === 1 ? 'run' : 'runs'} are there`] : []),
    ...(existsSync(`${database}-wal`) ? ['its write-ahead log is there'] : []),
    ...(listBackups(paths).length > 0 ? ['copies of it are there'] : []),
  ]
  if (left.length === 0) return
  throw new WorkbenchError('damaged', `The history ${database} is ${existsSync(database) ? 'empty' : 'missing'}, and ${left.join(', ')}.`, {
    fix: 'Put it back, or let `mcnn doctor --repair` take the newest backup, or begin a new one where there is none.',
  })
}
