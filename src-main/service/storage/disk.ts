/** What must be written while the disk is full, gone or failing: held in order, and written when it can be. */
import { messageOf } from '../../contract/errors'
import type { DiskProblem } from '../../contract/system/system'
import { isDamage, isDiskProblem } from '../../history/files/database'
import type { History } from '../../history/history'
import { freeBytes } from './diskSpace'

export interface DiskOptions {
  /** Between two tries, in ms. */
  retryMs: number
  /** What must be free on the disk before training goes on: else the next epoch would meet the same. */
  roomBytes: number
}

interface Follower {
  /** Nothing can be written from now on. */
  stalled(): void
  /** All that was held is written. @param seconds since `stalled` */
  freed(seconds: number): void
}

const usual: DiskOptions = { retryMs: 2000, roomBytes: 16 * 1024 * 1024 }

export class Disk {
  readonly #history: History
  readonly #folder: string
  readonly #options: DiskOptions
  readonly #changed: () => void
  readonly #damaged: (thrown: unknown) => void
  #follower: Follower | null = null
  #held: (() => void)[] = []
  #problem: DiskProblem | null = null
  #since = 0
  #timer: NodeJS.Timeout | undefined
  #trying = false

  /** @param changed is told when `problem` is another one. @param damaged is told of damage that a write meets */
  constructor(
    history: History,
    folder: string,
    options: Partial<DiskOptions>,
    changed: () => void,
    damaged: (thrown: unknown) => void,
  ) {
    this.#history = history
    this.#folder = folder
    this.#options = { ...usual, ...options }
    this.#changed = changed
    this.#damaged = damaged
  }

  /** Null where the disk takes what is written. */
  get problem(): DiskProblem | null {
    return this.#problem
  }

  follow(follower: Follower): void {
    this.#follower = follower
  }

  /**
   * Does `work` now, or after all that is held already. It is done again as a whole where the disk did not take it.
   * @throws what is neither the disk's nor damage
   */
  take(work: () => void): void {
    if (this.#held.length > 0) {
      this.#held.push(work)
      return
    }
    try {
      this.#history.mustBeThere()
      work()
    } catch (thrown) {
      if (isDiskProblem(thrown)) this.#held.push(work)
      if (!this.met(thrown)) throw thrown
    }
  }

  /** Looks whether an error is the disk's, or damage, and if so begins to wait, or tells it. */
  met(thrown: unknown): boolean {
    if (isDamage(thrown)) this.#damaged(thrown)
    else if (isDiskProblem(thrown)) this.#stall(thrown)
    else return false
    return true
  }

  /** Tries once more; what can't be written then is lost with this process, though what was confirmed is not. */
  close(): void {
    clearInterval(this.#timer)
    if (this.#held.length === 0) return
    this.#write()
    if (this.#held.length > 0)
      process.stderr.write(`The disk did not take the last ${this.#held.length} messages of the trainer.\n`)
  }

  #stall(thrown: unknown): void {
    const words = wordsOf(thrown, this.#folder)
    const first = this.#problem === null
    if (first) this.#since = performance.now()
    const before = this.#problem
    this.#problem = { ...words, since: before?.since ?? new Date().toISOString() }
    if (before?.message !== words.message) this.#changed()
    if (!first) return
    process.stderr.write(`${words.message} ${words.fix}\n`)
    this.#timer = setInterval(() => {
      this.#retry().catch((thrown: unknown) =>
        process.stderr.write(`The disk could not be tried again: ${messageOf(thrown)}\n`),
      )
    }, this.#options.retryMs)
    this.#timer.unref()
    this.#follower?.stalled()
  }

  async #retry(): Promise<void> {
    if (this.#trying) return
    this.#trying = true
    try {
      const free = await freeBytes(this.#folder)
      if (!this.#write() || (free !== null && free < this.#options.roomBytes)) return
      clearInterval(this.#timer)
      this.#problem = null
      this.#changed()
      this.#follower?.freed((performance.now() - this.#since) / 1000)
    } finally {
      this.#trying = false
    }
  }

  /** Whether everything is written. */
  #write(): boolean {
    try {
      this.#history.mustBeThere()
      this.#history.tryWrite()
    } catch (thrown) {
      if (!this.met(thrown)) process.stderr.write(`The disk could not be tried again: ${messageOf(thrown)}\n`)
      return false
    }
    for (let work = this.#held[0]; work; work = this.#held[0]) {
      try {
        work()
      } catch (thrown) {
        if (this.met(thrown)) return false
        // Not the disk's fault: the same would come again for ever.
        process.stderr.write(`What a trainer sent could not be kept: ${messageOf(thrown)}\n`)
      }
      this.#held.shift()
    }
    return true
  }
}

/** A disk's error in words. */
export function wordsOf(thrown: unknown, folder: string): Pick<DiskProblem, 'message' | 'fix'> {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (/FULL|ENOSPC|EDQUOT/.test(code))
    return { message: `The disk of ${folder} is full.`, fix: 'Make room there: training goes on by itself.' }
  if (/READONLY|EROFS|PERM|EACCES/.test(code))
    return {
      message: `${folder} can’t be written to (${code}).`,
      fix: 'Make it writable again: training goes on by itself.',
    }
  if (code === 'ENOENT')
    return { message: `${folder} is gone.`, fix: 'Connect its disk again, or put it back: training goes on by itself.' }
  if (code === 'ESTALE')
    return {
      message: `The history in ${folder} is another file than before.`,
      fix: 'Put the one before back, or start the program again.',
    }
  if (/BUSY|LOCKED/.test(code))
    return {
      message: `Another program keeps the history in ${folder} locked.`,
      fix: 'Close that program: training goes on by itself.',
    }
  return {
    message: `The disk of ${folder} reports errors (${code}).`,
    fix: 'Check its connection: training goes on by itself when it answers again.',
  }
}
