/** What the data directory holds, and what of it nothing in the history needs any more. */
import type { Dirent } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Storage } from '../contract/records'
import type { RunRecord } from '../history/runs'
import type { Context } from './context'

/** As the shell names it; it is moved on to service.log.1 … when it is full. */
export const serviceLogName = 'service.log'

/** The end of a run's log, and of one that was full. */
const runLogName = /\.log(\.1)?$/

type Kind = Storage['parts'][number]['kind']
type Place = Pick<Context, 'history' | 'paths'>

export async function measureStorage(context: Place): Promise<Storage> {
  const { paths } = context
  const sizes = new Map<Kind, number>()
  for (const entry of await entries(paths.dataDir)) {
    const kind = kindOf(entry.name, path.basename(paths.database))
    sizes.set(kind, (sizes.get(kind) ?? 0) + (await sizeOf(path.join(paths.dataDir, entry.name))))
  }
  const unneeded = { runs: await total(await foldersOf(context, isOrphan)), logs: await total(await logsOf(context, isOrphan)) }
  const trash = (await total(await foldersOf(context, isTrashed))) + (await total(await logsOf(context, isTrashed)))
  const parts = [...sizes].map(([kind, bytes]) => ({ kind, bytes, reclaimable: kind === 'runs' ? unneeded.runs : kind === 'logs' ? unneeded.logs : 0 }))
  parts.sort((a, b) => b.bytes - a.bytes)
  return { parts, bytes: parts.reduce((sum, part) => sum + part.bytes, 0), reclaimable: unneeded.runs + unneeded.logs, trash }
}

/** Deletes folders and logs of runs that are in no history, not even in the trash; gives the bytes. */
export async function reclaim(context: Place): Promise<number> {
  const files = [...(await foldersOf(context, isOrphan)), ...(await logsOf(context, isOrphan))]
  let freed = 0
  for (const file of files) {
    const bytes = await sizeOf(file)
    await rm(file, { recursive: true, force: true })
    freed += bytes
  }
  return freed
}

type Which = (run: RunRecord | null) => boolean
/** A run is in the history before its folder is made, so a folder without one is what was left of one. */
const isOrphan: Which = (run) => run === null
const isTrashed: Which = (run) => run?.hidden ?? false

async function foldersOf({ history, paths }: Place, which: Which): Promise<string[]> {
  const folders = await entries(paths.runs)
  return folders.filter((entry) => entry.isDirectory() && which(history.runs.get(entry.name))).map((entry) => path.join(paths.runs, entry.name))
}

async function logsOf({ history, paths }: Place, which: Which): Promise<string[]> {
  const files = await entries(paths.logs)
  return files
    .filter((entry) => entry.isFile() && runLogName.test(entry.name) && !entry.name.startsWith(serviceLogName) && which(history.runs.get(entry.name.replace(runLogName, ''))))
    .map((entry) => path.join(paths.logs, entry.name))
}

function kindOf(name: string, database: string): Kind {
  if (name.startsWith(database)) return 'history'
  return name === 'runs' || name === 'backups' || name === 'datasets' || name === 'logs' || name === 'desktop' ? name : 'other'
}

async function total(files: readonly string[]): Promise<number> {
  let bytes = 0
  for (const file of files) bytes += await sizeOf(file)
  return bytes
}

/** Of a file, or of all files below a folder; links are not followed, and what goes meanwhile counts nothing. */
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

/** None for what is no folder. */
function entries(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}
