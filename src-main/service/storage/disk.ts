/** Buffers writes while the disk is full, missing or failing, and replays them in order. */
import { messageOf } from '../../contract/errors'
import type { DiskProblem } from '../../contract/system/system'
import { isDamage, isDiskProblem } from '../../history/files/database'
import type { History } from '../../history/history'
import { freeBytes } from './diskSpace'

export interface DiskOptions {
  /** Milliseconds between two attempts. */
  retryMs: number
  /** Bytes that must be free before training resumes; with less, the next epoch would fill the disk again. */
  roomBytes: number
}

interface Follower {
  /** Called when writes begin to fail. */
  stalled(): void
  /** Called when all buffered writes are done. @param seconds since `stalled` */
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
  #buffered: (() => void)[] = []
  #problem: DiskProblem | null = null
  #since = 0
  #timer: NodeJS.Timeout | undefined
  #trying = false

  /**
   * @param changed called when `problem` changes
   * @param damaged called when a write meets corruption
   */
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

  /** The current problem; null if the disk is writable. */
  get problem(): DiskProblem | null {
    return this.#problem
  }

  follow(follower: Follower): void {
    this.#follower = follower
  }

  /**
   * Runs a write now, or after all buffered ones. Repeats it if the disk fails.
   * @throws errors that are neither the disk's nor corruption
   */
  writeOrBuffer(write: () => void): void {
    if (this.#buffered.length > 0) {
      this.#buffered.push(write)
      return
    }
    try {
      this.#history.mustBeThere()
      write()
    } catch (thrown) {
      if (isDiskProblem(thrown)) this.#buffered.push(write)
      if (!this.handleError(thrown)) throw thrown
    }
  }

  /** Handles an error of the disk by buffering, and corruption by reporting it. Returns whether it was either. */
  handleError(thrown: unknown): boolean {
    if (isDamage(thrown)) this.#damaged(thrown)
    else if (isDiskProblem(thrown)) this.#stall(thrown)
    else return false
    return true
  }

  /** Tries once more. Unwritten messages are lost with this process, but nothing that was confirmed is. */
  close(): void {
    clearInterval(this.#timer)
    if (this.#buffered.length === 0) return
    this.#flush()
    if (this.#buffered.length > 0)
      process.stderr.write(
        `The last ${this.#buffered.length} messages of the trainer could not be written to the disk.\n`,
      )
  }

  #stall(thrown: unknown): void {
    const problem = describeDiskError(thrown, this.#folder)
    const first = this.#problem === null
    if (first) this.#since = performance.now()
    const before = this.#problem
    this.#problem = { ...problem, since: before?.since ?? new Date().toISOString() }
    if (before?.message !== problem.message) this.#changed()
    if (!first) return
    process.stderr.write(`${problem.message} ${problem.fix}\n`)
    this.#timer = setInterval(() => {
      this.#retry().catch((thrown: unknown) =>
        process.stderr.write(`The disk could not be checked again: ${messageOf(thrown)}\n`),
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
      if (!this.#flush() || (free !== null && free < this.#options.roomBytes)) return
      clearInterval(this.#timer)
      this.#problem = null
      this.#changed()
      this.#follower?.freed((performance.now() - this.#since) / 1000)
    } finally {
      this.#trying = false
    }
  }

  /** Returns whether everything is written. */
  #flush(): boolean {
    try {
      this.#history.mustBeThere()
      this.#history.tryWrite()
    } catch (thrown) {
      if (!this.handleError(thrown)) process.stderr.write(`The disk could not be checked again: ${messageOf(thrown)}\n`)
      return false
    }
    for (let write = this.#buffered[0]; write; write = this.#buffered[0]) {
      try {
        write()
      } catch (thrown) {
        if (this.handleError(thrown)) return false
        // Not a disk error: retrying would repeat it for ever.
        process.stderr.write(`A message of a trainer could not be stored: ${messageOf(thrown)}\n`)
      }
      this.#buffered.shift()
    }
    return true
  }
}

/** Describes an error of the disk. */
export function describeDiskError(thrown: unknown, folder: string): Pick<DiskProblem, 'message' | 'fix'> {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (/FULL|ENOSPC|EDQUOT/.test(code))
    return { message: `The disk of ${folder} is full.`, fix: 'Free some space: training resumes automatically.' }
  if (/READONLY|EROFS|PERM|EACCES/.test(code))
    return {
      message: `${folder} cannot be written (${code}).`,
      fix: 'Make it writable again: training resumes automatically.',
    }
  if (code === 'ENOENT')
    return { message: `${folder} is gone.`, fix: 'Reconnect its disk, or put it back: training resumes automatically.' }
  if (code === 'ESTALE')
    return {
      message: `The history in ${folder} was replaced by another file.`,
      fix: 'Put the previous file back, or restart the program.',
    }
  if (/BUSY|LOCKED/.test(code))
    return {
      message: `Another program has locked the history in ${folder}.`,
      fix: 'Close that program: training resumes automatically.',
    }
  return {
    message: `The disk of ${folder} reports errors (${code}).`,
    fix: 'Check its connection: training resumes automatically when the errors stop.',
  }
}
