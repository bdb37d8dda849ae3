/** Explains why a path that the user gave cannot be used, by the system's error code. */
import { stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { codeOf, messageOf, WorkbenchError, type ErrorCode } from '../contract/errors'

export interface PathProblem {
  /** `bad-input` if another path would do, `unavailable` if the system failed. */
  code: ErrorCode
  reason: string
  /** What to do if the path is to be written. */
  fix: string
}

const problems: Record<string, [code: ErrorCode, reason: string, fix: string]> = {
  ENOENT: ['bad-input', 'its folder does not exist', 'Create the folder first, or choose another one.'],
  ENOTDIR: ['bad-input', 'a part of its path is not a folder', 'Choose another folder.'],
  EISDIR: ['bad-input', 'it is a folder', 'Name a file in it.'],
  ELOOP: ['bad-input', 'its links lead in a circle', 'Choose another name.'],
  ENAMETOOLONG: ['bad-input', 'the name is too long', 'Choose a shorter name.'],
  EACCES: ['bad-input', 'permission denied', 'Choose another folder, or change the permissions.'],
  EPERM: ['bad-input', 'operation not permitted', 'Choose another folder, or change the permissions.'],
  EROFS: ['bad-input', 'the file system is read-only', 'Choose another folder.'],
  ENXIO: ['bad-input', 'no device answers there', 'Choose another name.'],
  ENODEV: ['bad-input', 'no device answers there', 'Choose another name.'],
  ETXTBSY: ['bad-input', 'it is a program that is running', 'Choose another name.'],
  EINVAL: ['bad-input', 'the system does not accept the name', 'Choose another name.'],
  EBUSY: ['unavailable', 'another program uses it', 'Try again later, or choose another name.'],
  ENOSPC: ['unavailable', 'the disk is full', 'Free some space, or choose another disk.'],
  EDQUOT: ['unavailable', 'the disk quota is used up', 'Free some space, or choose another disk.'],
  EFBIG: ['unavailable', 'the file system does not support files of this size', 'Choose another disk.'],
  EIO: ['unavailable', 'the device reports an error', 'Check the disk, or choose another one.'],
  EPIPE: ['unavailable', 'its reader has ended', 'Start the reader again.'],
}

export function pathProblem(cause: unknown): PathProblem {
  const name = codeOf(cause)
  const known = name === null ? undefined : problems[name]
  if (!known) return { code: 'unavailable', reason: name ?? messageOf(cause), fix: 'Choose another folder.' }
  const [code, reason, fix] = known
  return { code, reason, fix }
}

/**
 * Returns the kind of a path that the user wants to import.
 * @throws WorkbenchError bad-input if it is neither a file nor a folder, or if this user may not access it
 */
export async function statSource(source: string): Promise<Stats> {
  const stats = await stat(source).catch((thrown: unknown) => {
    throw unreadableSource(source, thrown)
  })
  if (stats.isFile() || stats.isDirectory()) return stats
  throw badSource(source, 'it is neither a file nor a folder', 'Choose a file or a folder.')
}

/** Returns the error for a source that cannot be read. */
export function unreadableSource(source: string, cause: unknown): WorkbenchError {
  const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '')
  const fix = isMissing ? 'Check its path.' : 'Change its permissions, or choose another copy of it.'
  return badSource(source, isMissing ? 'there is no such file or folder' : pathProblem(cause).reason, fix, cause)
}

function badSource(source: string, reason: string, fix: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError('bad-input', `Cannot import ${shownPath(source)}: ${reason}.`, {
    fix,
    field: 'path',
    cause,
  })
}

/** Shortens paths, which may be longer than a message. */
export function shownPath(path: string): string {
  return path.length > 500 ? `…${path.slice(-500)}` : path
}
