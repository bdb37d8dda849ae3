/** A study's archive, unpacked into a folder of our own: nothing of it is believed before it is checked, and nothing is run. */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { z } from 'zod'
import { codeOf, messageOf, toErrorValue, WorkbenchError } from '../../contract/errors'
import { archiveManifest, archiveVersion, manifestName, maxJsonBytes, type ArchiveManifest } from '../../contract/studyArchive'

export interface ReadOptions {
  /** Bytes that the unpacked study may take; null: not known. */
  room: number | null
  signal?: AbortSignal
  /** Bytes of the archive itself. */
  onRead?: (bytes: number) => void
}

/** Of the manifest. */
const maxManifestBytes = 16 * 1024 * 1024
/** Headers of one member, with those that tell a long name. */
const headerBytes = 4096
const blockBytes = 512

const again = 'Export the study again, or copy the archive again.'

export function badArchive(archive: string, words: string, fix = again): WorkbenchError {
  return new WorkbenchError('bad-data', `${archive} ${words}`, { fix })
}

/**
 * Writes every member that the manifest lists into `folder`, under the same name, and nothing else.
 * @param folder empty
 * @throws WorkbenchError bad-data where the archive is damaged or is not what its manifest says, unavailable where there is no room or
 *   a newer program made it
 */
export async function unpackStudy(file: string, folder: string, { room, signal, onRead }: ReadOptions): Promise<ArchiveManifest> {
  const archive = path.basename(file)
  const members = new Members(archive, folder, room)
  let unpacked = 0
  try {
    await pipeline(
      createReadStream(file, { highWaterMark: 256 << 10 }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          onRead?.(chunk.length)
          yield chunk
        }
      },
      createGunzip({ chunkSize: 256 << 10 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          // The parser would unpack a second layer by itself.
          if (unpacked === 0 && !looksLikeTar(chunk)) throw badArchive(archive, 'is not a study that was exported: no tar archive is in it.')
          unpacked += chunk.length
          if (unpacked > members.limit) throw badArchive(archive, 'unpacks to more than its manifest says.')
          members.write(chunk)
        }
      },
      signal ? { signal } : {},
    )
    return members.end()
  } catch (error) {
    throw members.explain(error)
  } finally {
    members.close()
  }
}

/** Whether there is room for a header, and neither gzip nor Zstandard in its place. */
function looksLikeTar(chunk: Buffer): boolean {
  return chunk.length >= blockBytes && !(chunk[0] === 0x1f && chunk[1] === 0x8b) && chunk.readUInt32BE(0) !== 0x28b52ffd
}

interface Current {
  name: string
  size: number
  got: number
  hash: Hash
  fd: number | null
  /** Of the manifest, which is kept in memory. */
  chunks: Buffer[]
}

class Members {
  readonly #archive: string
  readonly #folder: string
  readonly #room: number | null
  readonly #parser: Parser
  #manifest: ArchiveManifest | null = null
  #expected = new Map<string, ArchiveManifest['members'][number]>()
  #current: Current | null = null
  #failure: Error | null = null
  /** Of everything unpacked, headers and padding too. */
  limit = maxManifestBytes + 2 * headerBytes

