/**
 * Writes a folder of files to a path that the user gave: a new folder atomically; in an existing folder, the program's
 * earlier files are replaced one by one. Files that the user added stay; files that the user changed are renamed.
 */
import { lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { codeOf } from '../contract/errors'
import { isAlive } from './alive'
import { createFlushed, flushPath, partName, writerOf } from './durable'
import { earlierFiles } from './earlierFolders'
import { badTarget, outputError, targetExists } from './outputErrors'
import { shownPath } from './pathProblems'
import { sha256Of, sha256OfFile } from './sha256'
import { writtenFilesName, writtenFilesText, readWrittenFiles, type WrittenFiles } from './writtenFiles'

export interface FolderOptions {
  /** The kind of folder, for messages: report, SavedModel. */
  what: string
  /** Whether to replace files that the program wrote there before. */
  overwrite: boolean
}

export interface WrittenFolder {
  /** The new names of files that the user had changed, below the folder. */
  kept: string[]
}

type Target = { kind: 'new'; folder: string } | { kind: 'update'; folder: string; own: WrittenFiles | null }

/**
 * Checks a target before its files are made; changes nothing. Throws a WorkbenchError: `exists` if a folder of the
 * program exists there and must not be replaced, `bad-input` if the target is a file or contains other files.
 */
export async function checkOutputFolder(target: string, options: FolderOptions): Promise<void> {
  try {
    await resolveTarget(target, options)
  } catch (thrown) {
    throw outputError(target, thrown)
  }
}

/**
 * Writes a folder of files to an absolute path. Throws as `checkOutputFolder`, and `unavailable` if a write fails.
 * @param files by their name below the folder, separated by '/'
 */
export async function writeOutputFolder(
  target: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  options: FolderOptions,
): Promise<WrittenFolder> {
  try {
    const found = await resolveTarget(target, options)
    if (found.kind === 'update') return await update(found.folder, found.own, files)
    await create(found.folder, files)
    return { kept: [] }
  } catch (thrown) {
    throw outputError(target, thrown)
  }
}

async function resolveTarget(target: string, { what, overwrite }: FolderOptions): Promise<Target> {
  const stats = await stat(target).catch(unlessMissing)
  if (stats === null) {
    if ((await lstat(target).catch(unlessMissing)) !== null)
      throw badTarget(`${shownPath(target)} is a link without a target.`, 'Choose another name.')
    const parent = await stat(path.dirname(target)).catch(unlessMissing)
    if (parent === null)
      throw badTarget(
        `There is no folder ${shownPath(path.dirname(target))}.`,
        'Create it first, or choose another one.',
      )
    return { kind: 'new', folder: target }
  }
  if (!stats.isDirectory())
    throw badTarget(`${shownPath(target)} is a file, and a ${what} is a folder.`, 'Give the folder another name.')
  const inside = await readdir(target)
  if (inside.length === 0) return { kind: 'update', folder: target, own: null }
  const own = inside.includes(writtenFilesName) ? await readWrittenFiles(target) : await earlierFiles(target, what)
  if (own === null)
    throw badTarget(
      `${shownPath(target)} contains other files and is not a ${what} of this program (it has no ${writtenFilesName}), so nothing in it is replaced.`,
      'Choose a new or an empty folder.',
    )
  if (!overwrite) throw targetExists(target)
  const writer = own.writing === null || !inside.includes(own.writing) ? null : writerOf(own.writing)
  if (writer !== null && isAlive(writer))
    throw badTarget(
      `Process ${writer} is writing to ${shownPath(target)}.`,
      'Try again later, or choose another folder.',
    )
  return { kind: 'update', folder: target, own }
}

async function create(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const part = path.join(path.dirname(folder), partName())
  await mkdir(part)
  try {
    for (const [name, content] of files) {
      await mkdir(path.dirname(path.join(part, name)), { recursive: true })
      await createFlushed(path.join(part, name), content)
    }
    await createFlushed(path.join(part, writtenFilesName), writtenFilesText(hashesOf(files), null))
    for (const inner of new Set([...files.keys()].map((name) => path.dirname(path.join(part, name)))))
      await flushPath(inner)
    await flushPath(part)
    await rename(part, folder)
  } catch (thrown) {
    await rm(part, { recursive: true, force: true })
    throw ['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(codeOf(thrown) ?? '') ? targetExists(folder) : thrown
  }
  await flushPath(path.dirname(folder))
}

/**
 * Each file is complete at every moment. If the program crashes meanwhile, the list has the old and the new files, so
 * that the next call can finish.
 */
async function update(
  folder: string,
  own: WrittenFiles | null,
  files: ReadonlyMap<string, Uint8Array | string>,
): Promise<WrittenFolder> {
  const before = new Map(Object.entries(own?.files ?? {}))
  const after = hashesOf(files)
  await clearUnfinished(folder, own?.writing ?? null)
  const part = partName()
  const kept: string[] = []
  await mkdir(path.join(folder, part))
  try {
    const both = new Map(
      [...new Set([...before.keys(), ...after.keys()])].map((name) => [
        name,
        [...new Set([...(before.get(name) ?? []), ...(after.get(name) ?? [])])],
      ]),
    )
    await putList(folder, part, writtenFilesText(both, part))
    const staged = [...files].map(([name, content], i) => ({ name, content, file: path.join(folder, part, String(i)) }))
    for (const { file, content } of staged) await createFlushed(file, content)
    for (const { name, file } of staged) {
      await clearWay(folder, name, both.get(name) ?? [], kept)
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
      await rename(file, path.join(folder, name))
    }
    for (const name of before.keys())
      if (!after.has(name) && (await isOwn(folder, name, before.get(name) ?? []))) await removeStale(folder, name)
    for (const inner of new Set([...files.keys()].map((name) => path.dirname(path.join(folder, name)))))
      await flushPath(inner)
    await putList(folder, part, writtenFilesText(after, null))
  } finally {
    await rm(path.join(folder, part), { recursive: true, force: true })
  }
  await flushPath(folder)
  return { kept }
}

/** Removes the new files of a crashed program: the folder in the list, and one without any file yet. */
async function clearUnfinished(folder: string, writing: string | null): Promise<void> {
  for (const name of await readdir(folder)) {
    const writer = writerOf(name)
    if (writer === null || isAlive(writer)) continue
    if (name === writing) await rm(path.join(folder, name), { recursive: true, force: true })
    else {
      await rm(path.join(folder, name, writtenFilesName), { force: true }).catch(() => undefined)
      await rmdir(path.join(folder, name)).catch(() => undefined)
    }
  }
}

async function putList(folder: string, part: string, text: string): Promise<void> {
  const file = path.join(folder, part, writtenFilesName)
  await createFlushed(file, text)
  await rename(file, path.join(folder, writtenFilesName))
  await flushPath(folder)
}

/** Renames what is at a name, or at a folder above it, unless the program wrote it. */
async function clearWay(folder: string, name: string, hashes: readonly string[], kept: string[]): Promise<void> {
  const parts = name.split('/')
  for (let depth = 1; depth < parts.length; depth++) {
    const above = parts.slice(0, depth).join('/')
    const stats = await lstat(path.join(folder, above)).catch(unlessMissing)
    if (stats !== null && !stats.isDirectory()) kept.push(await setAside(folder, above))
    if (stats === null || !stats.isDirectory()) return
  }
  if ((await lstat(path.join(folder, name)).catch(unlessMissing)) !== null && !(await isOwn(folder, name, hashes)))
    kept.push(await setAside(folder, name))
}

async function setAside(folder: string, name: string): Promise<string> {
  for (let i = 1; ; i++) {
    const free = `${name}.bak${i === 1 ? '' : `-${i}`}`
    if ((await lstat(path.join(folder, free)).catch(unlessMissing)) !== null) continue
    await rename(path.join(folder, name), path.join(folder, free))
    return free
  }
}

/** Returns whether a regular file, reached without a link, is unchanged since the program wrote it. */
async function isOwn(folder: string, name: string, hashes: readonly string[]): Promise<boolean> {
  const parts = name.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const stats = await lstat(path.join(folder, ...parts.slice(0, depth))).catch(() => null)
    if (stats === null || (depth < parts.length ? !stats.isDirectory() : !stats.isFile())) return false
  }
  return hashes.includes((await sha256OfFile(path.join(folder, name))).sha256)
}

/** Also removes the folder if the file was its last one. */
async function removeStale(folder: string, name: string): Promise<void> {
  await rm(path.join(folder, name))
  for (let above = path.dirname(name); above !== '.'; above = path.dirname(above))
    if (
      !(await rmdir(path.join(folder, above)).then(
        () => true,
        () => false,
      ))
    )
      return
}

function hashesOf(files: ReadonlyMap<string, Uint8Array | string>): Map<string, string[]> {
  return new Map([...files].map(([name, content]) => [name, [sha256Of(content)]]))
}

function unlessMissing(thrown: unknown): null {
  if (codeOf(thrown) === 'ENOENT') return null
  throw thrown
}
