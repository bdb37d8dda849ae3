/** Backups of the history in the data directory. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import type { Backup } from '../../contract/system/storage'
import { writeOutputWith } from '../../files/outputFile'
import { backupDatabase } from '../../history/repair/backup'
import { versionOf } from '../../history/files/database'
import { migrations } from '../../history/migrations'
import { isReserved, type Paths } from './dataDir'

/** Name part of backups that are made before an upgrade of the database. */
const keptBeforeMigration = 3
const pattern = /^history-(\d{8}-\d{9})(-before-v\d+|-damaged)?\.sqlite$/

/** Returns all backups, newest first, including kept corrupt histories. */
export function listBackups({ backups }: Pick<Paths, 'backups'>): Backup[] {
  if (!existsSync(backups)) return []
  const found = readdirSync(backups).flatMap((name): Backup[] => {
    const match = pattern.exec(name)
    if (!match) return []
    const [, stamp = '', what] = match
    const file = path.join(backups, name)
    const kind = what === undefined ? 'asked' : what === '-damaged' ? 'damaged' : 'migration'
    const at = stamp.replace(/(....)(..)(..)-(..)(..)(..)(...)/, '$1-$2-$3T$4:$5:$6.$7Z')
    return [{ file, kind, at, bytes: statSync(file).size }]
  })
  return found.sort((a, b) => (path.basename(a.file) < path.basename(b.file) ? 1 : -1))
}

/** The last returned name: its file may not exist yet. */
let lastStamp = 0

/** Returns an unused file name in the folder of backups. @param what end of the name, such as '-damaged' */
export function newBackupFile({ backups }: Pick<Paths, 'backups'>, what = ''): string {
  mkdirSync(backups, { recursive: true })
  for (let at = Math.max(new Date().getTime(), lastStamp + 1); ; at++) {
    const stamp = new Date(at)
      .toISOString()
      .replaceAll(/[-:.Z]/g, '')
      .replace('T', '-')
    const file = path.join(backups, `history-${stamp}${what}.sqlite`)
    if (existsSync(file)) continue
    lastStamp = at
    return file
  }
}

/** Copies the history into the backups' folder. Throws as `backupDatabase`. */
export async function makeBackup(paths: Paths, out?: string): Promise<{ file: string; bytes: number }> {
  // Checked before a folder is created.
  if (!existsSync(paths.database)) throw new WorkbenchError('not-found', `There is no history ${paths.database} yet.`)
  const file = out ?? newBackupFile(paths)
  return { file, bytes: await backupDatabase(paths.database, file) }
}

/** Copies the history to where the user asks for it. Throws as `backupDatabase` and `writeOutput`. */
export async function writeBackup(
  paths: Paths,
  file: string,
  overwrite: boolean,
): Promise<{ file: string; bytes: number }> {
  return {
    file,
    bytes: await writeOutputWith(
      file,
      { overwrite, isReserved: (target) => isReserved(paths.dataDir, target) },
      (part) => backupDatabase(paths.database, part, file),
    ),
  }
}

/** Backs up a history of an older program before it is upgraded, and deletes the oldest such backups. */
export async function backupBeforeMigration(paths: Paths): Promise<void> {
  if (!existsSync(paths.database)) return
  const version = versionOf(paths.database)
  if (version === 0 || version >= migrations.length) return
  await makeBackup(paths, newBackupFile(paths, `-before-v${migrations.length}`))
  const older = listBackups(paths)
    .filter((backup) => backup.kind === 'migration')
    .slice(keptBeforeMigration)
  for (const { file } of older) rmSync(file, { force: true })
}
