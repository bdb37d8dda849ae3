/**
 * The right to start a training of a data directory on this machine. One program holds it at a time: a verification
 * while it trains, and a queue while it changes a run from queued to running.
 */
import { statSync } from 'node:fs'
import { acquireNamedLock } from '../../files/namedLock'
import type { Paths } from '../storage/dataDir'

export class StartLock {
  readonly #paths: Paths
  readonly #changed: () => void
  #isTaken = false
  #unlock: (() => void) | null = null
  #holders = 0

  /** @param changed called when `isTaken` changes */
  constructor(paths: Paths, changed: () => void) {
    this.#paths = paths
    this.#changed = changed
  }

  /** Whether another program held the lock at the last attempt to acquire it. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /**
   * Acquires the lock.
   * @returns a function that releases it; null if another program holds it
   */
  async tryAcquire(): Promise<(() => void) | null> {
    this.#holders++
    const isOurs = this.#unlock !== null || (await this.#acquire())
    this.#report(!isOurs)
    if (!isOurs) {
      this.#release()
      return null
    }
    let isHeld = true
    return () => {
      if (isHeld) this.#release()
      isHeld = false
    }
  }

  #report(isTaken: boolean): void {
    if (isTaken === this.#isTaken) return
    this.#isTaken = isTaken
    this.#changed()
  }

  #release(): void {
    if (--this.#holders > 0) return
    this.#unlock?.()
    this.#unlock = null
  }

  /** @returns false if another program holds the lock */
  async #acquire(): Promise<boolean> {
    const name = lockName(this.#paths)
    if (name === null) return true
    const release = await acquireNamedLock(name)
    // Two calls of this program tried at once, and the first one has the lock.
    if (this.#unlock !== null) {
      release?.()
      return true
    }
    this.#unlock = release
    return release !== null
  }
}

/**
 * Returns the name of a data directory's lock; null without an identity. A copy of a data directory has the same
 * identity, but another marker file.
 */
function lockName({ identity, marker }: Paths): string | null {
  if (identity === '') return null
  const file = statSync(marker, { throwIfNoEntry: false, bigint: true })
  return file ? `${identity}-${file.dev}-${file.ino}` : null
}
