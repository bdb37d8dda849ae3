/** The list of the program's own files in a folder that it wrote for the user; stored in that folder. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

export const writtenFilesName = 'mcnn-files.json'

const mostBytes = 4 * 1024 * 1024
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** Path below the folder, separated by '/'. */
const fileName = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (name) => !name.includes('\0') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'no path in a folder',
  )

const writtenFiles = z.strictObject({
  format: z.literal('mcnn-files'),
  version: z.literal(1),
  /** SHA-256 of the content that the program wrote; several while files are being replaced. */
  files: z.record(fileName, z.array(sha256).min(1)),
  /** The folder of new files that are being moved into place; null if there is none. */
  writing: z.string().max(100).nullable(),
})
export type WrittenFiles = z.infer<typeof writtenFiles>

/** Returns the list of a folder; null if there is none or it cannot be trusted. */
export async function readWrittenFiles(folder: string): Promise<WrittenFiles | null> {
  const text = await readFile(path.join(folder, writtenFilesName)).catch(() => null)
  return text === null || text.length > mostBytes ? null : parseWrittenFiles(text.toString('utf8'))
}

/** Returns null if the text is not such a list. */
export function parseWrittenFiles(text: string): WrittenFiles | null {
  try {
    return writtenFiles.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

export function writtenFilesText(files: ReadonlyMap<string, readonly string[]>, writing: string | null): string {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ format: 'mcnn-files', version: 1, files: Object.fromEntries(sorted), writing }, null, 1)}\n`
}
