/**
 * Opens a history for reading as any user, and creates or changes no file next to it.
 * - While a program writes the history, its write-ahead log and shared memory exist. SQLite reads through them and
 *   follows that program.
 * - After a program has closed the history, it is one file, which SQLite opens read-only.
 * - Anything else (a log left by a crash, the format of an earlier version) is read from a private copy in the system's
 *   temporary folder. The copy may be migrated and repaired. Its files are unlinked as soon as they are open.
 */
import { copyFileSync, constants, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { codeOf, WorkbenchError } from '../../contract/errors'
import {
  beCareful,
  busyTimeoutMs,
  explained,
  headerOf,
  mustBeHistory,
  mustBeWhole,
  mustNotBeForeign,
  newer,
  older,
  openDatabase,
  userVersion,
  type Database,
} from './database'
import { migrations } from '../migrations'
import { isWriterAlive } from './writer'

export interface Reading {
  db: Database
  /** State of the files that a private copy was made from; null if the history itself is open. */
  copyOf: string | null
}

const besides = ['', '-wal', '-journal'] as const
/** A copy is repeated if a program writes at the same time. */
const copyAttempts = 20

/**
 * @param privately always makes a copy, which may then be written
 * @throws WorkbenchError unavailable if the history cannot be read, or its version is not this program's; damaged;
 *   bad-data for a database of another program
 */
export function openForReading(file: string, { privately = false }: { privately?: boolean } = {}): Reading {
  try {
    if (!privately) {
      if (isWriterAlive(file)) return { db: openShared(file, true), copyOf: null }
      if (isOneFile(file)) return { db: openShared(file, false), copyOf: null }
    }
    return openCopy(file)
  } catch (thrown) {
    throw explained(file, thrown)
  }
}

/** Opens a history of any version for copying it page by page. */
export function openAnyVersion(file: string): Database {
  if (isWriterAlive(file) || isClosed(file))
    return new Sqlite(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs })
  return withCopy(file, (copy) => {
    const db = new Sqlite(copy, { timeout: busyTimeoutMs })
    keepWithoutName(db)
    return db
  })
}

/**
 * Turns off the log, so that the database can be written after its file is unlinked: SQLite refuses that with a journal
 * on the disk.
 */
function keepWithoutName(db: Database): void {
  db.pragma('journal_mode = MEMORY')
}

/** Describes the files of a history: a change means that another program wrote. */
export function stateOf(file: string): string {
  return besides
    .map((end) => {
      const found = statSync(file + end, { throwIfNoEntry: false })
      return found ? `${found.ino}:${found.size}:${found.mtimeMs}` : '-'
    })
    .join(' ')
}

function openShared(file: string, isWritten: boolean): Database {
  // Reading the header here would release the locks of a writer in this very process (fcntl(2)).
  if (!isWritten) mustNotBeForeign(file)
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs })
  try {
    beCareful(db)
    db.pragma('query_only = ON')
    mustBeHistory(db, file)
    const version = userVersion(db)
    if (version > migrations.length) throw newer(file, version, migrations.length)
    if (version < migrations.length) throw older(file)
    if (!isWritten) mustBeWhole(file)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

function openCopy(file: string): Reading {
  if (!existsSync(file) || statSync(file).size === 0) return { db: openDatabase(':memory:'), copyOf: stateOf(file) }
  mustNotBeForeign(file)
  let copyOf = ''
  const db = withCopy(file, (copy, state) => {
    copyOf = state
    const opened = openDatabase(copy)
    keepWithoutName(opened)
    return opened
  })
  return { db, copyOf }
}

function withCopy(file: string, open: (copy: string, state: string) => Database): Database {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-history-'))
  const copy = path.join(folder, path.basename(file))
  try {
    for (let attempt = 1; ; attempt++) {
      const state = stateOf(file)
      for (const end of besides)
        if (existsSync(file + end)) copyFileSync(file + end, copy + end, constants.COPYFILE_FICLONE)
      if (stateOf(file) === state) return open(copy, state)
      if (attempt >= copyAttempts)
        throw new WorkbenchError('unavailable', `The history ${file} is being written by another program.`, {
          fix: 'Try again.',
        })
      for (const end of besides) rmSync(copy + end, { force: true })
    }
  } catch (thrown) {
    if (thrown instanceof WorkbenchError)
      throw new WorkbenchError(thrown.code, thrown.message.replaceAll(copy, file), { fix: thrown.fix, cause: thrown })
    if (codeOf(thrown) !== 'ENOSPC') throw thrown
    throw new WorkbenchError('unavailable', `The history ${file} must be copied to be read, and ${tmpdir()} is full.`, {
      fix: 'Free some space there, or set TMPDIR to another folder.',
      cause: thrown,
    })
  } finally {
    // On Linux an open file stays readable without a name.
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Returns whether a program closed the history in this program's format: then it is complete without any other file.
 */
function isOneFile(file: string): boolean {
  return isClosed(file) && headerOf(file)?.readUInt32BE(60) === migrations.length
}

/** Returns whether the database consists of this file only. Bytes 18 and 19 of the header are 2 in WAL mode. */
function isClosed(file: string): boolean {
  const isEmpty = (end: string): boolean => (statSync(file + end, { throwIfNoEntry: false })?.size ?? 0) === 0
  return existsSync(file) && isEmpty('-wal') && isEmpty('-journal') && headerOf(file)?.[18] === 1
}
