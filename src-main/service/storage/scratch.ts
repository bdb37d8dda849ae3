/**
 * Scratch folders of background tasks. A program that writes the history keeps them in its data directory; a crash
 * leaves them for the next start.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Paths } from './dataDir'
import { isMarked, markFolder, removeIfEmpty } from './ownFiles'

type Place = Pick<Paths, 'work' | 'identity'>

/**
 * Creates a scratch folder.
 * @param paths null for a read-only service, which writes nothing in the data directory: the system's temporary
 *   folder is used
 */
export async function scratchFolder(purpose: 'verify' | 'import', paths: Place | null): Promise<string> {
  if (paths === null) return mkdtemp(path.join(tmpdir(), `mcnn-${purpose}-`))
  // Synchronous: another task may be removing an empty `work`.
  if (mkdirSync(paths.work, { recursive: true }) !== undefined) markFolder(paths.work, paths.identity)
  const folder = mkdtempSync(path.join(paths.work, `${purpose}-`))
  markFolder(folder, paths.identity)
  return folder
}

/** Deletes a folder that `scratchFolder` returned. @param paths as given to `scratchFolder` */
export async function removeScratch(folder: string, paths: Place | null): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  if (paths) removeIfEmpty(paths.work, paths.identity)
}

/**
 * Deletes the scratch folders of a program that crashed; everything else in `work` stays. Call it only with the lock,
 * before any task starts.
 */
export function clearScratch({ work, identity }: Place): void {
  for (const name of namesIn(work)) {
    const folder = path.join(work, name)
    if (isMarked(folder, identity)) rmSync(folder, { recursive: true, force: true })
  }
  removeIfEmpty(work, identity)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
