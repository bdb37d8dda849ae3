/** Files and folders for other programs, put where a person wants them: whole or not at all, and over nothing unless that was asked for. */
import { randomBytes } from 'node:crypto'
import { constants, renameSync } from 'node:fs'
import { cp, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, WorkbenchError } from '../contract/errors'
import { isAlive } from '../datasets'

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
 * Gives a file that was made beside its place that place.
 * @param part on the same file system
 * @throws as `placeFile` does where something came there meanwhile, else with the system's code
 */
export async function placeMade(part: string, target: string, force: boolean): Promise<void> {
  await sync(part)
  if (force) await rename(part, target)
  else
    await takeName(part, target).catch((thrown: unknown) => {
      throw codeOf(thrown) === 'EEXIST' ? taken(target) : thrown
    })
  await sync(path.dirname(target))
}

/** What kind of folder is placed. */
export interface FolderKind {
  /** In sentences. */
  what: 'model' | 'report'
  /** The file by which one is known: only such a folder, or an empty one, is ever replaced. */
  mark: string
  /** Whether what else lies in it goes along into the new one: a person works in it. */
  keepsOthers: boolean
}

/**
 * Before anything is made for it. What programs that died have left beside it goes, and a folder that they had put aside comes back.
 * @returns what is in it
 * @throws WorkbenchError conflict, bad-input: as `placeFolder` does
 */
export async function mustBePlaceable(target: string, { what, mark }: FolderKind, force: boolean): Promise<string[]> {
  await clearBeside(target)
  const there = await kindOf(target)
  if (there === 'file') throw refused(`${shown(target)} is a file, and the ${what} is a folder.`, 'Give the folder another name.')
  const inside = there === 'folder' ? await readdir(target) : []
  if (inside.length > 0 && !force) throw new WorkbenchError('conflict', `${shown(target)} is there already, and not empty.`, { fix: `Choose another name, or replace the ${what} that is there (--force on the command line).`, field: 'path' })
  // Who mistypes must not lose a folder of other things.
  if (inside.length > 0 && !inside.includes(mark)) throw refused(`${shown(target)} holds other files, and no ${mark}: it is not replaced.`, `Name a folder that is empty, is not there yet, or holds a ${what}.`)
  return inside
}

/**
 * Whoever looks finds the old folder whole or the new one. No system call of Node's swaps two folders, so for the moment between two
 * renames neither has the name: a program that dies in it leaves both beside the place, and the next one that comes puts the old one back.
 * @param files by their place in the folder, parted by '/'
 * @param force replaces a folder of the same kind
 * @throws WorkbenchError as `placeFile` does
 */
export async function placeFolder(target: string, files: ReadonlyMap<string, Uint8Array | string>, kind: FolderKind, force: boolean): Promise<void> {
  const inside = await mustBePlaceable(target, kind, force)
  await whole(target, async (part) => {
    for (const [name, bytes] of files) {
      const file = path.join(part, name)
      await mkdir(path.dirname(file), { recursive: true })
      await putFlushed(file, bytes)
    }
    const own = new Set([...files.keys()].map((name) => name.split('/')[0]))
    if (kind.keepsOthers) for (const name of inside) if (!own.has(name)) await cp(path.join(target, name), path.join(part, name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE })
    for (const folder of new Set([part, ...[...files.keys()].map((name) => path.dirname(path.join(part, name)))])) await sync(folder)
    if (inside.length === 0) return rename(part, target)
    const old = `${part}${aside}`
    // Nothing comes between the two.
    renameSync(target, old)
    try {
      renameSync(part, target)
    } catch (thrown) {
      renameSync(old, target)
      throw thrown
    }
    await sync(path.dirname(target))
    await removeWhole(old)
  })
}

/** The end of a folder's name that was put aside for a new one: whole, and what a place that is empty gets back. */
const aside = '.old'
/** Says who makes it: what a program that died has left can be told from what another one is at. */
const partName = (target: string): string => `${target}.${process.pid}-${randomBytes(4).toString('hex')}.part`

/** What programs that died have left beside a place: the folder that they put aside comes back where the place is empty, all else goes. */
async function clearBeside(target: string): Promise<void> {
  const name = path.basename(target)
  const beside = await readdir(path.dirname(target)).catch(() => [])
  const left = beside.flatMap((one) => {
    const [, pid, end] = (one.startsWith(name) && /^\.(\d{1,10})-[0-9a-f]{8}\.part(\.old|\.gone)?$/.exec(one.slice(name.length))) || []
    return pid === undefined || isAlive(Number(pid)) ? [] : [{ file: path.join(path.dirname(target), one), old: end === aside }]
  })
  // An old one first: its place may be empty.
  for (const { file, old } of left.sort((x, y) => Number(y.old) - Number(x.old))) {
    if (old && (await kindOf(target)) === null) await rename(file, target)
    else if (old) await removeWhole(file)
    else await rm(file, { recursive: true, force: true })
  }
}

/** Under another name first: half of it must not be taken for the whole. */
async function removeWhole(old: string): Promise<void> {
  const gone = `${old.slice(0, -aside.length)}.gone`
  await rename(old, gone)
  await rm(gone, { recursive: true })
}

/** Makes it beside its place, puts it there, and leaves nothing else behind. */
async function whole(target: string, make: (part: string) => Promise<void>): Promise<void> {
  const part = partName(target)
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
