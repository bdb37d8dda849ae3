/**
 * The right to start a training of a data directory on this machine. One program holds it at a time: a verification
 * while it trains, and a queue while it changes a run from queued to running.
 */
import { statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { codeOf } from '../../contract/errors'
import type { Paths } from '../storage/dataDir'

export class StartLock {
  readonly #paths: Paths
  readonly #changed: () => void
  #isTaken = false
  #server: Server | null = null
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
    const isOurs = this.#server !== null || (await this.#listen())
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
    this.#server?.close()
    this.#server = null
  }

  /** @returns false if another program listens */
  async #listen(): Promise<boolean> {
    const name = slotName(this.#paths)
    if (name === null) return true
    const server = createServer((socket) => socket.destroy())
    server.unref()
    const failure = await new Promise<unknown>((resolve) => {
      server.once('error', resolve)
      server.listen(name, () => resolve(null))
    })
    // Two calls of this program listened at once: the first one has the name.
    if (this.#server !== null) {
      server.close()
      return true
    }
    // Without sockets, no program can detect another one. The queue must continue all the same.
    if (failure !== null) return codeOf(failure) !== 'EADDRINUSE'
    this.#server = server
    return true
  }
}

/**
 * Returns an abstract socket. The system releases it with its process, and it leaves no file in a read-only directory.
 * A copy of a data directory has the same identity, but another marker file. Returns null if there is no such name.
 */
function slotName({ identity, marker }: Paths): string | null {
  if (identity === '' || process.platform !== 'linux') return null
  const file = statSync(marker, { throwIfNoEntry: false, bigint: true })
  return file ? `\0mcnn-workbench-${identity}-${file.dev}-${file.ino}` : null
}
