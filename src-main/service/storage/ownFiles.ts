/** Which folders and files of a data directory this program created. Only these are ever deleted. */
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { messageOf } from '../../contract/errors'
import { isJournalName } from '../../journal/format'
import { isMadeRunId } from '../queue/ids'
import { runDir, runLog, type Paths } from './dataDir'

/**
 * A marker file in each scratch folder. It names the data directory and the folder, so that a copy of the folder does
 * not count.
 */
const markName = '.mcnn-workbench.json'
const mark = z.object({ dataDirectory: z.string(), folder: z.string() })

/** The folder in a run's folder in which the journal of an earlier program's run is written. */
export const journalPart = 'journal.part'

/** Names of the files that a trainer or an import writes for a run, besides its journal. */
const runFile =
  /^(weights\.safetensors|(control|progress)\.json|checkpoint-\d{10}-[0-9a-f]{64}\.safetensors)((\.\d+)?\.tmp)?$/
/** Folders of a run that hold its complete or unfinished journal. */
const journalFolders = ['journal', path.join(journalPart, 'journal')]

/** Marks a folder as created by this program. */
export function markFolder(folder: string, identity: string): void {
  writeFileSync(
    path.join(folder, markName),
    `${JSON.stringify({ dataDirectory: identity, folder: path.basename(folder) })}\n`,
  )
}

/** Returns whether this program created the folder for this data directory. A link to a folder does not count. */
export function isMarked(folder: string, identity: string): boolean {
  try {
    if (!lstatSync(folder).isDirectory()) return false
    const found = mark.parse(JSON.parse(readFileSync(path.join(folder, markName), 'utf8')))
    return identity !== '' && found.dataDirectory === identity && found.folder === path.basename(folder)
  } catch {
    return false
  }
}

/** Creates the folder of a run and returns its path. A disk that is full is reported by the trainer, which retries. */
export function makeRunFolder(paths: Paths, id: string): string {
  const folder = runDir(paths, id)
  try {
    registerRun(paths, id)
    mkdirSync(folder, { recursive: true })
  } catch (thrown) {
    process.stderr.write(`The folder of run ${id} could not be prepared: ${messageOf(thrown)}\n`)
  }
  return folder
}

/** Records that the folder of a run is this program's, before it is created. */
export function registerRun(paths: Paths, id: string): void {
  if (!registeredRuns(paths).has(id)) appendFileSync(paths.ownRuns, `${id}\n`)
}

/**
 * Records the run folders of an earlier version, which kept no record: those with an id of `runIdFor` and a log of that
 * id, which every trainer creates. Called once, before the directory gets its marker: folders that come later are not
 * recorded in this way.
 */
export function adoptRunFolders(paths: Paths): void {
  if (!isFolder(paths.runs)) return
  for (const name of readdirSync(paths.runs))
    if (isMadeRunId(name) && isFolder(path.join(paths.runs, name)) && isFile(path.join(paths.logs, `${name}.log`)))
      registerRun(paths, name)
}

/** Ids of the runs whose folders this program has created. */
export function registeredRuns({ ownRuns }: Paths): ReadonlySet<string> {
  return new Set(existsSync(ownRuns) ? readFileSync(ownRuns, 'utf8').split('\n') : [])
}

/**
 * Returns the files that this program wrote for a run: weights, checkpoints, journal, logs. A file or a link of the
 * user's is not among them.
 */
export function filesOfRun(paths: Paths, id: string): string[] {
  const folder = runDir(paths, id)
  const log = runLog(paths, id)
  const journals = journalFolders.flatMap((name) => filesIn(path.join(folder, name), isJournalName))
  return [...filesIn(folder, (name) => runFile.test(name)), ...journals, log, `${log}.1`].filter(isFile)
}

/**
 * Deletes the files of a run, then its folder if nothing else is in it.
 * @throws WorkbenchError bad-data if `id` cannot be the id of a run
 */
export async function removeFiles(paths: Paths, id: string): Promise<void> {
  removeFilesNow(paths, id)
  await setImmediate()
}

/** Deletes the files within one task. The folder goes last: until then `reclaim` can finish an interrupted deletion. */
export function removeFilesNow(paths: Paths, id: string): void {
  const folder = runDir(paths, id)
  for (const file of filesOfRun(paths, id)) rmSync(file, { force: true })
  for (const name of [...journalFolders, journalPart, '']) removeIfBare(path.join(folder, name))
}

function removeIfBare(folder: string): void {
  if (isFolder(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}

/** Paths of the names in a folder that are of a kind; none if the folder is missing or a link. */
function filesIn(folder: string, isOwn: (name: string) => boolean): string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder)
    .filter(isOwn)
    .map((name) => path.join(folder, name))
}

/** Deletes a folder that this program created, if nothing but its mark is in it. */
export function removeIfEmpty(folder: string, identity: string): void {
  if (!isMarked(folder, identity) || readdirSync(folder).length > 1) return
  rmSync(path.join(folder, markName))
  rmdirSync(folder)
}

function isFolder(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}
