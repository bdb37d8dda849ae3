/** Reads a run's journal from a cursor on: complete lines only, each once. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { codeOf, messageOf } from '../contract/errors'
import { filterBytes } from '../contract/publish/studyArchive'
import type { LayerFilters, StoredMessage, TrainerMessage } from '../contract/trainer/messages'
import { attemptOf, decodeLine, filesOfAttempt, journalFolder, type JournalHead } from './format'

/** How far a journal is read: up to a byte of an attempt's lines; earlier attempts completely. Attempt 0: nothing. */
export interface Cursor {
  attempt: number
  bytes: number
}

export const unread: Cursor = { attempt: 0, bytes: 0 }

export interface Entry {
  /** When it was written. */
  at: string
  /** What was written; null for a line that can't be read. */
  message: StoredMessage | null
  /** Why the line can't be read, as a sentence; null if it can. */
  problem: string | null
  /** The cursor after the line. */
  next: Cursor
}

/** Bytes that are read at once. */
const chunkBytes = 256 * 1024
/** Limit of a line; no program writes a longer one. */
const mostLineBytes = 64 * 1024 * 1024

/**
 * Reads the lines that follow a cursor, in the order of the attempts that count.
 * @param runDir the run's own folder
 * @param mostBytes stops after about as many bytes, but not before the first line
 * @throws the system's errors, except that a missing journal is empty
 */
export function readJournal(runDir: string, cursor: Cursor, mostBytes = 1024 * 1024): Entry[] {
  const folder = journalFolder(runDir)
  const entries: Entry[] = []
  let bytes = 0
  for (const part of partsAfter(folder, cursor)) {
    let from = part.from
    for (const entry of linesOf(folder, part)) {
      entries.push(entry)
      bytes += entry.next.bytes - from
      from = entry.next.bytes
      if (bytes >= mostBytes) return entries
    }
  }
  return entries
}

interface Part {
  attempt: number
  from: number
  to: number
}

/**
 * Returns the unread parts of the attempts that count: of those that the newest attempt continues, up to where it
 * continues them, and of the newest itself.
 */
function partsAfter(folder: string, cursor: Cursor): Part[] {
  const newest = newestHead(folder)
  if (!newest) return []
  const counted = [...newest.after, { attempt: newest.attempt, bytes: Infinity }]
  return counted
    .filter(({ attempt, bytes }) => attempt > cursor.attempt || (attempt === cursor.attempt && bytes > cursor.bytes))
    .map(({ attempt, bytes }) => ({ attempt, from: attempt === cursor.attempt ? cursor.bytes : 0, to: bytes }))
}

/** Returns the numbers of all attempts that have a file, newest first. */
export function attemptsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => attemptOf(name) ?? [])
      .sort((a, b) => b - a)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** Returns the newest complete head: a trainer may have died before it wrote its own. */
export function newestHead(folder: string): JournalHead | null {
  for (const attempt of attemptsIn(folder)) {
    const head = headOf(folder, attempt)
    if (head) return head
  }
  return null
}

function headOf(folder: string, attempt: number): JournalHead | null {
  for (const { text } of textLines(filesOfAttempt(folder, attempt).lines, 0, Infinity)) {
    try {
      const { head } = decodeLine(text)
      return head?.attempt === attempt ? head : null
    } catch {
      return null
    }
  }
  return null
}

function* linesOf(folder: string, { attempt, from, to }: Part): Generator<Entry> {
  const file = filesOfAttempt(folder, attempt).lines
  for (const { text, end } of textLines(file, from, to)) {
    const next = { attempt, bytes: end }
    try {
      const { at, message } = decodeLine(text)
      if (message !== undefined) yield { at, message, problem: null, next }
    } catch (thrown) {
      const problem = `A line of the run’s journal (${path.basename(file)}, up to byte ${end}) cannot be read: ${messageOf(thrown)}.`
      yield { at: new Date().toISOString(), message: null, problem, next }
    }
  }
}

/** Yields the complete lines of a file from byte `from` on, each with the byte after its line break. */
function* textLines(file: string, from: number, to: number): Generator<{ text: string; end: number }> {
  const handle = opened(file)
  if (handle === null) return
  try {
    let rest: Buffer = Buffer.alloc(0)
    let at = from
    for (;;) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, to - at - rest.length))
      const count = chunk.length === 0 ? 0 : readSync(handle, chunk, 0, chunk.length, at + rest.length)
      if (count === 0) return
      rest = Buffer.concat([rest, chunk.subarray(0, count)])
      let start = 0
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        yield { text: rest.toString('utf8', start, end), end: at + end + 1 }
        start = end + 1
      }
      rest = rest.subarray(start)
      at += start
      if (rest.length > mostLineBytes) {
        yield { text: '', end: fstatSync(handle).size }
        return
      }
    }
  } finally {
    closeSync(handle)
  }
}

function opened(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/**
 * Returns a message with the values of its filters.
 * @throws Error with the reason, without a full stop, if values are missing or were changed
 */
export function withValues(runDir: string, { message, next }: Entry & { message: StoredMessage }): TrainerMessage {
  if (message.type !== 'filters') return message
  const handle = opened(filesOfAttempt(journalFolder(runDir), next.attempt).values)
  if (handle === null) throw new Error('the file with its values is missing')
  try {
    const layers = message.layers.map(({ layer, shape, offset, crc }): LayerFilters => {
      const values = new Uint8Array(filterBytes(shape))
      if (readSync(handle, values, 0, values.length, offset) < values.length) throw new Error('its values are missing')
      if (crc32(values) !== crc) throw new Error('its values do not match their checksum')
      return { layer, shape, values }
    })
    return { type: 'filters', epoch: message.epoch, layers }
  } finally {
    closeSync(handle)
  }
}

/** Returns the new messages of a journal at each call. */
export class JournalFollower {
  readonly #runDir: string
  #cursor: Cursor = unread

  /** @param runDir the run's own folder */
  constructor(runDir: string) {
    this.#runDir = runDir
  }

  /** @throws Error with a sentence if a line cannot be read; the next call continues after it */
  next(): TrainerMessage[] {
    const messages: TrainerMessage[] = []
    for (;;) {
      const entries = readJournal(this.#runDir, this.#cursor)
      if (entries.length === 0) return messages
      for (const entry of entries) {
        this.#cursor = entry.next
        if (entry.message === null) throw new Error(entry.problem ?? '')
        messages.push(withValues(this.#runDir, { ...entry, message: entry.message }))
      }
    }
  }
}
