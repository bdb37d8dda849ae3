/**
 * The record of a study: a file with everything about the study that is not in the journals of its runs. The history
 * can be rebuilt from records and journals.
 */
import { z } from 'zod'
import { sha256Of } from '../../files/sha256'

export const recordFormat = 1

const value = z.union([z.string(), z.number(), z.null()])
/** A row of the history's table of the same name, by column. */
const row = z.record(z.string(), value)
export type Row = z.infer<typeof row>

export const studyFile = z.strictObject({
  format: z.literal(recordFormat),
  study: row.and(z.object({ id: z.string(), key: z.int() })),
  /** Rows that the runs refer to. */
  configs: z.array(row),
  environments: z.array(row),
  runs: z.array(
    z.strictObject({
      run: row.and(z.object({ id: z.string(), key: z.int() })),
      tags: z.array(z.string()),
      /** Events that the service added; all others are in the run's journal. */
      events: z.array(row),
    }),
  ),
})
export type StudyFile = z.infer<typeof studyFile>

/** Returns a record as the text of its file: the record and its checksum, one line each. */
export function encodeStudyFile(record: StudyFile): string {
  const text = JSON.stringify(record)
  return `${text}\n${sha256Of(Buffer.from(text))}\n`
}

/** @throws Error with the reason, without a full stop, if the text was changed, cut off, or written by a newer program */
export function decodeStudyFile(content: string): StudyFile {
  const [text = '', sum, rest, ...more] = content.split('\n')
  if (rest !== '' || more.length > 0 || sha256Of(Buffer.from(text)) !== sum)
    throw new Error('it does not match its checksum')
  const json: unknown = JSON.parse(text)
  const { format } = z.looseObject({ format: z.int() }).parse(json)
  if (format > recordFormat) throw new Error(`a newer program wrote it (format ${format})`)
  return studyFile.parse(json)
}
