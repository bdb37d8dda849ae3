/** Files and folders whose content is on the disk when a call returns. */
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { codeOf } from '../contract/errors'

/** A file system may not know how to flush a folder, and a folder that cannot be read cannot be flushed. */
const unflushable = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EACCES', 'EPERM'])

/** Creates a file and flushes it. Throws the system's error, EEXIST if the file exists. */
export async function createFlushed(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'wx', 0o666)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Flushes a file or a folder to the disk. */
export async function flushPath(file: string): Promise<void> {
  try {
    const handle = await open(file, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    if (!unflushable.has(codeOf(thrown) ?? '')) throw thrown
  }
}

const partPattern = /^mcnn-(\d{1,10})-[0-9a-f]{8}\.part$/

/** Returns a name for what is being written, short enough for every file system, with the process that writes it. */
export function partName(): string {
  return `mcnn-${process.pid}-${randomBytes(4).toString('hex')}.part`
}

/** Returns the process that a name of `partName` carries; null for any other name. */
export function writerOf(name: string): number | null {
  const pid = partPattern.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}
