/** Files and folders for other programs, put where a person wants them: whole or not at all, and over nothing unless that was asked for. */
import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, WorkbenchError } from '../contract/errors'

/**
 * @param force replaces a file that is there
 * @throws WorkbenchError conflict where something is there and `force` was not given, bad-input where something is there that is
 *   never replaced, unavailable where it can't be written
 */
export async function placeFile(target: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const there = await kindOf(target)
  if (there === 'folder') throw refused(`${shown(target)} is a folder, and the model is a file.`, 'Give the file a name in it.')
  if (there !== null && !force) throw taken(target)
  await whole(target, async (part) => {
    await putFlushed(part, bytes)
    if (force) await rename(part, target)
    else await takeName(part, target)
  })
}

/**
 * @param files by their place in the folder, parted by '/'
 * @param mark the file by which a folder of the same kind is known: only such a one, or an empty one, is ever replaced
 * @param force replaces such a folder
 * @throws WorkbenchError as `placeFile` does
 */
export async function placeFolder(target: string, files: ReadonlyMap<string, Uint8Array>, mark: string, force: boolean): Promise<void> {
  const there = await kindOf(target)
  if (there === 'file') throw refused(`${shown(target)} is a file, and the model is a folder.`, 'Give the folder another name.')
  const inside = there === 'folder' ? await readdir(target) : []
  if (inside.length > 0 && !force) throw taken(target)
  // Who mistypes must not lose a folder of other things.
  if (inside.length > 0 && !inside.includes(mark)) throw refused(`${shown(target)} holds other files, and no ${mark}: it is not replaced.`, 'Name a folder that is empty, is not there yet, or holds a model.')
  await whole(target, async (part) => {
    for (const [name, bytes] of files) {
      const file = path.join(part, name)
      await mkdir(path.dirname(file), { recursive: true })
      await putFlushed(file, bytes)
    }
    for (const folder of new Set([...files.keys()].map((name) => path.dirname(path.join(part, name))))) await sync(folder)
    if (inside.length === 0) return rename(part, target)
    const old = `${part}.old`
    await rename(target, old)
    try {
      await rename(part, target)
    } catch (thrown) {
      await rename(old, target)
      throw thrown
    }
    await rm(old, { recursive: true })
  })
}

/** Makes it beside its place, puts it there, and leaves nothing else behind. */
async function whole(target: string, make: (part: string) => Promise<void>): Promise<void> {
  const part = `${target}.${randomBytes(4).toString('hex')}.part`
  try {
    await make(part)
    await sync(path.dirname(target))
  } catch (cause) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined)
    const why = codeOf(cause)
    if (why === 'EEXIST' || why === 'ENOTEMPTY') throw taken(target)
    throw new WorkbenchError('unavailable', `${shown(target)} could not be written (${why ?? String(cause)}).`, { fix: why === 'ENOENT' ? 'Make its folder first, or choose another.' : 'Choose another folder, or free some space.', field: 'path', cause })
  }
}

/** As rename, but over nothing that came meanwhile. */
async function takeName(part: string, target: string): Promise<void> {
  try {
    await link(part, target)
  } catch (error) {
    // Sticks and shares may know no second name for a file.
    if (codeOf(error) === 'EEXIST' || (await kindOf(target)) !== null) throw error
    return rename(part, target)
  }
  await rm(part)
}

/** Makes a new file whose content is on the disk. */
export async function putFlushed(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'wx', 0o666)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A link counts as a file: what it leads to is never touched. */
async function kindOf(target: string): Promise<'file' | 'folder' | null> {
  const found = await lstat(target).catch(() => null)
  return found === null ? null : found.isDirectory() ? 'folder' : 'file'
}

function taken(target: string): WorkbenchError {
  return new WorkbenchError('conflict', `${shown(target)} is there already.`, { fix: 'Choose another name.', field: 'path' })
}

function refused(message: string, fix: string): WorkbenchError {
  return new WorkbenchError('bad-input', message, { fix, field: 'path' })
}

/** Paths may be longer than a message. */
function shown(target: string): string {
  return target.length > 500 ? `…${target.slice(-500)}` : target
}
