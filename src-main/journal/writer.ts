/** Writes the journal of one attempt. Nothing else writes its two files. */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import type { StoredMessage, TrainerMessage } from '../contract/trainer/messages'
import { flushPathSync } from '../files/durable'
import { thisProcess } from '../files/processIdentity'
import { encodeLine, filesOfAttempt, journalFolder, journalFormat, type Line } from './format'
import { afterMessage, nothingReached, type Reached } from './progress'
import { attemptsIn, readJournal, unread } from './reader'

const flushed = promisify(fdatasync)
const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants

interface OpenFile {
  handle: number
  /** Bytes of completely written content. */
  bytes: number
}

export class JournalWriter {
  /** How far the earlier attempts trained. */
  readonly reached: Reached
  readonly attempt: number
  readonly #folder: string
  readonly #lines: OpenFile
  readonly #values: OpenFile
  #count = 0
  #flushing: Promise<void> = Promise.resolve()

  /**
   * Begins the next attempt of a run. It continues the earlier ones up to the first damaged or out-of-order line.
   * @param runDir the run's own folder; made if it is missing
   * @param slot in which it trains
   * @throws the system's error; then no attempt has begun, but an empty file may have its number
   */
  constructor(runDir: string, slot?: string) {
    this.#folder = journalFolder(runDir)
    mkdirSync(this.#folder, { recursive: true })
    const { reached, after } = earlierAttempts(runDir)
    this.reached = reached
    this.attempt = (attemptsIn(this.#folder)[0] ?? 0) + 1
    const files = filesOfAttempt(this.#folder, this.attempt)
    this.#lines = created(files.lines)
    try {
      this.#values = created(files.values)
      this.#write({
        head: {
          format: journalFormat,
          attempt: this.attempt,
          after,
          host: hostname(),
          pid: process.pid,
          // Only a trainer in a slot may be found and followed by its start time.
          ...(slot !== undefined && { start: thisProcess().start, slot }),
          job: jobOf(process.env),
        },
      })
      flushPathSync(this.#folder)
    } catch (thrown) {
      closeSync(this.#lines.handle)
      throw thrown
    }
  }

  /**
   * Appends a line.
   * @param at time of the message, ISO
   * @throws the system's error; then nothing was appended, and the call can be repeated
   */
  append(message: TrainerMessage, at?: string): void {
    this.#write({ message: this.#stored(message) }, at)
  }

  /** Resolves when everything that was appended before the call is on the disk. Rejects with the system's error. */
  flush(): Promise<void> {
    // Values first: no line may refer to values that are lost in a power cut.
    const next = this.#flushing
      .catch(() => undefined)
      .then(() => flushed(this.#values.handle))
      .then(() => flushed(this.#lines.handle))
    this.#flushing = next
    return next
  }

  /** Whether a later attempt has begun, so that what this one adds is void. */
  get isSuperseded(): boolean {
    return existsSync(filesOfAttempt(this.#folder, this.attempt + 1).lines)
  }

  /** Bytes of the attempt's lines. */
  get bytes(): number {
    return this.#lines.bytes
  }

  /** Flushes and closes the files. Blocks until that is done. */
  finish(): void {
    for (const { handle } of [this.#values, this.#lines]) {
      fdatasyncSync(handle)
      closeSync(handle)
    }
  }

  #stored(message: TrainerMessage): StoredMessage {
    if (message.type !== 'filters') return message
    // If the line does not fit on the disk afterwards, no line refers to these values.
    const layers = message.layers.map(({ layer, shape, values }) => {
      const offset = this.#values.bytes
      append(this.#values, values)
      return { layer, shape, offset, crc: crc32(values) }
    })
    return { ...message, layers }
  }

  #write(content: Pick<Line, 'head' | 'message'>, at = new Date().toISOString()): void {
    append(this.#lines, Buffer.from(encodeLine({ n: this.#count, at, ...content })))
    this.#count++
  }
}

/**
 * Returns how far the earlier attempts trained, and how many bytes of each count: up to the first damaged or
 * out-of-order line.
 */
function earlierAttempts(runDir: string): { reached: Reached; after: { attempt: number; bytes: number }[] } {
  let reached = nothingReached
  const after = new Map<number, number>()
  const broken = new Set<number>()
  for (let cursor = unread; ;) {
    const entries = readJournal(runDir, cursor)
    if (entries.length === 0) break
    for (const { message, next } of entries) {
      cursor = next
      if (broken.has(next.attempt)) continue
      const then = message && afterMessage(reached, message)
      if (then === null) broken.add(next.attempt)
      else {
        reached = then
        after.set(next.attempt, next.bytes)
      }
    }
  }
  return { reached, after: [...after].map(([attempt, bytes]) => ({ attempt, bytes })) }
}

function created(file: string): OpenFile {
  return { handle: openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o666), bytes: 0 }
}

/** Appends all bytes or none: a full disk may accept some of them. */
function append(file: OpenFile, content: Uint8Array): void {
  try {
    for (let written = 0; written < content.length;) written += writeSync(file.handle, content, written)
    file.bytes += content.length
  } catch (thrown) {
    ftruncateSync(file.handle, file.bytes)
    throw thrown
  }
}

/** Returns Slurm's id of the job, with its number in the array; null outside of Slurm. */
function jobOf(env: NodeJS.ProcessEnv): string | null {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job } = env
  return array !== undefined && task !== undefined ? `${array}_${task}` : (job ?? null)
}
