import { messageOf, WorkbenchError } from '../../contract/errors'
import type { Condition, Holder } from '../../contract/system/system'
import type { WriterLock } from '../../history/files/writer'
import type { Context } from '../app/context'
import { mustBeWritable, notWritable } from '../storage/fileAccess'
import { heldError, holderOf, rereadHistory, tryAcquireLock, type Access } from './openHistory'
import { cleanUpAfterCrash } from './recovery'

interface Options {
  /** How the history was opened. */
  access: Access
  canWrite: boolean
  /** This program's name for others. */
  as: string
  /** Recovers the runs of programs that are gone; called when this program has become the writer. */
  recover: () => void
}

/** Whether this service may write the history; reports changes. */
export class WriteAccess {
  readonly #context: Context
  readonly #options: Options
  #lock: WriterLock | null
  #heldBy: Holder | null
  #seen = ''
  /** Why the last take-over or reading failed. */
  #problem = ''
  #taking = false

  /**
   * @param lock null if another program holds it
   */
  constructor(context: Context, lock: WriterLock | null, options: Options) {
    this.#context = context
    this.#options = options
    this.#lock = lock
    this.#heldBy = lock ? null : holderOf(context.paths)
  }

  /** Call after recovery. From then on changes of the access are reported. */
  settle(): void {
    this.#seen = this.#context.history.dataVersion()
  }

  get mayWrite(): boolean {
    return this.#lock !== null
  }

  get condition(): Condition {
    const { disk, startLock } = this.#context
    return { heldBy: this.#heldBy, disk: disk.problem, otherVerification: this.mayWrite && startLock.isTaken }
  }

  /** @throws WorkbenchError conflict */
  mustMayWrite(): void {
    if (this.mayWrite) return
    if (this.#options.access === 'read') throw new WorkbenchError('conflict', 'The history was opened read-only.')
    if (!this.#options.canWrite) throw notWritable(this.#context.paths)
    throw heldError(this.#context.paths)
  }

  /** Reports changes by another program. Takes over the history if that program has ended and this one may write. */
  follow(): void {
    try {
      this.#readChanges()
    } catch (thrown) {
      this.#reportOnce('The history could not be read again', thrown)
    }
    if (this.#options.access === 'either' && this.#options.canWrite) void this.#takeOver()
  }

  /** @param suspect whether a query met corruption */
  release(suspect = false): void {
    this.#lock?.release(suspect)
    this.#lock = null
  }

  #readChanges(): void {
    const { history, paths, emit } = this.#context
    const version = history.dataVersion()
    if (version === this.#seen) return
    this.#seen = version
    if (history.isPrivate) rereadHistory(paths, history)
    emit('history.changed', {})
  }

  async #takeOver(): Promise<void> {
    if (this.#taking) return
    this.#taking = true
    const { paths } = this.#context
    try {
      const lock = await tryAcquireLock(paths, this.#options.as, 0)
      if (lock) this.#write(lock)
      else this.#showHolder(holderOf(paths))
    } catch (thrown) {
      this.#reportOnce('The history could not be taken over', thrown)
    } finally {
      this.#taking = false
    }
  }

  /** Logs each reason once: the attempt is repeated every few seconds. */
  #reportOnce(failure: string, thrown: unknown): void {
    const reason = messageOf(thrown)
    if (reason !== this.#problem) process.stderr.write(`${failure}: ${reason}\n`)
    this.#problem = reason
  }

  /** @throws what opening or recovering throws; then the lock is released and the history is read-only as before */
  #write(lock: WriterLock): void {
    const { history, paths, emit } = this.#context
    try {
      mustBeWritable(paths)
      history.openForWriting({ suspect: lock.afterCrash })
      cleanUpAfterCrash(this.#context)
      this.#options.recover()
    } catch (thrown) {
      this.#stopWriting(lock, thrown)
      throw thrown
    }
    this.#lock = lock
    this.#heldBy = null
    this.#problem = ''
    emit('system.condition', this.condition)
    emit('history.changed', {})
  }

  /** Opens the history for reading again. An error here must not hide the reason of the failed take-over. */
  #stopWriting(lock: WriterLock, failure: unknown): void {
    const { history, paths } = this.#context
    try {
      history.stopWriting()
    } finally {
      lock.releaseAfterFailure(failure)
    }
    try {
      rereadHistory(paths, history)
    } catch (thrown) {
      if (messageOf(thrown) !== messageOf(failure)) this.#reportOnce('The history could not be read again', thrown)
    }
  }

  #showHolder(now: Holder): void {
    const changed = now.pid !== this.#heldBy?.pid
    this.#heldBy = now
    if (changed) this.#context.emit('system.condition', this.condition)
  }
}
