/** Ensures that only one program writes a history at a time. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { messageOf, WorkbenchError } from '../../contract/errors'

/** The program that writes a history, as it describes itself. */
export const writer = z.object({ pid: z.int(), program: z.string().max(200) })
export type Writer = z.infer<typeof writer>

/**
 * An exclusive transaction on a separate file next to the history. The system releases it however the program ends.
 * The owner describes itself in a second file. If the next program finds that file, the owner did not exit cleanly.
 */
export class WriterLock {
  readonly #db: Sqlite.Database
  readonly #notice: string
  /** Whether the previous owner ended without releasing the lock. */
  readonly afterCrash: boolean

  private constructor(db: Sqlite.Database, notice: string, self: Writer) {
    this.#db = db
    this.#notice = notice
    this.afterCrash = readWriter(notice) !== null
    try {
      writeFileSync(notice, JSON.stringify(self))
    } catch {
      // The disk is full. The lock holds without this file, and other programs report "another program".
    }
  }

  /**
   * Acquires the lock. Returns null if another program holds it.
   * @throws WorkbenchError unavailable if the file of the lock cannot be opened
   */
  static acquire(history: string, self: Writer): WriterLock | null {
    let db: Sqlite.Database | undefined
    try {
      db = new Sqlite(`${history}.lock`, { timeout: 0 })
      db.exec('BEGIN EXCLUSIVE')
      return new WriterLock(db, noticeOf(history), self)
    } catch (cause) {
      db?.close()
      if (cause instanceof Sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')) return null
      throw new WorkbenchError('unavailable', `Cannot lock the data directory (${messageOf(cause)}).`, {
        fix: 'Check that the directory is writable and the disk is not full.',
        cause,
      })
    }
  }

  /** @param suspect whether the next program must check the complete history, as after a crash */
  release(suspect = false): void {
    if (!suspect) rmSync(this.#notice, { force: true })
    this.#db.close()
  }

  /**
   * Releases the lock after a failed opening or recovery. The next program checks the complete history if this one had
   * to, or if this one found it damaged.
   */
  releaseAfterFailure(failure: unknown): void {
    this.release(this.afterCrash || (failure instanceof WorkbenchError && failure.code === 'damaged'))
  }
}

/** Returns whether a program holds the lock of a history. Creates no files. */
export function isWriterAlive(history: string): boolean {
  const file = `${history}.lock`
  if (!existsSync(file)) return false
  let db: Sqlite.Database | undefined
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 })
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (thrown) {
    return thrown instanceof Sqlite.SqliteError && thrown.code.startsWith('SQLITE_BUSY')
  } finally {
    db?.close()
  }
}

/** Returns the program that holds the lock of a history, as far as it is known. */
export function writerOf(history: string): Writer {
  return readWriter(noticeOf(history)) ?? { pid: 0, program: 'another program' }
}

function noticeOf(history: string): string {
  return `${history}.writer`
}

function readWriter(file: string): Writer | null {
  try {
    return writer.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
