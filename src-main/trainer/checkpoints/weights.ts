/** Files that are put in place whole, and last. */
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** As `putDurably`; returns the SHA-256 of the content. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<string> {
  await putDurably(file, bytes)
  return sha256Of(bytes)
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes atomically and durably: temp file, fsync, rename, fsync of the folder. */
export async function putDurably(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`
  try {
    const handle = await open(temporary, 'w')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  const folder = await open(path.dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
