/**
 * The journal of a run: everything that its trainers measured, in the run's folder.
 *
 * `journal/0001.jsonl` belongs to the first attempt, `0002.jsonl` to the second, and so on: every start of a trainer
 * is an attempt. Each line is one JSON object with a number, a time, its content and a CRC-32 of all that; the content
 * of the first line is the attempt's head. `journal/0001.bin` holds the values of filters, to which lines refer.
 * Files only grow. A line counts when it is complete.
 */
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { storedMessage, type StoredMessage } from '../contract/trainer/messages'

export const journalFormat = 1

/** Bytes of an attempt's lines that count, from the start of its file. */
const countedAttempt = z.strictObject({ attempt: z.int().min(1), bytes: z.int().min(0) })

/** The first line of an attempt. */
export const journalHead = z.strictObject({
  format: z.literal(journalFormat),
  attempt: z.int().min(1),
  /** The earlier attempts that this one continues, oldest first. Their lines after these bytes are void. */
  after: z.array(countedAttempt).max(9999),
  host: z.string().max(300),
  pid: z.int().min(1),
  /** With the pid, identifies a trainer on its host that outlives its service; missing for other processes. */
  start: z.string().max(200).optional(),
  /** The slot of the machine in which it trains; missing for other processes. */
  slot: z.string().max(100).optional(),
  /** Id of the cluster's job; null without one. */
  job: z.string().max(100).nullable(),
})
export type JournalHead = z.infer<typeof journalHead>

const line = z.strictObject({
  /** Place in the file, from 0. */
  n: z.int().min(0),
  /** When it was written, by the clock of the machine that trains. */
  at: z.iso.datetime(),
  head: journalHead.optional(),
  message: storedMessage.optional(),
})

export interface Line {
  n: number
  at: string
  head?: JournalHead | undefined
  message?: StoredMessage | undefined
}

const crcPattern = /,"crc":"([0-9a-f]{8})"\}$/

/** Returns a line of text with its line break. */
export function encodeLine(content: Line): string {
  const text = JSON.stringify(content).slice(0, -1)
  return `${text},"crc":"${hexOf(crc32(text))}"}\n`
}

/**
 * Reads a line without its line break.
 * @throws Error with the reason, without a full stop, if it is corrupt or not a line of a journal
 */
export function decodeLine(text: string): Line {
  const found = crcPattern.exec(text)
  if (!found) throw new Error('it has no checksum')
  const body = text.slice(0, found.index)
  if (hexOf(crc32(body)) !== found[1]) throw new Error('it does not match its checksum')
  const parsed = line.safeParse(JSON.parse(`${body}}`))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`it holds something unknown: ${issue?.path.map(String).join('.') ?? ''}, ${issue?.message ?? ''}`)
}

const hexOf = (crc: number): string => crc.toString(16).padStart(8, '0')

/** Returns the folder of a run's journal. @param runDir the run's own folder */
export function journalFolder(runDir: string): string {
  return path.join(runDir, 'journal')
}

const namePattern = /^(\d{4,})\.(jsonl|bin)$/

/** Returns whether a name in a journal's folder is one of its files. */
export function isJournalName(name: string): boolean {
  return namePattern.test(name)
}

/** Returns the number of the attempt whose lines a file of this name holds; null for any other name. */
export function attemptOf(name: string): number | null {
  const [, digits, end] = namePattern.exec(name) ?? []
  return digits === undefined || end !== 'jsonl' ? null : Number(digits)
}

/** Returns the files of an attempt: its lines, and the filter values that they refer to. */
export function filesOfAttempt(folder: string, attempt: number): { lines: string; values: string } {
  const stem = path.join(folder, String(attempt).padStart(4, '0'))
  return { lines: `${stem}.jsonl`, values: `${stem}.bin` }
}