  constructor(archive: string, folder: string, room: number | null) {
    this.#archive = archive
    this.#folder = folder
    this.#room = room
    this.#parser = new Parser({
      strict: true,
      onReadEntry: (entry) => {
        try {
          this.#open(entry)
        } catch (error) {
          this.#fail(error)
          entry.resume()
        }
      },
    })
    this.#parser.on('error', (error: unknown) => this.#fail(error))
  }

  /** The parser works while it is written to, so everything that a chunk completes is here when `write` returns. */
  write(chunk: Buffer): void {
    this.#parser.write(chunk)
    if (this.#failure) throw this.#failure
  }

  end(): ArchiveManifest {
    if (this.#current) throw badArchive(this.#archive, `is truncated: it ends in ${this.#current.name}.`)
    this.#parser.end()
    if (this.#failure) throw this.#failure
    if (!this.#manifest) throw badArchive(this.#archive, 'is not a study that was exported: it has no manifest.')
    const [missing] = this.#expected.keys()
    if (missing !== undefined) throw badArchive(this.#archive, `is not whole: ${missing} is missing.`)
    return this.#manifest
  }

  close(): void {
    if (this.#current?.fd !== null && this.#current?.fd !== undefined) closeSync(this.#current.fd)
    this.#current = null
  }

  /** The first failure is the cause of the others. */
  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  #open(entry: ReadEntry): void {
    const name = entry.path
    if (this.#failure) {
      entry.resume()
      return
    }
    if (entry.type !== 'File' && entry.type !== 'OldFile') throw badArchive(this.#archive, `holds ${quoted(name)}, which is not a file (${entry.type}).`)
    const first = this.#manifest === null
    if (first && name !== manifestName) throw badArchive(this.#archive, 'is not a study that was exported: it does not begin with its manifest.')
    const listed = this.#expected.get(name)
    if (!first && !listed) throw badArchive(this.#archive, `holds ${quoted(name)}, which its manifest does not list${this.#manifest?.members.some((member) => member.path === name) ? ' twice' : ''}.`)
    const size = first ? entry.size : (listed?.size ?? 0)
    if (entry.size !== size) throw badArchive(this.#archive, `holds ${name} with ${entry.size} bytes, where its manifest says ${size}.`)
    if (first && size > maxManifestBytes) throw badArchive(this.#archive, 'has a manifest of a size that no study has.')
    this.#expected.delete(name)
    const current: Current = { name, size, got: 0, hash: createHash('sha256'), fd: first ? null : this.#create(name), chunks: [] }
    this.#current = current
    entry.on('data', (chunk: Buffer) => {
      if (this.#failure) return
      try {
        current.got += chunk.length
        current.hash.update(chunk)
        if (current.fd === null) current.chunks.push(Buffer.from(chunk))
        else for (let done = 0; done < chunk.length; ) done += writeSync(current.fd, chunk, done)
      } catch (error) {
        this.#fail(error)
      }
    })
    entry.on('end', () => {
      // At the archive's end the parser also ends an entry that is not whole.
      if (this.#failure || current.got !== size) return
      try {
        this.close()
        if (first) this.#read(Buffer.concat(current.chunks))
        else if (current.hash.digest('hex') !== listed?.sha256) throw badArchive(this.#archive, `is damaged: ${name} does not have the checksum that its manifest says.`)
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  /** The name is one of the manifest's, whose form leaves no way out of the folder. */
  #create(name: string): number {
    const file = path.join(this.#folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    return openSync(file, 'wx')
  }

  #read(bytes: Buffer): void {
    let value: unknown
    try {
      value = JSON.parse(bytes.toString('utf8'))
    } catch {
      throw badArchive(this.#archive, 'has a manifest that is no JSON.')
    }
    const version = z.object({ format: z.literal('mcnn-study'), version: z.int() }).safeParse(value)
    if (!version.success) throw badArchive(this.#archive, 'is not a study that was exported: its manifest is of something else.')
    if (version.data.version > archiveVersion)
      throw new WorkbenchError('unavailable', `${this.#archive} was made by a newer MCNN Workbench (its version is ${version.data.version}; this program knows ${archiveVersion}).`, { fix: 'Update this program.' })
    const parsed = archiveManifest.safeParse(value)
    if (!parsed.success) throw badArchive(this.#archive, `has a manifest that is not one: ${toErrorValue(parsed.error).message.slice(0, 300)}.`)
    const { members } = parsed.data
    this.#expected = new Map(members.map((member) => [member.path, member]))
    if (this.#expected.size !== members.length) throw badArchive(this.#archive, 'has a manifest that lists a file twice.')
    const large = members.find((member) => member.path.endsWith('.json') && member.size > maxJsonBytes)
    if (large) throw badArchive(this.#archive, `says that ${large.path} has ${large.size} bytes, which no study’s has.`)
    const total = members.reduce((sum, { size }) => sum + size, 0)
    if (this.#room !== null && total > this.#room)
      throw new WorkbenchError('unavailable', `${this.#archive} takes ${Math.ceil(total / 1e6)} MB unpacked, and there is room for ${Math.floor(this.#room / 1e6)} MB.`, { fix: 'Make room on the data directory’s disk.' })
    this.limit += members.reduce((sum, { size }) => sum + Math.ceil(size / blockBytes) * blockBytes + headerBytes, 0)
    this.#manifest = parsed.data
  }

  explain(error: unknown): unknown {
    if (error instanceof WorkbenchError) return error
    const code = codeOf(error) ?? ''
    const where = this.#current ? ` in ${this.#current.name}` : ''
    if (code === 'Z_BUF_ERROR') return badArchive(this.#archive, `is truncated: it ends${where || ' too early'}.`)
    if (code === 'Z_DATA_ERROR') return badArchive(this.#archive, `is damaged: its compressed data is wrong${where}, or it is no archive.`)
    if (code.startsWith('TAR_')) return badArchive(this.#archive, `is damaged: its list of files is wrong${where}.`)
    if (code === 'ENOENT' && this.#manifest === null) return new WorkbenchError('bad-input', `There is no file ${this.#archive}.`, { fix: 'Give the path of a file that was exported.', cause: error })
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') return new WorkbenchError('bad-input', `${this.#archive} can’t be read (${code}).`, { fix: 'Give the path of a file that was exported.', cause: error })
    if (code !== '' && !code.startsWith('ABORT')) return new WorkbenchError('unavailable', `${this.#archive} could not be unpacked (${code || messageOf(error)}).`, { fix: 'Check that the data directory can be written and its disk is not full.', cause: error })
    return error
  }
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 200))
