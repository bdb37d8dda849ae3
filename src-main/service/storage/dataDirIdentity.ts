/**
 * Decides whether a directory is a data directory of this program: a marker file says so. Any other directory with
 * content is rejected and not changed.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { dataDirMarker, markerFormat, markerName, type DataDirMarker } from '../../contract/system/dataDirMarker'
import { importedDatasetIds } from '../../contract/datasets/datasetRegistry'
import { anotherDataDir, codeOf, WorkbenchError } from '../../contract/errors'
import { flushPathSync } from '../../files/durable'
import { pathProblem, shownPath } from '../../files/pathProblems'
import { pathsOf, type Paths } from './dataDir'
import { DataDirCreation } from './dataDirCreation'
import { adoptRunFolders } from './ownFiles'
import { historyKind } from '../../history/files/historyFile'

const chooseAnother = `Choose ${anotherDataDir}.`

/** Names that operating systems, desktops, file servers and sync tools create in any directory. */
const systemName =
  /^(lost\+found|\.DS_Store|\.localized|\.Spotlight-V100|\.fseventsd|\.TemporaryItems|\.Trash.*|\.nfs[0-9a-f]+|\.directory|\.snapshots?|\.keep|\.gitkeep|\.stfolder|@eaDir|#recycle|\$RECYCLE\.BIN|System Volume Information|Thumbs\.db|desktop\.ini)$/i
/** An unfinished marker file, left by a crash. */
const isMarkerPart = (name: string): boolean =>
  name.startsWith(`${markerName}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(markerName.length + 1))
/** Folders in the folder of a data set. */
const datasetFolder = new RegExp(
  String.raw`^(${importedDatasetIds.join('|')}|\.downloads|\.(import|replaced|removed)-.+)$`,
)

/** `new`: absent or empty. `earlier`: without a marker, from a version that wrote none. `marked`: with a marker. */
type State = 'new' | 'earlier' | 'marked'

interface Found {
  state: State
  /**
   * False if only the name of a corrupt history identifies the directory: readers report the corruption, writers refuse
   * the directory.
   */
  isCertain: boolean
  paths: Paths
}

/**
 * Returns the paths of a data directory for reading. Writes nothing; the directory may be absent.
 * @throws WorkbenchError bad-input if the directory belongs to something else or cannot be read, unavailable if a newer
 *   program made it or the disk fails
 */
export function locateDataDir(dataDir: string): Paths {
  return examine(dataDir).paths
}

/**
 * Creates what is missing of a data directory, and returns its paths. The marker file comes last, so that a failure
 * before it leaves nothing. A directory of an earlier version is adopted.
 * @param creation records what was created
 * @throws WorkbenchError as `locateDataDir`; bad-input or unavailable, as `pathProblem` says, if it cannot be written
 */
export function prepareDataDir(dataDir: string, creation = new DataDirCreation()): Paths {
  const { state, isCertain, paths } = examine(dataDir)
  const { dataDir: root, datasets, runs, logs } = paths
  if (!isCertain) throw refused(root, path.basename(paths.database))
  try {
    for (const folder of [root, datasets, runs, logs]) creation.makeFolder(folder)
    // Data sets may be shared with other people and read-only.
    for (const folder of [root, runs, logs]) accessSync(folder, constants.W_OK | constants.X_OK)
    if (state === 'earlier') adoptRunFolders(paths)
    if (state !== 'marked') creation.isNew = createMarker(paths.marker) && state === 'new'
    return state === 'marked' ? paths : pathsOf(root, readMarker(paths.marker))
  } catch (cause) {
    if (!creation.isNew) creation.removeFolders()
    throw unusable(root, 'written', cause)
  }
}

/** Returns whether the directory is the one that `prepareDataDir` returned: it was not removed meanwhile. */
export function isUnchanged({ marker, identity }: Paths): boolean {
  return lstatSync(marker, { throwIfNoEntry: false }) !== undefined && readMarker(marker) === identity
}

/**
 * Opens a data directory for a service.
 * @param access `read` writes nothing; `either` writes if this user may
 * @throws WorkbenchError as `prepareDataDir`
 */
export function openDataDir(
  dataDir: string,
  access: 'read' | 'write' | 'either',
): { paths: Paths; canWrite: boolean; creation: DataDirCreation } {
  const creation = new DataDirCreation()
  if (access === 'read') return { paths: locateDataDir(dataDir), canWrite: false, creation }
  try {
    return { paths: prepareDataDir(dataDir, creation), canWrite: true, creation }
  } catch (thrown) {
    if (access === 'write') throw thrown
    const { state, paths } = examine(dataDir)
    if (state === 'new') throw thrown
    return { paths, canWrite: false, creation }
  }
}

function examine(dataDir: string): Found {
  const paths = pathsOf(dataDir)
  const { dataDir: root, database } = paths
  try {
    if (!(statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? true))
      throw new WorkbenchError('bad-input', `${root} is not a folder, as a data directory is.`, { fix: chooseAnother })
    const names = namesIn(root)
    if (names.includes(markerName))
      return { state: 'marked', isCertain: true, paths: pathsOf(root, readMarker(paths.marker)) }
    const kind = historyKind(database)
    // Each program that wrote a history has left one of these next to it.
    const used = names.some((name) => name === 'history.sqlite.lock' || name === 'history.sqlite.writer')
    if (kind === 'history' || (used && kind !== 'foreign')) return { state: 'earlier', isCertain: true, paths }
    if (kind === 'corrupt') return { state: 'earlier', isCertain: false, paths }
    const other = names.find(
      (name) => !systemName.test(name) && !isMarkerPart(name) && !isUnused(paths, name, kind === 'missing'),
    )
    if (other === undefined) return { state: 'new', isCertain: true, paths }
    throw refused(root, other)
  } catch (cause) {
    throw unusable(root, 'read', cause)
  }
}

function refused(root: string, entry: string): WorkbenchError {
  return new WorkbenchError(
    'bad-input',
    `${root} is not a data directory of MCNN Workbench: it contains ${JSON.stringify(entry.slice(0, 100))} and no ${markerName}.`,
    { fix: chooseAnother },
  )
}

/** Returns whether a new data directory may contain this entry: an empty folder or mount point, or shared data sets. */
function isUnused(paths: Paths, name: string, noHistory: boolean): boolean {
  const file = path.join(paths.dataDir, name)
  if (file === paths.database) return noHistory
  if (
    ![paths.runs, paths.records, paths.logs, paths.backups, paths.work, paths.datasets].includes(file) ||
    !(statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false)
  )
    return false
  return readdirSync(file).every(
    (one) =>
      systemName.test(one) ||
      (file === paths.datasets &&
        datasetFolder.test(one) &&
        (one.startsWith('.') || existsSync(path.join(file, one, 'manifest.json')))),
  )
}

function readMarker(file: string): string {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if (codeOf(cause) !== null) throw cause
  }
  const parsed = dataDirMarker.safeParse(value)
  if (!parsed.success)
    throw new WorkbenchError('bad-data', `${file} is not a marker of a data directory.`, {
      fix: `Restore the file from a copy. ${chooseAnother}`,
    })
  if (parsed.data.format <= markerFormat) return parsed.data.id
  throw new WorkbenchError(
    'unavailable',
    `The data directory ${path.dirname(file)} was made by a newer MCNN Workbench (format ${parsed.data.format}; this program knows ${markerFormat}).`,
    { fix: `Update this program. ${chooseAnother}` },
  )
}

/** Writes the marker atomically, unless another program has written one meanwhile. @returns whether it was written */
function createMarker(file: string): boolean {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    const handle = openSync(part, 'wx')
    try {
      writeFileSync(handle, `${JSON.stringify({ format: markerFormat, id: randomUUID() } satisfies DataDirMarker)}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    try {
      linkSync(part, file)
    } catch {
      // Another program was first, or the file system has no links.
      if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false
      renameSync(part, file)
    }
    flushPathSync(path.dirname(file))
    return true
  } finally {
    rmSync(part, { force: true })
  }
}

/** None if the directory is absent. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function unusable(root: string, action: 'read' | 'written', cause: unknown): WorkbenchError {
  if (cause instanceof WorkbenchError) return cause
  const { code, reason } = pathProblem(cause)
  return new WorkbenchError(code, `The data directory ${shownPath(root)} cannot be ${action}: ${reason}.`, {
    fix: `${chooseAnother.slice(0, -1)}, or change the permissions of this one.`,
    cause,
  })
}
