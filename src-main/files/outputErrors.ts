/** What can be wrong with a place that the user asked something to be written to, in sentences. */
import { codeOf, messageOf, WorkbenchError, type ErrorCode } from '../contract/errors'

/** The system's codes: `bad-input` if another target would do, `unavailable` if the write itself failed. */
const reasons: Record<string, [code: ErrorCode, reason: string, fix: string]> = {
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
  EFBIG: ['unavailable', 'the file system does not take a file of this size', 'Choose another disk.'],
  EIO: ['unavailable', 'the device reports an error', 'Check the disk, or choose another one.'],
  EPIPE: ['unavailable', 'its reader has ended', 'Start the reader again.'],
}

/** Returns the error for a failed write to `target`; an expected error and a cancellation pass as they are. */
export function outputError(target: string, cause: unknown): unknown {
  if (cause instanceof WorkbenchError || (cause instanceof Error && cause.name === 'AbortError')) return cause
  const code = codeOf(cause)
  const known = code === null ? undefined : reasons[code]
  if (!known)
    return new WorkbenchError('unavailable', `Cannot write ${shownPath(target)}: ${code ?? messageOf(cause)}.`, {
      fix: 'Choose another folder.',
      field: 'path',
      cause,
    })
  const [kind, reason, fix] = known
  return new WorkbenchError(kind, `Cannot write ${shownPath(target)}: ${reason}.`, { fix, field: 'path', cause })
}

/** The target exists and was not to be replaced. */
export function targetExists(target: string): WorkbenchError {
  return new WorkbenchError('exists', `${shownPath(target)} exists already.`, {
    fix: 'Choose another name.',
    field: 'path',
  })
}

/** The target is nothing that can be written to, whatever the user allows. */
export function badTarget(message: string, fix: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix, field: 'path' })
}

/** A path may be longer than a message. */
export function shownPath(target: string): string {
  return target.length > 500 ? `…${target.slice(-500)}` : target
}
