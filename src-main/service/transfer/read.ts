/**
 * Unpacks a study's archive into a scratch folder. Nothing in it is trusted before it is checked, and nothing is
 * executed.
 */
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ArchiveFault } from '../../archives/fault'
import { listFolder } from '../../archives/folder'
import { readMembers } from '../../archives/readMembers'
import { isClutter, type Member, type Sink, type Visitor } from '../../archives/visitor'
import { codeOf, messageOf, toErrorValue, WorkbenchError } from '../../contract/errors'
import {
  archiveManifest,
  archiveVersion,
  isMemberPath,
  manifestName,
  maxJsonBytes,
  type ArchiveManifest,
} from '../../contract/publish/studyArchive'
import { statSource, unreadableSource } from '../../files/pathProblems'

export interface ReadOptions {
  /** Limit of the unpacked size in bytes; null: unknown. */
  room: number | null
  signal?: AbortSignal
  /** Bytes of the archive, or of a folder's files. */
  onProgress?: (done: number, total: number) => void
}

/** Limit of the manifest's size. */
const maxManifestBytes = 16 * 1024 * 1024
/** Limit of the headers of one member, including those for a long name. */
const headerBytes = 4096
const blockBytes = 512
/** Limit of all files that are ignored. */
const otherBytes = 16 * 1024 * 1024
/** A repacked archive may have its manifest last: this multiple of the archive's size is unpacked to find it. */
const searched = { ratio: 200, bytes: 64 * 1024 * 1024 }
/** Limit of the members: the manifest's and ignored ones. */
const maxMembers = 30_000

const again = 'Copy the archive again, or export the study again.'
const noStudy = 'is not an exported study'

export function badArchive(archive: string, words: string, fix = again): WorkbenchError {
  return new WorkbenchError('bad-data', `Cannot import ${archive}: it ${words}`, { fix })
}

/**
 * Writes every member that the manifest lists into `folder`, under the same name, and nothing else.
 * @param source an archive in any format, its members in any order and below any folder; or a folder
 * @param folder empty
 * @throws WorkbenchError bad-data if the archive is corrupt or is not what its manifest says, unavailable if there is
 *   no room or
 *   a newer program made it
 */
export async function unpackStudy(
  source: string,
  folder: string,
  { room, signal, onProgress }: ReadOptions,
): Promise<ArchiveManifest> {
  const archive = path.basename(source)
  const { size, members } = await described(source)
  const options = { path: source, signal, maxMembers, ...(members ? { members } : {}) }
  const found = await findManifest(archive, size, options)
  const { manifest } = found
  const total = members ? manifest.members.reduce((sum, member) => sum + member.size, 1) : size
  mustFit(archive, manifest, room)
  const unpacking = new Unpacking(folder, found)
  const limit =
    maxManifestBytes +
    otherBytes +
    manifest.members.reduce((sum, member) => sum + Math.ceil(member.size / blockBytes) * blockBytes + headerBytes, 0)
  let done = 0
  try {
    await readMembers(
      { ...options, limit: () => limit, onRead: (bytes) => onProgress?.((done += bytes), total) },
      unpacking,
    )
    unpacking.finish()
    return manifest
  } catch (error) {
    throw explained(archive, error)
  } finally {
    unpacking.close()
  }
}

/** Size of a file, or the files of a folder. */
async function described(source: string): Promise<{ size: number; members: Member[] | null }> {
  try {
    const info = await statSource(source)
    return { size: info.size, members: info.isDirectory() ? await listFolder(source, { maxMembers }) : null }
  } catch (error) {
    throw explainedSource(source, error)
  }
}

interface FoundManifest {
  manifest: ArchiveManifest
  /** Prefix of the members' names, such as 'first-look/'. */
  root: string
}

/** Ends the search. */
class Found extends Error {
  constructor(readonly found: FoundManifest) {
    super('found')
  }
}

/**
 * Returns the first manifest of a study. @throws WorkbenchError about the first invalid manifest, or if there is none
 */
async function findManifest(
  archive: string,
  size: number,
  options: { path: string; signal: AbortSignal | undefined; maxMembers: number },
): Promise<FoundManifest> {
  let wrong: Error | null = null
  const visitor: Visitor = {
    open: ({ path: name, size: bytes }) => {
      if (path.posix.basename(name) !== manifestName || isClutter(name)) return null
      if (bytes > maxManifestBytes) throw new ArchiveFault('has a manifest that is too large.')
      const chunks: Buffer[] = []
      return {
        write: (chunk) => void chunks.push(Buffer.from(chunk)),
        end: () => {
          try {
            throw new Found({
              manifest: parseManifest(archive, Buffer.concat(chunks)),
              root: name.slice(0, -manifestName.length),
            })
          } catch (error) {
            if (error instanceof Found) throw error
            wrong ??= error instanceof Error ? error : new Error(String(error))
          }
        },
      }
    },
  }
  try {
    await readMembers(
      { ...options, limit: () => searched.bytes + searched.ratio * size, onRead: () => undefined },
      visitor,
    )
  } catch (error) {
    if (error instanceof Found) return error.found
    throw wrong ?? explainedSource(options.path, error)
  }
  throw wrong ?? badArchive(archive, `${noStudy}: it has no manifest.`)
}

