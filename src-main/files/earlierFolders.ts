/** Recognises folders that earlier versions wrote without a list of their files. */
import { lstat, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { sha256Of } from './sha256'
import type { WrittenFiles } from './writtenFiles'

interface EarlierFolder {
  /** A file of the program that nobody edits, and text that it contains. */
  proof: string
  content: z.ZodType
  /** Names that every version wrote. */
  names: readonly string[]
  /** One of these texts that names other files, and how to find the names. */
  lists?: { name: string; pattern: RegExp }
}

/** By kind of folder; later kinds always have a list of their files. */
const earlierFolders: Readonly<Record<string, EarlierFolder>> = {
  report: {
    proof: 'comparison.json',
    content: z.object({
      studyId: z.string(),
      studyName: z.string(),
      rows: z.array(z.object({ arch: z.string(), dataset: z.string() })),
    }),
    names: ['index.html', 'report.md', 'report.tex', 'comparison.json', 'comparison.csv', 'manifest.json'],
    lists: { name: 'report.md', pattern: /^!\[.*\]\((figures\/[a-z0-9-]+\.svg)\)$/gm },
  },
  SavedModel: {
    proof: 'assets.extra/model.json',
    content: z.object({ producer: z.string().startsWith('MCNN Workbench '), run: z.string() }),
    names: ['saved_model.pb', 'assets.extra/model.json'],
  },
}

const mostBytes = 256 * 1024 * 1024
/** A file that is newer than the proof by more than this was changed by the user. */
const togetherMs = 60_000

/** Returns the unchanged files of a folder that an earlier version wrote; null for other folders. */
export async function earlierFiles(folder: string, what: string): Promise<WrittenFiles | null> {
  const earlier = earlierFolders[what]
  if (!earlier) return null
  const { proof, content, names, lists } = earlier
  const found = await readOwn(folder, proof)
  if (found === null || !content.safeParse(jsonOf(found.bytes)).success) return null
  const isUnchanged = (file: Own | null): file is Own => file !== null && file.mtimeMs - found.mtimeMs <= togetherMs
  const list = lists === undefined ? null : await readOwn(folder, lists.name)
  const listed =
    lists !== undefined && isUnchanged(list)
      ? [...list.bytes.toString('utf8').matchAll(lists.pattern)].map(([, name = '']) => name)
      : []
  const files: WrittenFiles['files'] = {}
  for (const name of new Set([...names, ...listed])) {
    const file = await readOwn(folder, name)
    if (isUnchanged(file)) files[name] = [sha256Of(file.bytes)]
  }
  return { format: 'mcnn-files', version: 1, files, writing: null }
}

interface Own {
  bytes: Buffer
  mtimeMs: number
}

/** Returns a regular file that is reached without a link; null for anything else. */
async function readOwn(folder: string, name: string): Promise<Own | null> {
  try {
    const parts = name.split('/')
    for (let depth = 1; depth < parts.length; depth++)
      if (!(await lstat(path.join(folder, ...parts.slice(0, depth)))).isDirectory()) return null
    const file = path.join(folder, name)
    const stats = await lstat(file)
    if (!stats.isFile() || stats.size > mostBytes) return null
    return { bytes: await readFile(file), mtimeMs: stats.mtimeMs }
  } catch {
    return null
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
