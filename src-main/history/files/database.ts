/** Inspects, opens and migrates the database file of a history. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { anotherDataDir, messageOf, WorkbenchError } from '../../contract/errors'
import { applicationId, historyTables } from './historyFile'
import { migrations } from '../migrations'
import { walDamage } from '../repair/wal'

export type Database = Sqlite.Database

/** How long a write waits for the write of another program. */
export const busyTimeoutMs = 10_000
/** Size up to which a complete check takes a fraction of a second. */
const alwaysCheckedBytes = 64 * 1024 * 1024

export interface Opening {
  steps?: readonly string[]
  /** Check the complete file whatever its size, because the last program crashed. */
  suspect?: boolean
}

/**
 * Opens or creates the database, checks it and migrates it.
 * @throws WorkbenchError unavailable if a newer program wrote it or it cannot be opened; damaged if it is corrupt or no
 *   database. In both cases the file is unchanged.
 */
export function openDatabase(file: string, { steps = migrations, suspect = false }: Opening = {}): Database {
  mustNotBeForeign(file)
  // Before SQLite opens the file.
  const damage = walDamage(file)
  if (damage !== null) throw damaged(file, damage)
  const found = existsSync(file) ? versionOf(file) : 0
  if (found > steps.length) throw newer(file, found, steps.length)
  let db: Database | undefined
  try {
    if (found > 0) mustBeWhole(file, suspect)
    db = new Sqlite(file, { timeout: busyTimeoutMs })
    beCareful(db)
    mustBeHistory(db, file)
    useWal(db)
    // FULL: a reported result must survive a power cut.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    migrate(db, file, steps)
    return db
  } catch (cause) {
    db?.close()
    throw explained(file, cause)
  }
}

/** The file may come from anywhere (sqlite.org/security.html): its schema calls no function with side effects. */
export function beCareful(db: Database): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
  // By default SQLite sorts and keeps statement journals in TMPDIR, which may be full while the data directory is not.
  db.pragma('temp_store = MEMORY')
}

/**
 * Closes a history so that it is one file, which a reader opens without creating another one. While a reader is
 * connected, the files of the write-ahead log stay.
 */
export function closeDatabase(db: Database): void {
  try {
    db.pragma('busy_timeout = 0')
    db.pragma('journal_mode = DELETE')
  } catch {
    // A reader is connected, or the disk is full or missing: the next writer handles the log.
  }
  db.close()
}

/** Checks the header only. @throws WorkbenchError bad-data for a database of another program */
export function mustNotBeForeign(file: string): void {
  if (!existsSync(file)) return
  try {
    const id = headerOf(file)?.readUInt32BE(68) ?? 0
    if (id !== 0 && id !== applicationId) throw foreign(file)
  } catch (thrown) {
    if (thrown instanceof WorkbenchError && thrown.code !== 'damaged') throw thrown
  }
}

/** @throws WorkbenchError bad-data for a database with the tables of another program */
export function mustBeHistory(db: Database, file: string): void {
  const id = Number(db.pragma('application_id', { simple: true }))
  if (id !== 0 && id !== applicationId) throw foreign(file)
  const names = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  if (id === 0 && names.length > 0 && !historyTables.every((table) => names.includes(table))) throw foreign(file)
}

function foreign(file: string): WorkbenchError {
  return new WorkbenchError('bad-data', `${file} is a database of another program.`, {
    fix: `Move it elsewhere, or choose ${anotherDataDir}.`,
  })
}

/**
 * Checks the file through a read-only connection: opening a corrupt file for writing could change it further. Only a
 * writing connection can roll back the journal of an unfinished transaction.
 * @param suspect checks a large file too
 * @throws WorkbenchError damaged
 */
export function mustBeWhole(file: string, suspect = false): void {
  if (!suspect && statSync(file).size > alwaysCheckedBytes) return
  const db = new Sqlite(file, { readonly: !existsSync(`${file}-journal`), timeout: busyTimeoutMs })
  try {
    const result = checkIntegrity(db)
    if (result !== 'ok') throw damaged(file, result)
  } finally {
    db.close()
  }
}

/** Returns 'ok', or the fault in SQLite's words. */
export function checkIntegrity(db: Database): string {
  return String(db.pragma('quick_check(1)', { simple: true })).replace(/\s+/g, ' ')
}

function migrate(db: Database, file: string, steps: readonly string[]): void {
  if (userVersion(db) === steps.length && isMarked(db)) return
  // The transaction is immediate and reads the version again: two programs may start on one data directory.
  const run = db.transaction(() => {
    const version = userVersion(db)
    if (version > steps.length) throw newer(file, version, steps.length)
    for (const step of steps.slice(version)) db.exec(step)
    db.pragma(`user_version = ${steps.length}`)
    db.pragma(`application_id = ${applicationId}`)
  })
  run.immediate()
}

