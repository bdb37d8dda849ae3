/** Paths of everything in a data directory. */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { expandHome } from '../../../setup/lib/home.mjs'
import { markerName } from '../../contract/system/dataDirMarker'
import { WorkbenchError } from '../../contract/errors'
import { runId } from '../../contract/ids'
import { rememberedDataDir } from './rememberedDataDir'

export interface Paths {
  dataDir: string
  /** Id in the marker file; empty if there is none. */
  identity: string
  /** Marks the directory as this program's. */
  marker: string
  database: string
  datasets: string
  runs: string
  /** Records of studies, from which the history can be rebuilt. */
  records: string
  logs: string
  /** Backups of the history. Created with the first backup. */
  backups: string
  /** Scratch folders of background tasks. Created by the first task. */
  work: string
  /** Ids of the runs whose folders this program created, one per line. */
  ownRuns: string
  /** Measured kernel choices of this machine. */
  tuning: string
}

/** Returns MCNN_DATA_DIR, or the data directory without it. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['MCNN_DATA_DIR']) return path.resolve(expandHome(env['MCNN_DATA_DIR']))
  return chosenDataDir(env)
}

/** Returns the directory that the user chose in the window instead of the usual one, or the usual one. */
export function chosenDataDir(env: NodeJS.ProcessEnv = process.env): string {
  return rememberedDataDir(env) ?? usualDataDir(env)
}

/** Returns `mcnn-workbench` in XDG_DATA_HOME or ~/.local/share. */
export function usualDataDir(env: NodeJS.ProcessEnv = process.env): string {
  // The XDG Base Directory Specification requires ignoring a relative XDG_DATA_HOME.
  const xdg = env['XDG_DATA_HOME']
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.local', 'share')
  return path.join(base, 'mcnn-workbench')
}

/**
 * Returns the paths of a data directory.
 * @param dataDir may be relative
 * @param identity id in its marker file; empty before there is one
 */
export function pathsOf(dataDir: string, identity = ''): Paths {
  const root = path.resolve(dataDir)
  return {
    dataDir: root,
    identity,
    marker: path.join(root, markerName),
    database: path.join(root, 'history.sqlite'),
    datasets: path.join(root, 'datasets'),
    runs: path.join(root, 'runs'),
    records: path.join(root, 'studies'),
    logs: path.join(root, 'logs'),
    backups: path.join(root, 'backups'),
    work: path.join(root, 'work'),
    ownRuns: path.join(root, 'mcnn-workbench.runs'),
    tuning: path.join(root, 'tuning.json'),
  }
}

/**
 * Returns the checkpoint from which a run would resume; the trainer checks its contents. @param folder null if the run
 * has none
 */
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

/** Returns the folder of a run. @throws WorkbenchError bad-data if the id is invalid */
export function runDir(paths: Paths, id: string): string {
  return path.join(paths.runs, checked(id))
}

export function runLog(paths: Paths, id: string): string {
  return path.join(paths.logs, `${checked(id)}.log`)
}

/** Returns whether an absolute path is inside the folder of a run. */
export function isOfRun(paths: Paths, id: string, file: string): boolean {
  const within = path.relative(runDir(paths, id), file)
  return within !== '' && within.split(path.sep)[0] !== '..' && !path.isAbsolute(within)
}

/**
 * Returns the absolute path of a run's weights; the history stores it relative to the data directory.
 * @throws WorkbenchError bad-data if it is outside of the run's folder: a foreign history must not name other files of
 *   the user
 */
export function weightsPath(paths: Paths, id: string, weightsFile: string): string {
  const file = path.join(paths.dataDir, weightsFile)
  if (isOfRun(paths, id, file)) return file
  throw new WorkbenchError(
    'bad-data',
    `The history has a path for the weights of ${id} that is outside of its folder.`,
    {
      fix: 'The history is corrupt or was edited: restore a backup.',
    },
  )
}

/** A foreign history may contain any text as an id, and deleting a run deletes its folder. */
function checked(id: string): string {
  if (runId.safeParse(id).success) return id
  throw new WorkbenchError(
    'bad-data',
    `The history contains a run with the invalid id ${JSON.stringify(id.slice(0, 100))}.`,
    { fix: 'The history is corrupt or was edited: restore a backup.' },
  )
}

/** Returns whether a run has files. They are deleted after the run's row: until then its id stays reserved. */
export function hasFiles(paths: Paths, id: string): boolean {
  return existsSync(runDir(paths, id)) || existsSync(runLog(paths, id))
}

const reserved =
  /^(history\.sqlite|mcnn-workbench\.(json|runs)|tuning\.json|(datasets|runs|studies|logs|work|desktop)$)/

/**
 * Returns whether a path is inside a data directory, where only this program may write. @param file absolute, without
 * links
 */
export function isReserved(dataDir: string, file: string): boolean {
  const root = existsSync(dataDir) ? realpathSync(dataDir) : dataDir
  const [first = '', second = ''] = path.relative(root, file).split(path.sep)
  return reserved.test(first) || (first === 'backups' && second.startsWith('history-'))
}
