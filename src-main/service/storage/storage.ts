/** Reports the sizes in the data directory, and deletes files that the history no longer refers to. */
import { readdirSync, type Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { runId } from '../../contract/ids'
import type { Storage } from '../../contract/system/storage'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import { filesOfRun, registeredRuns, removeFiles } from './ownFiles'

/** The service's log as the shell names it; a full log is renamed to service.log.1 … */
export const serviceLogName = 'service.log'

type Kind = Storage['parts'][number]['kind']
type Place = Pick<Context, 'history' | 'paths'>

export async function measureStorage(context: Place): Promise<Storage> {
  const { paths } = context
  const sizes = new Map<Kind, number>()
  for (const entry of await entries(paths.dataDir)) {
    const kind = kindOf(entry.name, path.basename(paths.database))
    sizes.set(kind, (sizes.get(kind) ?? 0) + (await sizeOf(path.join(paths.dataDir, entry.name))))
  }
  const orphans = orphansOf(context)
  const unneeded = { runs: 0, logs: 0 }
  for (const file of orphans.flatMap((id) => filesOfRun(paths, id)))
    unneeded[path.dirname(file) === paths.logs ? 'logs' : 'runs'] += await sizeOf(file)
  const trash = await total(runsOf(context, (run) => run?.hidden ?? false).flatMap((id) => filesOfRun(paths, id)))
  const parts = [...sizes].map(([kind, bytes]) => ({
    kind,
    bytes,
    reclaimable: kind === 'runs' ? unneeded.runs : kind === 'logs' ? unneeded.logs : 0,
  }))
  parts.sort((a, b) => b.bytes - a.bytes)
  return {
    parts,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    reclaimable: unneeded.runs + unneeded.logs,
    trash,
  }
}

/** Deletes the files of runs that are not in the history, not even in the trash. @returns the bytes freed */
export async function reclaim(context: Place): Promise<number> {
  const { paths } = context
  let freed = 0
  for (const id of orphansOf(context)) {
    freed += await total(filesOfRun(paths, id))
    await removeFiles(paths, id)
  }
  return freed
}

/**
 * Returns ids of runs with a folder that this program created but no row. A run's row exists before its folder does.
 */
function orphansOf(context: Place): string[] {
  const own = registeredRuns(context.paths)
  return runsOf(context, (run) => run === null).filter((id) => own.has(id))
}

/** Returns the ids among the names in the folder of runs. */
function runsOf({ history, paths }: Place, which: (run: RunRecord | null) => boolean): string[] {
  return namesIn(paths.runs).filter((name) => runId.safeParse(name).success && which(history.runs.get(name)))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function kindOf(name: string, database: string): Kind {
  if (name.startsWith(database) || name === 'studies') return 'history'
  return name === 'runs' || name === 'backups' || name === 'datasets' || name === 'logs' || name === 'desktop'
    ? name
    : 'other'
}

async function total(files: readonly string[]): Promise<number> {
  let bytes = 0
  for (const file of files) bytes += await sizeOf(file)
  return bytes
}

/** Size of a file, or of all files in a folder. Links are not followed, and files deleted meanwhile count as 0. */
async function sizeOf(file: string): Promise<number> {
  const found = await entries(file)
  if (found.length === 0) {
    return stat(file).then(
      (one) => (one.isFile() ? one.size : 0),
      () => 0,
    )
  }
  let bytes = 0
  for (const entry of found) if (!entry.isSymbolicLink()) bytes += await sizeOf(path.join(file, entry.name))
  return bytes
}

/** Returns no names if it is not a folder. */
function entries(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}
