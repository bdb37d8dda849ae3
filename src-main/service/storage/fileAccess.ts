/** Which files of a data directory this user may not read or write. */
import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { anotherDataDir, codeOf, WorkbenchError } from '../../contract/errors'
import type { Paths } from './dataDir'

export interface Denied {
  file: string
  /** The denied access: `read`, or `write` if it can be read. */
  access: 'read' | 'write'
}

/** Files next to the history that every writer must be able to write. */
const historyEnds = ['', '-wal', '-shm', '-journal', '.lock', '.writer'] as const
/** Most file names in a message. */
const listed = 3

/** @throws WorkbenchError unavailable that names the files of the history that this user may not write */
export function mustBeWritable(paths: Paths): void {
  const denied = historyEnds.flatMap((end) => deniedOf(paths.database + end, constants.W_OK))
  if (denied.length > 0)
    throw new WorkbenchError('unavailable', `The history cannot be written: ${deniedWords(denied)}.`, {
      fix: deniedFix(denied),
    })
}

/** @returns an error for a write to a data directory that was opened read-only because this user may not write it */
export function notWritable({ dataDir }: Paths): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `The data directory ${dataDir} cannot be written by this user: it is open read-only.`,
    { fix: `Run \`mcnn doctor\` or open the System page to see which files, or choose ${anotherDataDir}.` },
  )
}

/**
 * Returns everything in the data directory that this user cannot read, or cannot write. Data sets need only be
 * readable: they may be shared.
 */
export function deniedFiles(paths: Paths): Denied[] {
  const { dataDir, database, datasets, runs, logs, backups, work, tuning, marker } = paths
  if (statSync(dataDir, { throwIfNoEntry: false }) === undefined) return []
  const writable = [
    dataDir,
    marker,
    tuning,
    ...historyEnds.map((end) => database + end),
    ...[runs, logs, backups, work].flatMap(withEntries),
    ...[runs].flatMap(namesIn).flatMap(namesIn),
  ]
  return [
    ...writable.flatMap((file) => deniedOf(file, constants.W_OK)),
    ...withEntries(datasets).flatMap((file) => deniedOf(file, constants.R_OK)),
  ]
}

/** Such as "/d/history.sqlite-wal (owner 1001) and 2 more". */
export function deniedWords(denied: readonly Denied[]): string {
  const shown = denied
    .slice(0, listed)
    .map(
      ({ file, access }) => `${file} ${access === 'read' ? 'cannot be read' : 'cannot be written'} (${ownerOf(file)})`,
    )
  return `${shown.join(', ')}${denied.length > listed ? `, and ${denied.length - listed} more` : ''}`
}

export function deniedFix(denied: readonly Denied[]): string {
  const files = denied
    .slice(0, listed)
    .map(({ file }) => quoted(file))
    .join(' ')
  return `Have the owner or an administrator run \`chmod g+rw ${files}\` or \`chown\`, or choose ${anotherDataDir}.`
}

function deniedOf(file: string, mode: number): Denied[] {
  try {
    accessSync(file, constants.R_OK)
  } catch (thrown) {
    return codeOf(thrown) === 'ENOENT' ? [] : [{ file, access: 'read' }]
  }
  try {
    accessSync(file, mode)
    return []
  } catch {
    return [{ file, access: 'write' }]
  }
}

function withEntries(folder: string): string[] {
  return [folder, ...namesIn(folder)]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => path.join(folder, name))
  } catch {
    return []
  }
}

function ownerOf(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found ? `owner ${found.uid}, mode ${(found.mode & 0o7777).toString(8)}` : 'gone'
}

function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`
}
