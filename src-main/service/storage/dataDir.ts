/** Where everything that lasts is kept. */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { expandHome } from '../../../setup/lib/home.mjs'
import { markerName } from '../../contract/dataDirMarker'
import { WorkbenchError } from '../../contract/errors'
import { runId } from '../../contract/ids'

export interface Paths {
  dataDir: string
  /** Id in the marker file; empty if there is none. */
  identity: string
  /** Says that the directory belongs to this program. */
  marker: string
  database: string
  datasets: string
  runs: string
  logs: string
  /** Copies of the history. Made when the first one is. */
  backups: string
  /** Scratch folders of background tasks. Created by the first task. */
  work: string
  /** Ids of the runs whose folders this program has created, one a line. */
  ownRuns: string
  /** Measurements of this machine's fastest algorithms. */
  tuning: string
}

/** MCNN_DATA_DIR, or `mcnn-workbench` in XDG_DATA_HOME or ~/.local/share. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['MCNN_DATA_DIR']) return path.resolve(expandHome(env['MCNN_DATA_DIR']))
  // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
  const xdg = env['XDG_DATA_HOME']
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.local', 'share')
  return path.join(base, 'mcnn-workbench')
}

/** Returns the paths of a data directory. @param dataDir may be relative. @param identity id of its marker file; empty before there is one */
export function pathsOf(dataDir: string, identity = ''): Paths {
  const root = path.resolve(dataDir)
  return {
    dataDir: root,
    identity,
    marker: path.join(root, markerName),
    database: path.join(root, 'history.sqlite'),
    datasets: path.join(root, 'datasets'),
    runs: path.join(root, 'runs'),
    logs: path.join(root, 'logs'),
    backups: path.join(root, 'backups'),
    work: path.join(root, 'work'),
    ownRuns: path.join(root, 'mcnn-workbench.runs'),
    tuning: path.join(root, 'tuning.json'),
  }
}

/** The file that a run would go on from; the trainer checks what is in it. @param folder the run's; null where there is none */
export function newestCheckpoint(folder: string): string | null {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return null
  }
  const newest = names
    .filter((name) => /^checkpoint-\d{10}-[0-9a-f]{64}\.safetensors$/.test(name))
    .sort()
    .at(-1)
  return newest === undefined ? null : path.join(folder, newest)
}

/** The folder in which a run's trainer writes. @throws WorkbenchError bad-data for an id that is none */
export function runDir(paths: Paths, id: string): string {
  return path.join(paths.runs, checked(id))
}

export function runLog(paths: Paths, id: string): string {
  return path.join(paths.logs, `${checked(id)}.log`)
}

/** Whether a file, by its whole path, lies in the folder of a run. */
export function isOfRun(paths: Paths, id: string, file: string): boolean {
  const within = path.relative(runDir(paths, id), file)
  return within !== '' && within.split(path.sep)[0] !== '..' && !path.isAbsolute(within)
}

/**
 * Where the weights of a run are, which the history names from the data directory on.
 * @throws WorkbenchError bad-data where that is outside of the run's folder: the history may be somebody else's, and
 *   of the
 *   person's files it names none
 */
export function weightsPath(paths: Paths, id: string, weightsFile: string): string {
  const file = path.join(paths.dataDir, weightsFile)
  if (isOfRun(paths, id, file)) return file
  throw new WorkbenchError('bad-data', `The history says that the weights of ${id} lie outside of its folder.`, {
    fix: 'The history was damaged or changed by hand: put a copy of it back.',
  })
}

/** A history that somebody else wrote may hold any text for an id, and with a run its folder is deleted. */
function checked(id: string): string {
  if (runId.safeParse(id).success) return id
  throw new WorkbenchError(
    'bad-data',
    `The history holds a run called ${JSON.stringify(id.slice(0, 100))}, which is no name of a run.`,
    { fix: 'The history was damaged or changed by hand: put a copy of it back.' },
  )
}

/** Returns whether files of a run are there. A deleted run's files go after its row: until then its id is taken. */
export function hasFiles(paths: Paths, id: string): boolean {
  return existsSync(runDir(paths, id)) || existsSync(runLog(paths, id))
}

const reserved = /^(history\.sqlite|mcnn-workbench\.(json|runs)|tuning\.json|(datasets|runs|logs|work|desktop)$)/

/** Whether only the program may write a path, because it is part of a data directory. @param file absolute, without links */
export function isReserved(dataDir: string, file: string): boolean {
  const root = existsSync(dataDir) ? realpathSync(dataDir) : dataDir
  const [first = '', second = ''] = path.relative(root, file).split(path.sep)
  return reserved.test(first) || (first === 'backups' && second.startsWith('history-'))
}
