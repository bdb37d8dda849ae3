/** One program writes a history at a time. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { messageOf, WorkbenchError } from '../../contract/errors'

/** Who has a history, as it says of itself. */
export const writer = z.object({ pid: z.int(), program: z.string().max(200) })
export type Writer = z.infer<typeof writer>

/**
 * Held by an exclusive transaction on a file of its own, beside the history: the system lets go of it whatever the
 * program dies of. What the holder says of itself lies in another file; where that is found by the next one, the holder
 * did not end well.
 */
export class WriterLock {
  readonly #db: Sqlite.Database
  readonly #notice: string
  /** Whether the program that had it before ended without letting go. */
  readonly afterCrash: boolean

  private constructor(db: Sqlite.Database, notice: string, self: Writer) {
    this.#db = db
    this.#notice = notice
    this.afterCrash = readWriter(notice) !== null
    try {
      writeFileSync(notice, JSON.stringify(self))
    } catch {
      // A full disk: the lock holds without it, and others say "another program".
    }
  }

  /**
   * Null where another program has it.
   * @throws WorkbenchError unavailable where the lock's file can't be opened
   */
  static take(history: string, self: Writer): WriterLock | null {
    let db: Sqlite.Database | undefined
    try {
      db = new Sqlite(`${history}.lock`, { timeout: 0 })
      db.exec('BEGIN EXCLUSIVE')
      return new WriterLock(db, noticeOf(history), self)
    } catch (cause) {
      db?.close()
      if (cause instanceof Sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')) return null
      throw new WorkbenchError('unavailable', `The data directory can't be taken (${messageOf(cause)}).`, {
        fix: 'Check that it can be written and the disk is not full.',
        cause,
      })
    }
  }

  /** @param suspect the next program shall look through the history as after a crash */
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

/** Whether a program writes the history now. Creates nothing. */
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

/** The program that has a history, as far as it is known. */
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
