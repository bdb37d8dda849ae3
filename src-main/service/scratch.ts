/** Folders of work under way. Those of the one who writes the history lie in its data directory: what a crash leaves goes at the next start. */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Paths } from './dataDir'

/**
 * @param what it is for
 * @param paths null for who only looks: no data directory is written to, and the system's own place for such folders is taken
 */
export async function scratchFolder(what: 'verify' | 'import', paths: Pick<Paths, 'work'> | null): Promise<string> {
  if (paths === null) return mkdtemp(path.join(tmpdir(), `mcnn-${what}-`))
  await mkdir(paths.work, { recursive: true })
  return mkdtemp(path.join(paths.work, `${what}-`))
}

export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  // Of a data directory the place goes with its last folder; it stays while others are in it.
  if (path.basename(path.dirname(folder)) === 'work') await rmdir(path.dirname(folder)).catch(() => undefined)
}

/** What a program that is gone left. Only while nobody else may write there, and before anything is begun. */
export function clearScratch({ work }: Pick<Paths, 'work'>): void {
  rmSync(work, { recursive: true, force: true })
}
