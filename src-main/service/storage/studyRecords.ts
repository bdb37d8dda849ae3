/** Writes the records of studies, and reads them to rebuild a history (`history/records/format.ts`). */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { codeOf, messageOf } from '../../contract/errors'
import { writeAtomicallySync } from '../../files/durable'
import { sha256Of } from '../../files/sha256'
import { decodeStudyFile, encodeStudyFile, type StudyFile } from '../../history/records/format'
import type { Context } from '../app/context'
import type { Paths } from './dataDir'

type Here = Pick<Context, 'history' | 'paths'>

const ending = '.json'
/** Follows the name of a record that listed more runs than the history. */
const replaced = '.replaced'

/** Writes the records of all studies that changed since they were written. @throws errors of the disk */
export function writeChangedRecords({ history, paths }: Here): void {
  for (const id of history.records.changed()) {
    writeRecord({ history, paths }, id)
    history.records.written(id)
  }
}

/**
 * Writes the record of a study if it is missing or differs from the history. A record of runs that the history does not
 * have is kept under another name: the newer history may have been replaced by an older one.
 * @throws errors of the disk
 */
export function completeRecord(here: Here, id: string): void {
  const record = here.history.records.of(id)
  const file = fileOf(here.paths, id)
  const found = readIfThere(file)
  if (!record || encodeStudyFile(record) === found) return
  if (found !== null && hasOtherRuns(found, record)) renameSync(file, `${file}${replaced}`)
  writeRecord(here, id)
}

function hasOtherRuns(content: string, { runs }: StudyFile): boolean {
  const known = new Set(runs.map(({ run }) => run.id))
  try {
    return decodeStudyFile(content).runs.some(({ run }) => !known.has(run.id))
  } catch {
    // A corrupt record contains nothing that the history does not have.
    return false
  }
}

/** Returns all readable records, and a reason for each unreadable one. */
export function readRecords({ records }: Paths): { records: StudyFile[]; problems: string[] } {
  const found: { records: StudyFile[]; problems: string[] } = { records: [], problems: [] }
  if (!existsSync(records)) return found
  for (const name of readdirSync(records)) {
    if (!name.endsWith(ending)) continue
    const file = path.join(records, name)
    try {
      found.records.push(decodeStudyFile(readFileSync(file, 'utf8')))
    } catch (thrown) {
      found.problems.push(`${file} cannot be read: ${messageOf(thrown)}.`)
    }
  }
  return found
}

/** Writes the record of a study, or deletes it if the study was deleted. */
function writeRecord({ history, paths }: Here, id: string): void {
  const file = fileOf(paths, id)
  const record = history.records.of(id)
  if (!record) return rmSync(file, { force: true })
  mkdirSync(paths.records, { recursive: true })
  writeAtomicallySync(file, encodeStudyFile(record))
}

/** An id that is too long or unfit for a file name, as a foreign history may have, is replaced by its hash. */
function fileOf({ records }: Pick<Paths, 'records'>, id: string): string {
  const name = /^[a-z0-9][a-z0-9-]{0,99}$/.test(id) ? id : `study-${sha256Of(Buffer.from(id))}`
  return path.join(records, `${name}${ending}`)
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null
    throw thrown
  }
}
