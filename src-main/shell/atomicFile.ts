import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a small file so that a reader finds the old text or the new one, never half of it: temp file, fsync, rename.
 */
export function writeAtomically(file: string, text: string): void {
  const part = `${file}.${process.pid}.part`
  try {
    const handle = openSync(part, 'w', 0o600)
    try {
      // Unlike writeSync, all of it or an error: a full disk may take a part first.
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(part, file)
  } catch (thrown) {
    rmSync(part, { force: true })
    throw thrown
  }
}