function parseManifest(archive: string, bytes: Buffer): ArchiveManifest {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw badArchive(archive, 'has a manifest that is not JSON.')
  }
  const version = z.object({ format: z.literal('mcnn-study'), version: z.int() }).safeParse(value)
  if (!version.success) throw badArchive(archive, `${noStudy}: its manifest describes something else.`)
  if (version.data.version > archiveVersion)
    throw new WorkbenchError(
      'unavailable',
      `Cannot import ${archive}: it was made by a newer MCNN Workbench (archive version ${version.data.version}; this program supports ${archiveVersion}).`,
      { fix: 'Update this program.' },
    )
  const parsed = archiveManifest.safeParse(value)
  if (!parsed.success)
    throw badArchive(archive, `has an invalid manifest: ${toErrorValue(parsed.error).message.slice(0, 300)}.`)
  const { members } = parsed.data
  if (new Set(members.map((member) => member.path)).size !== members.length)
    throw badArchive(archive, 'has a manifest that lists a file twice.')
  const large = members.find((member) => member.path.endsWith('.json') && member.size > maxJsonBytes)
  if (large)
    throw badArchive(archive, `has a manifest that gives ${large.path} an impossible size of ${large.size} bytes.`)
  return parsed.data
}

function mustFit(archive: string, { members }: ArchiveManifest, room: number | null): void {
  const total = members.reduce((sum, { size }) => sum + size, 0)
  if (room !== null && total > room)
    throw new WorkbenchError(
      'unavailable',
      `${archive} needs ${Math.ceil(total / 1e6)} MB unpacked, and ${Math.floor(room / 1e6)} MB are free.`,
      { fix: 'Free some space on the data directory’s disk.' },
    )
}

/** Writes the listed members. Ignores unlisted files, unless they have the name of a member. */
class Unpacking implements Visitor {
  readonly #folder: string
  readonly #root: string
  readonly #listed: Map<string, ArchiveManifest['members'][number]>
  readonly #missing: Set<string>
  #fd: number | null = null

  constructor(folder: string, { manifest, root }: FoundManifest) {
    this.#folder = folder
    this.#root = root
    this.#listed = new Map(manifest.members.map((member) => [member.path, member]))
    this.#missing = new Set(this.#listed.keys())
  }

  open({ path: outer, size, problem }: Member): Sink | null {
    if (!outer.startsWith(this.#root)) return null
    const name = outer.slice(this.#root.length)
    const listed = this.#listed.get(name)
    if (!listed) {
      if (isMemberPath(name)) throw new ArchiveFault(`contains ${name}, which its manifest does not list.`)
      return null
    }
    if (problem !== null) throw new ArchiveFault(`contains ${name}, which ${problem}.`)
    if (!this.#missing.delete(name)) throw new ArchiveFault(`contains ${name} twice.`)
    if (size !== listed.size)
      throw new ArchiveFault(`contains ${name} with ${size} bytes instead of the ${listed.size} in its manifest.`)
    const fd = this.#create(name)
    const hash = createHash('sha256')
    return {
      write: (chunk) => {
        hash.update(chunk)
        for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done)
      },
      end: () => {
        this.close()
        if (hash.digest('hex') !== listed.sha256)
          throw new ArchiveFault(`is corrupt: ${name} does not have the checksum in its manifest.`)
      },
    }
  }

  /** The name is one of the manifest's, whose format cannot lead out of the folder. */
  #create(name: string): number {
    const file = path.join(this.#folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    return (this.#fd = openSync(file, 'wx'))
  }

  finish(): void {
    const [missing] = this.#missing
    if (missing !== undefined) throw new ArchiveFault(`is incomplete: ${missing} is missing.`)
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }
}

/** Returns the error of reading the source, as opposed to one of writing. */
function explainedSource(source: string, error: unknown): unknown {
  const code = codeOf(error) ?? ''
  if (error instanceof WorkbenchError || error instanceof ArchiveFault || code === '' || code.startsWith('ABORT'))
    return explained(path.basename(source), error)
  return unreadableSource(source, error)
}

function explained(archive: string, error: unknown): unknown {
  if (error instanceof ArchiveFault) return badArchive(archive, error.message, error.fix)
  const code = codeOf(error) ?? ''
  if (error instanceof WorkbenchError || code === '' || code.startsWith('ABORT')) return error
  return new WorkbenchError('unavailable', `Cannot unpack ${archive} (${code || messageOf(error)}).`, {
    fix: 'Check that the data directory can be written and its disk is not full.',
    cause: error,
  })
}
