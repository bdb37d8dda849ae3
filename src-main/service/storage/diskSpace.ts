import { statfs } from 'node:fs/promises'

/** Returns the free bytes of the disk that holds the folder, or null if the system does not report them. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
