/**
 * Writes a file to a path that the user gave: atomically for a regular or new file, directly for anything else (device,
 * named pipe, open descriptor). Nothing is replaced unless the user allows it.
 */
import { constants, createReadStream, type Stats } from 'node:fs'
import {
  access,
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from '../contract/errors'
import { createFlushed, flushPath, partName } from './durable'
import { badTarget, outputError, targetExists } from './outputErrors'
import { shownPath } from './pathProblems'

export interface OutputOptions {
  /** Whether to replace an existing regular file. */
  overwrite: boolean
  /** Returns whether only the program may write an absolute path without links. */
  isReserved?: ((file: string) => boolean) | undefined
  signal?: AbortSignal | undefined
}

type Target =
  | { kind: 'new'; file: string }
  | { kind: 'replace'; file: string; stats: Stats }
  | { kind: 'through'; file: string; append: boolean }

/** Open descriptors of a process are always written to directly. */
const descriptor = /^\/(dev\/(fd\/\d+|stdout|stderr)|proc\/(self|\d+)\/fd\/\d+)$/
const mostLinks = 40
/** Delay before retrying a pipe that has no reader yet or is full, in ms. */
const pollMs = 20

/**
 * Checks a target before its content is made; changes nothing. Throws a WorkbenchError: `exists` if the target exists
 * and must not be replaced, `bad-input` if it can never be written.
 */
export async function checkOutput(target: string, options: OutputOptions): Promise<void> {
  await resolveTarget(target, options).catch(explain(target))
}

/** Writes `content` to an absolute path. Throws as `checkOutput`, and `unavailable` if the write fails. */
export async function writeOutput(target: string, content: Uint8Array | string, options: OutputOptions): Promise<void> {
  try {
    const found = await resolveTarget(target, options)
    if (found.kind === 'through')
      await writeThrough(found, [typeof content === 'string' ? Buffer.from(content) : content], options.signal)
    else await publish(found, options, (part) => createFlushed(part, content))
  } catch (thrown) {
    throw outputError(target, thrown)
  }
}

/**
 * Lets `make` write a new file at the path that it is given, and moves it to the target; other files in that folder are
 * removed. Returns what `make` returns. Throws as `writeOutput`.
 */
export async function writeOutputWith<T>(
  target: string,
  options: OutputOptions,
  make: (part: string) => Promise<T>,
): Promise<T> {
  try {
    const found = await resolveTarget(target, options)
    if (found.kind !== 'through') return await publish(found, options, make)
    const folder = await mkdtemp(path.join(tmpdir(), 'mcnn-out-'))
    try {
      const part = path.join(folder, 'output')
      const made = await make(part)
      await writeThrough(found, createReadStream(part) as AsyncIterable<Uint8Array>, options.signal)
      return made
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  } catch (thrown) {
    throw outputError(target, thrown)
  }
}

async function resolveTarget(target: string, { overwrite, isReserved }: OutputOptions): Promise<Target> {
  const file = await followLinks(target)
  if (descriptor.test(file)) return { kind: 'through', file, append: true }
  const folder = await realpath(path.dirname(file)).catch(unlessMissing)
  if (folder !== null && isReserved?.(path.join(folder, path.basename(file))))
    throw badTarget(
      `${shownPath(target)} is part of the data directory, where only the program writes.`,
      'Choose another folder.',
    )
  const stats = await stat(file).catch(unlessMissing)
  if (stats === null) {
    if (file !== target && !overwrite) throw targetExists(target)
    await mustTakeFiles(path.dirname(file))
    return { kind: 'new', file }
  }
  if (stats.isDirectory()) throw badTarget(`${shownPath(target)} is a folder.`, 'Name a file in it.')
  if (stats.isSocket()) throw badTarget(`${shownPath(target)} is a socket.`, 'Choose another name.')
  if (!stats.isFile() && !stats.isBlockDevice()) return { kind: 'through', file, append: false }
  if (!overwrite) throw targetExists(target)
  if (stats.isBlockDevice()) return { kind: 'through', file, append: false }
  await access(file, constants.W_OK)
  await mustTakeFiles(path.dirname(file))
  return { kind: 'replace', file, stats }
}

/** Returns the path at the end of a chain of links; it may not exist. */
async function followLinks(target: string): Promise<string> {
  let file = target
  for (let links = 0; links < mostLinks; links++) {
    if (descriptor.test(file)) return file
    const found = await lstat(file).catch(unlessMissing)
    if (!found?.isSymbolicLink()) return file
    file = path.resolve(await realpath(path.dirname(file)), await readlink(file))
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
}

async function mustTakeFiles(folder: string): Promise<void> {
  const stats = await stat(folder).catch(unlessMissing)
  if (stats === null)
    throw badTarget(`There is no folder ${shownPath(folder)}.`, 'Create it first, or choose another one.')
  if (!stats.isDirectory()) throw badTarget(`${shownPath(folder)} is not a folder.`, 'Choose another one.')
  await access(folder, constants.W_OK | constants.X_OK)
}

/** Lets the file be made in a folder next to its target, flushes it and renames it; leaves nothing else behind. */
async function publish<T>(
  target: Exclude<Target, { kind: 'through' }>,
  { overwrite, signal }: OutputOptions,
  make: (part: string) => Promise<T>,
): Promise<T> {
  const folder = path.join(path.dirname(target.file), partName())
  await mkdir(folder)
  try {
    const part = path.join(folder, 'output')
    const made = await make(part)
    signal?.throwIfAborted()
    if (target.kind === 'replace') await keepOwnerAndMode(part, target.stats)
    await flushPath(part)
    if (overwrite) await rename(part, target.file)
    else await takeName(part, target.file)
    await flushPath(path.dirname(target.file))
    return made
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Only root can give a file to another user; others keep the mode without its set-id bits. */
async function keepOwnerAndMode(part: string, { uid, gid, mode }: Stats): Promise<void> {
  const now = await stat(part)
  const kept =
    (now.uid === uid && now.gid === gid) ||
    (await chown(part, uid, gid).then(
      () => true,
      () => false,
    ))
  await chmod(part, mode & (kept ? 0o7777 : 0o777))
}

/** Renames without replacing: if the name was taken meanwhile, that file stays. */
async function takeName(part: string, file: string): Promise<void> {
  try {
    await link(part, file)
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST' || (await lstat(file).catch(unlessMissing)) !== null) throw targetExists(file)
    // Some file systems (memory sticks, network shares) have no hard links.
    await rename(part, file)
  }
}

/** Never blocks in the system: a thread that waits for a pipe's reader would keep the program from exiting. */
async function writeThrough(
  { file, append }: Extract<Target, { kind: 'through' }>,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isPipe = await stat(file).then(
    (stats) => stats.isFIFO(),
    () => false,
  )
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (append ? constants.O_APPEND : 0)
  const handle = await retried(() => open(file, flags), isPipe ? ['ENXIO'] : [], signal)
  try {
    for await (const chunk of chunks)
      for (let done = 0; done < chunk.length;)
        done += (await retried(() => handle.write(chunk, done), ['EAGAIN'], signal)).bytesWritten
  } finally {
    await handle.close()
  }
}

/** Retries an action while it fails with one of these codes. */
async function retried<T>(
  action: () => Promise<T>,
  codes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<T> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await action()
    } catch (thrown) {
      if (!codes.includes(codeOf(thrown) ?? '')) throw thrown
    }
    await setTimeout(pollMs)
  }
}

const explain =
  (target: string) =>
  (thrown: unknown): never => {
    throw outputError(target, thrown)
  }

function unlessMissing(thrown: unknown): null {
  if (codeOf(thrown) === 'ENOENT') return null
  throw thrown
}
