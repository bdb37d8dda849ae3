/** The history's database file: looked at, opened, brought to this program's version. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { messageOf, WorkbenchError } from '../contract/errors'
import { migrations } from './migrations'

export type Database = Sqlite.Database

/** How long a write waits for another program's write before it gives up. */
const busyTimeoutMs = 10_000

/**
 * Opens or makes the database and migrates it.
 * @throws WorkbenchError unavailable where a newer program wrote it (it is left untouched), the file is no database, or it
 *   can't be opened
 */
export function openDatabase(file: string, steps: readonly string[] = migrations): Database {
  const found = existsSync(file) ? versionOf(file) : 0
  if (found > steps.length) throw newer(file, found, steps.length)
  let db: Database | undefined
  try {
    db = new Sqlite(file, { timeout: busyTimeoutMs })
    // The file may come from anywhere (sqlite.org/security.html): its schema calls no function that does more than compute.
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    useWal(db)
    // FULL: a result that was reported must outlive a power cut.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    migrate(db, file, steps)
    return db
  } catch (cause) {
    db?.close()
    throw explained(file, cause)
  }
}

function migrate(db: Database, file: string, steps: readonly string[]): void {
  if (userVersion(db) === steps.length) return
  // Immediate, and the version read again inside: two programs may start on one data directory.
  const run = db.transaction(() => {
    const version = userVersion(db)
    if (version > steps.length) throw newer(file, version, steps.length)
    for (const step of steps.slice(version)) db.exec(step)
    db.pragma(`user_version = ${steps.length}`)
  })
  run.immediate()
}

/** SQLite answers "busy" at once, without its own waiting, where two programs turn a new database to WAL. */
function useWal(db: Database): void {
  const deadline = Date.now() + busyTimeoutMs
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (thrown) {
      if (!(thrown instanceof Sqlite.SqliteError) || !thrown.code.startsWith('SQLITE_BUSY') || Date.now() > deadline) throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function userVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/**
 * The version, read from the file's header (sqlite.org/fileformat2.html, section 1.3): SQLite itself would make a WAL
 * file beside a database that must not be touched. Where a WAL lies there already, it may hold a newer header.
 */
function versionOf(file: string): number {
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
  if (read === 0) return 0
  if (read < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw foreign(file)
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

function newer(file: string, found: number, known: number): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `The history ${file} was written by a newer MCNN Workbench (its version is ${found}; this program knows ${known}). It was not touched.`,
    { fix: 'Update this program, or choose another data directory with --data-dir or MCNN_DATA_DIR.' },
  )
}

function foreign(file: string): WorkbenchError {
  return new WorkbenchError('unavailable', `${file} is not a database, or it is damaged.`, {
    fix: `Move ${basename(file)} away, or put a copy of it back; the program makes a new one.`,
  })
}

/** SQLite finds nothing wrong with the file, and a row holds what this program never wrote. */
function altered(file: string, cause: Error): WorkbenchError {
  return new WorkbenchError('bad-data', `The history ${file} holds something that can’t be read: ${messageOf(cause).slice(0, 300)}`, {
    fix: 'It was damaged or changed by hand. `mcnn doctor` looks at it; put a copy of it back where you have one.',
    cause,
  })
}

function explained(file: string, cause: unknown): Error {
  if (cause instanceof WorkbenchError) return cause
  return isDamage(cause) ? foreign(file) : unusable(file, 'could not be opened', cause)
}

/** What SQLite says of a database in use, damaged or not writable, as an error to act on; other errors as they are. */
export function explainedInUse(file: string, thrown: unknown): unknown {
  if (thrown instanceof z.ZodError || thrown instanceof SyntaxError) return altered(file, thrown)
  if (!(thrown instanceof Sqlite.SqliteError) || !environmental.test(thrown.code)) return thrown
  return isDamage(thrown) ? foreign(file) : unusable(file, 'could not be read or written', thrown)
}

/** Of the file and its disk, not of a statement of ours. */
const environmental = /^SQLITE_(NOTADB|CORRUPT|READONLY|FULL|IOERR|CANTOPEN|BUSY|PERM)/

function isDamage(cause: unknown): boolean {
  return cause instanceof Sqlite.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(cause.code)
}

function unusable(file: string, what: string, cause: unknown): WorkbenchError {
  return new WorkbenchError('unavailable', `The history ${file} ${what}: ${messageOf(cause)}.`, {
    fix: 'Check that the data directory can be written and the disk is not full.',
    cause,
  })
}
