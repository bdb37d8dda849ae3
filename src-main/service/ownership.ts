import { messageOf, WorkbenchError } from '../contract/errors'
import type { Condition, Holder } from '../contract/records'
import type { WriterLock } from '../history/writer'
import type { Context } from './context'
import { heldError, holderOf, tryHistory, type Access } from './ownHistory'
import { clearUp, recover } from './recovery'

/** Whether this service may write the history, and when that changes. */
export class Ownership {
  readonly #context: Context
  readonly #options: { access: Access; as: string }
  #lock: WriterLock | null
  #heldBy: Holder | null
  #seen = 0
  #taking = false

  /** @param lock null where another program has the history. @param options what it was opened for, and as what it is known to others */
  constructor(context: Context, lock: WriterLock | null, options: { access: Access; as: string }) {
    this.#context = context
    this.#options = options
    this.#lock = lock
    this.#heldBy = lock ? null : holderOf(context.paths)
  }

  /** Who only looks lets go at once, when what had to be made or put right is done. */
  settle(): void {
    this.#seen = this.#context.history.dataVersion()
    if (this.#options.access !== 'read' || !this.#lock) return
    this.#context.history.mayNotWrite()
    this.release()
  }

  get mayWrite(): boolean {
    return this.#lock !== null
  }

  get condition(): Condition {
    return { heldBy: this.#heldBy, disk: this.#context.disk.problem }
  }

  /** @throws WorkbenchError conflict */
  mustMayWrite(): void {
    if (this.mayWrite) return
    if (this.#options.access === 'read') throw new WorkbenchError('conflict', 'The history was opened read-only.')
    throw heldError(this.#context.paths)
  }

  /** Tells what another program wrote; takes over where that is wanted and it has gone. */
  follow(): void {
    const { history, emit } = this.#context
    const version = history.dataVersion()
    if (version !== this.#seen) emit('history.changed', {})
    this.#seen = version
    if (this.#options.access === 'either') void this.#takeOver()
  }

  /** @param suspect damage was met in the history */
  release(suspect = false): void {
    this.#lock?.release(suspect)
    this.#lock = null
  }

  async #takeOver(): Promise<void> {
    if (this.#taking) return
    this.#taking = true
    const { history, paths, emit } = this.#context
    try {
      const lock = await tryHistory(paths, this.#options.as, 0)
      if (lock) {
        history.mayWrite()
        this.#lock = lock
        this.#heldBy = null
        clearUp(this.#context)
        recover(this.#context)
        emit('system.condition', this.condition)
        emit('history.changed', {})
      } else {
        const now = holderOf(paths)
        const changed = now.pid !== this.#heldBy?.pid
        this.#heldBy = now
        if (changed) emit('system.condition', this.condition)
      }
    } catch (thrown) {
      process.stderr.write(`The history could not be taken over: ${messageOf(thrown)}\n`)
    } finally {
      this.#taking = false
    }
  }
}
