/** The folders of imported data sets. A set is added, replaced and removed atomically, by renaming its folder. */
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, renameSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { codeOf, WorkbenchError } from '../contract/errors'
import { importedDatasetIds } from '../contract/datasets/datasetRegistry'
import type { DatasetId } from '../contract/experiment'
import { isAlive } from '../files/alive'
import { flushPath } from '../files/durable'
import { cifarSpecs, type CifarSpec } from './catalog'
import { splitNames } from './import/format'
import { fileOf, manifestName, specOf } from './store'

/** Names of folders that an import or a removal moves; other names with a leading dot belong to other programs. */
const transient = new RegExp(
  String.raw`^\.(import|replaced|removed)-(?:(${importedDatasetIds.join('|')})-)?([a-z0-9]+)-(\d+)-[0-9a-f]+$`,
)
/** Another machine on a shared disk may be using a folder; after a day it is abandoned. */
const dayMs = 24 * 3600 * 1000
/** Folders that this process uses. */
const inUse = new Set<string>()

const hostTag =
  hostname()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 40) || 'host'

/** Creates a private folder for an import; release it with `dropFolder`. */
export async function makeFolder(datasetsDir: string): Promise<string> {
  const name = `.import-${hostTag}-${process.pid}-${randomBytes(4).toString('hex')}`
  inUse.add(name)
  await mkdir(join(datasetsDir, name), { recursive: true })
  return name
}

export async function dropFolder(datasetsDir: string, name: string): Promise<void> {
  await rm(join(datasetsDir, name), { recursive: true, force: true })
  inUse.delete(name)
}

/** Makes a finished folder the data set, replacing an existing one. */
export async function putInPlace(datasetsDir: string, folder: string, id: DatasetId): Promise<void> {
  const aside = moveAside(datasetsDir, 'replaced', id)
  try {
    await rename(join(datasetsDir, folder), join(datasetsDir, id))
  } catch (error) {
    if (aside) await rename(join(datasetsDir, aside), join(datasetsDir, id)).catch(() => undefined)
    throw error
  } finally {
    if (aside) await dropFolder(datasetsDir, aside)
  }
  await flushPath(datasetsDir)
}

/**
 * Throws if the folder of a data set is a link, or contains files that no import wrote, because the folder is deleted
 * later.
 * @throws WorkbenchError conflict
 */
function mustBeImported(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found?.isSymbolicLink())
    throw new WorkbenchError('conflict', `${folder} is a link, which MCNN Workbench did not create.`, {
      fix: 'Remove the link yourself, then try again.',
    })
  if (!found?.isDirectory()) return
  const written: readonly string[] = [manifestName, ...splitNames.map(fileOf)]
  const other = readdirSync(folder).find((name) => !written.includes(name))
  if (other !== undefined)
    throw new WorkbenchError(
      'conflict',
      `${folder} contains ${JSON.stringify(other.slice(0, 100))}, which MCNN Workbench did not create.`,
      { fix: 'Move it to another folder first.' },
    )
}

/** @throws WorkbenchError conflict if something in the folder is not from an import */
function moveAside(datasetsDir: string, kind: 'replaced' | 'removed', id: DatasetId): string | null {
  mustBeImported(join(datasetsDir, id))
  const name = `.${kind}-${id}-${hostTag}-${process.pid}-${randomBytes(4).toString('hex')}`
  inUse.add(name)
  try {
    renameSync(join(datasetsDir, id), join(datasetsDir, name))
    return name
  } catch (error) {
    inUse.delete(name)
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Deletes leftovers of a killed import; restores a data set that it had only moved. */
export async function removeLeftovers(datasetsDir: string): Promise<void> {
  const names = await readdir(datasetsDir).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    const match = transient.exec(name)
    if (!match || inUse.has(name)) continue
    const [, kind, id, host, pid] = match
    const path = join(datasetsDir, name)
    if (host === hostTag ? Number(pid) !== process.pid && isAlive(Number(pid)) : !(await isOld(path))) continue
    const restored =
      kind === 'replaced' &&
      id &&
      (await rename(path, join(datasetsDir, id)).then(
        () => true,
        () => false,
      ))
    if (!restored) await rm(path, { recursive: true, force: true })
  }
}

async function isOld(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => new Date().getTime() - s.mtimeMs > dayMs,
    () => false,
  )
}

/**
 * Moves a data set away, to be restored or deleted; synchronous, so that a check before it still holds. If neither
 * happens before this process ends, `removeLeftovers` deletes it.
 * @returns the name of its temporary folder
 * @throws WorkbenchError conflict for the built-in data set or a folder with files of the user, not-found
 */
export function setAside(datasetsDir: string, id: DatasetId, specs: readonly CifarSpec[] = cifarSpecs): string {
  const spec = specOf(id, specs)
  if (!spec)
    throw new WorkbenchError('conflict', 'The synthetic set is part of the program: there is nothing to remove.')
  const aside = moveAside(datasetsDir, 'removed', id)
  if (!aside) throw new WorkbenchError('not-found', `${spec.name} has not been imported.`)
  return aside
}

/**
 * Restores a data set synchronously; `flushPath` makes that durable.
 * @throws WorkbenchError conflict if it exists again
 */
export function restoreSet(datasetsDir: string, folder: string, id: DatasetId): void {
  // Renaming replaces an empty folder.
  if (existsSync(join(datasetsDir, id)))
    throw new WorkbenchError('conflict', `${id} has been imported again meanwhile.`)
  renameSync(join(datasetsDir, folder), join(datasetsDir, id))
  inUse.delete(folder)
}

/** @throws WorkbenchError as `setAside` does */
export async function removeDataset(
  datasetsDir: string,
  id: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<void> {
  await dropFolder(datasetsDir, setAside(datasetsDir, id, specs))
}
