/** Writes to the data directory and translates its errors. */
import type { FileHandle } from 'node:fs/promises'
import { codeOf, WorkbenchError } from '../contract/errors'

export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;)
    at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}

/** @throws WorkbenchError unavailable for an error of the file system */
export async function onDisk<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof WorkbenchError || code === null) throw error
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    throw new WorkbenchError(
      'unavailable',
      full ? 'The disk of the data directory is full.' : `The data directory cannot be written (${code}).`,
      {
        fix: full
          ? 'Free 400 MB there, or choose another data directory.'
          : 'Change its permissions, or choose another data directory.',
        cause: error,
      },
    )
  }
}
