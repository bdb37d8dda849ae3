/** The files of a .tar.gz, one after the other, each read into memory once its name and size are known to be right. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { WorkbenchError } from '../contract/errors'
import { badFile, thousands } from './records'

export interface ArchiveReader {
  /** By the file's own name, before anything of it is kept: whether to read it. Throws to refuse the archive. */
  wants(name: string, size: number): boolean
  /** A whole file. */
  take(name: string, content: Buffer): Promise<void>
}

export interface ArchiveOptions {
  path: string
  /** Of all files and folders in it, unpacked; beyond that it is not what it should be. */
  maxBytes: number
  signal?: AbortSignal | undefined
  /** Bytes of the archive itself. */
  onRead(bytes: number): void
}

const maxEntries = 1000
const fileTypes = new Set(['File', 'OldFile', 'ContiguousFile'])
const folderTypes = new Set(['Directory', 'GNUDumpDir'])

/**
 * Returns the archive's MD5. Nothing is written; folders are passed over; links, devices and names that lead out of the
 * archive are refused.
 * @throws WorkbenchError bad-data, naming the archive and, where there is one, the file in it
 */
export async function readArchive(options: ArchiveOptions, reader: ArchiveReader): Promise<string> {
  const archive = basename(options.path)
  const md5 = createHash('md5')
  const entries = new Entries(archive, reader)
  let unpacked = 0
  try {
    await pipeline(
      createReadStream(options.path, { highWaterMark: 256 << 10 }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          md5.update(chunk)
          options.onRead(chunk.length)
          yield chunk
        }
      },
      createGunzip({ chunkSize: 256 << 10 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          // The parser would unpack a second layer by itself.
          if (unpacked === 0 && !looksLikeTar(chunk)) throw badFile(archive, 'is not a tar archive.')
          unpacked += chunk.length
          if (unpacked > options.maxBytes) throw badFile(archive, `unpacks to more than ${thousands(options.maxBytes)} bytes: not a CIFAR archive.`)
          await entries.write(chunk)
        }
      },
      options.signal ? { signal: options.signal } : {},
    )
    if (unpacked === 0) throw badFile(archive, 'is empty.')
    await entries.end()
  } catch (error) {
    throw entries.explain(error)
  }
  return md5.digest('hex')
}

/** Whether there is room for a header, and neither gzip nor Zstandard in its place. */
function looksLikeTar(chunk: Buffer): boolean {
  return chunk.length >= 512 && !(chunk[0] === 0x1f && chunk[1] === 0x8b) && chunk.readUInt32BE(0) !== 0x28b52ffd
}

class Entries {
  private readonly parser: Parser
  private readonly done: { name: string; content: Buffer }[] = []
  private current: { name: string; size: number; got: number } | null = null
  private failure: Error | null = null
  private count = 0

  constructor(
    private readonly archive: string,
    private readonly reader: ArchiveReader,
  ) {
    this.parser = new Parser({
      strict: true,
      onReadEntry: (entry) => {
        try {
          this.open(entry)
        } catch (error) {
          this.fail(error)
          entry.resume()
        }
      },
    })
    this.parser.on('error', (error: unknown) => this.fail(error))
  }

  /** The parser works while it is written to, so everything that a chunk completes is here when `write` returns. */
  async write(chunk: Buffer): Promise<void> {
    this.parser.write(chunk)
    await this.settle()
  }

  async end(): Promise<void> {
    if (this.current)
      throw badFile(
        this.current.name,
        `truncated: ${thousands(this.current.got)} bytes, ${thousands(this.current.size)} expected; the archive ${this.archive} ends in it.`,
      )
    this.parser.end()
    await this.settle()
  }

  private async settle(): Promise<void> {
    if (this.failure) throw this.failure
    for (let next = this.done.shift(); next; next = this.done.shift()) await this.reader.take(next.name, next.content)
  }

  /** The first failure is the cause of the others. */
  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error))
  }

  private open(entry: ReadEntry): void {
    const path = entry.path
    if (++this.count > maxEntries) throw badFile(this.archive, `holds more than ${maxEntries} files: not a CIFAR archive.`)
    if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..'))
      throw badFile(this.archive, `holds the path ${JSON.stringify(path)}, which leads out of it.`)
    if (folderTypes.has(entry.type)) {
      entry.resume()
      return
    }
    if (!fileTypes.has(entry.type)) throw badFile(this.archive, `holds ${JSON.stringify(path)}, which is not a file (${entry.type}).`)
    const name = basename(path)
    const { size } = entry
    const wanted = this.reader.wants(name, size)
    const current = { name, size, got: 0 }
    this.current = current
    const content = wanted ? Buffer.allocUnsafe(size) : null
    entry.on('data', (chunk: Buffer) => {
      content?.set(chunk, current.got)
      current.got += chunk.length
    })
    entry.on('end', () => {
      // At the archive's end the parser also ends an entry that is not whole.
      if (current.got !== size) return
      this.current = null
      if (content) this.done.push({ name, content })
    })
  }

  /** What went wrong, with the names of archive and file. */
  explain(error: unknown): unknown {
    if (error instanceof WorkbenchError) return error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const where = this.current ? ` in ${this.current.name}` : ''
    const again = 'Download the archive again.'
    if (code === 'Z_BUF_ERROR')
      return badFile(
        this.archive,
        `truncated: the archive ends${where || ' too early'}${this.current ? ` after ${thousands(this.current.got)} of ${thousands(this.current.size)} bytes` : ''}.`,
        again,
      )
    if (code === 'Z_DATA_ERROR') return badFile(this.archive, `damaged: its compressed data is wrong${where}.`, again)
    if (code.startsWith('TAR_'))
      return badFile(this.archive, this.count === 0 ? 'is not a tar archive.' : `damaged: its file list is wrong${where}.`, again)
    return error
  }
}
