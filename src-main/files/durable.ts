/** Writes files and folders durably: the content is on the disk when a call returns. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { codeOf } from '../contract/errors'

/** Some file systems cannot flush a folder, and a folder without read permission cannot be flushed. */
const unflushable = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EACCES', 'EPERM'])

/** Name of the temporary file that is renamed to `file`; each process has its own. */
const temporaryOf = (file: string): string => `${file}.${process.pid}.tmp`

/**
 * Writes a file so that readers, and the disk after a power failure, have the old or the new content, never a part.
 * Calls for the same file must not overlap. Throws the system's error; the old content stays then.
 */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  const temporary = temporaryOf(file)
  try {
    await rm(temporary, { force: true })
    await createFlushed(temporary, content)
    await rename(temporary, file)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
  await flushPath(path.dirname(file))
}

/** As `writeAtomically`, for small files and synchronous callers. `mode`: permissions of a new file. */
export function writeAtomicallySync(file: string, content: string, mode = 0o666): void {
  const temporary = temporaryOf(file)
  try {
    const handle = openSync(temporary, 'w', mode)
    try {
      // Unlike writeSync, writeFileSync writes everything or throws: a full disk may accept some of it.
      writeFileSync(handle, content)
    } finally {
      closeSync(handle)
    }
    renameDurably(temporary, file)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}

/** Renames a file and flushes it and its folder. */
export function renameDurably(from: string, to: string): void {
  flushPathSync(from)
  renameSync(from, to)
  flushPathSync(path.dirname(to))
}

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

/** As `flushPath`. */
export function flushPathSync(file: string): void {
  try {
    const handle = openSync(file, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (thrown) {
    if (!unflushable.has(codeOf(thrown) ?? '')) throw thrown
  }
}

const partPattern = /^mcnn-(\d{1,10})-[0-9a-f]{8}\.part$/

/** Returns a temporary name with the pid of its process, short enough for every file system. */
export function partName(): string {
  return `mcnn-${process.pid}-${randomBytes(4).toString('hex')}.part`
}

/** Returns the pid in a name of `partName`; null for other names. */
export function writerOf(name: string): number | null {
  const pid = partPattern.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}