function isMarked(db: Database): boolean {
  return Number(db.pragma('application_id', { simple: true })) === applicationId
}

/** If two programs switch a new database to WAL, SQLite reports "busy" at once, without its timeout. */
function useWal(db: Database): void {
  const deadline = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (thrown) {
      if (
        !(thrown instanceof Sqlite.SqliteError) ||
        !thrown.code.startsWith('SQLITE_BUSY') ||
        performance.now() > deadline
      )
        throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

export function userVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/**
 * Returns the version from the file's header (sqlite.org/fileformat2.html, section 1.3). SQLite itself would create a
 * WAL file next to a database that must not be changed. An existing WAL may contain a newer header.
 */
export function versionOf(file: string): number {
  const header = headerOf(file)
  if (header === null) return 0
  if (!existsSync(`${file}-wal`)) return header.readUInt32BE(60)
  const db = new Sqlite(file, { readonly: true, timeout: busyTimeoutMs })
  try {
    return userVersion(db)
  } catch (cause) {
    throw explained(file, cause)
  } finally {
    db.close()
  }
}

/** Returns the first 100 bytes; null if the file is empty. @throws WorkbenchError damaged if it is no database, unavailable if it cannot be read */
export function headerOf(file: string): Buffer | null {
  const header = Buffer.alloc(100)
  let read: number
  try {
    const fd = openSync(file, 'r')
    try {
      read = readSync(fd, header, 0, header.length, 0)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw explained(file, cause)
  }
  if (read === 0) return null
  if (read < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw damaged(file, 'it has no header of an SQLite database')
  return header
}

export function newer(file: string, found: number, known: number): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `The history ${file} was written by a newer MCNN Workbench (its version is ${found}; this program knows ${known}). It was not touched.`,
    { fix: `Update this program, or choose ${anotherDataDir}.` },
  )
}

export function older(file: string): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `The history ${file} is in use by an older MCNN Workbench, and this one would have to upgrade it.`,
    {
      fix: 'Close the other program first.',
    },
  )
}

/** @param what the fault */
export function damaged(file: string, what: string): WorkbenchError {
  return new WorkbenchError('damaged', `The history ${file} is corrupt: ${what}. It was not changed.`, {
    fix: '`mcnn doctor --repair` rebuilds it from the records and journals in the data directory, and keeps this file.',
  })
}

/** The error of an intact file in which a row holds a value that this program never writes. */
function altered(file: string, cause: Error): WorkbenchError {
  return new WorkbenchError(
    'bad-data',
    `The history ${file} contains an unreadable value: ${messageOf(cause).slice(0, 300)}`,
    {
      fix: 'The file is corrupt or was edited. Check it with `mcnn doctor`, and restore a backup.',
      cause,
    },
  )
}

export function explained(file: string, cause: unknown): Error {
  if (cause instanceof WorkbenchError) return cause
  return isDamage(cause) ? damaged(file, messageOf(cause)) : unusable(file, 'could not be opened', cause)
}

/**
 * Converts errors of SQLite about a database in use, a corrupt file or missing permissions; returns others unchanged.
 */
export function explainedInUse(file: string, thrown: unknown): unknown {
  if (thrown instanceof z.ZodError || thrown instanceof SyntaxError) return altered(file, thrown)
  if (!(thrown instanceof Sqlite.SqliteError) || !environmental.test(thrown.code)) return thrown
  return isDamage(thrown) ? damaged(file, messageOf(thrown)) : unusable(file, 'could not be read or written', thrown)
}

/** Returns whether the error is one of the file or its disk, not of a statement. */
const environmental = /^SQLITE_(NOTADB|CORRUPT|READONLY|FULL|IOERR|CANTOPEN|BUSY|PERM)/

const systemCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT', 'ESTALE', 'ENODEV', 'ENXIO', 'ENOTCONN']

/** Returns whether a write failed because of the disk: full, read-only, failing, missing, or locked for a long time. */
export function isDiskProblem(thrown: unknown): boolean {
  if (thrown instanceof Sqlite.SqliteError) return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|PERM)/.test(thrown.code)
  return thrown instanceof Error && 'code' in thrown && systemCodes.includes(String(thrown.code))
}

export function isDamage(cause: unknown): boolean {
  return cause instanceof Sqlite.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(cause.code)
}

function unusable(file: string, what: string, cause: unknown): WorkbenchError {
  return new WorkbenchError('unavailable', `The history ${file} ${what}: ${messageOf(cause)}.`, {
    fix: 'Check that the data directory can be written and the disk is not full.',
    cause,
  })
}
