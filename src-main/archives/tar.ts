/** Reads the members of a tar stream one after the other. */
import { Parser, type ReadEntry } from 'tar'
import { codeOf } from '../contract/errors'
import { ArchiveFault, copyAgain, count, shown } from './fault'
import { decodingFault, type Chunks } from './layers'
import { innerPath, type ReadOptions, type Sink, type Visitor } from './visitor'

const fileTypes = new Set(['File', 'OldFile', 'ContiguousFile'])
const folderTypes = new Set(['Directory', 'GNUDumpDir'])

/** @throws ArchiveFault, and what the visitor throws */
export async function readTar(chunks: Chunks, options: ReadOptions, visitor: Visitor): Promise<void> {
  const members = new TarMembers(options, visitor)
  let unpacked = 0
  try {
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted()
      unpacked += chunk.length
      if (unpacked > options.limit()) throw new ArchiveFault(`unpacks to more than ${count(options.limit())} bytes.`)
      await members.write(chunk)
    }
    await members.end()
  } catch (error) {
    throw members.explained(error)
  }
}

interface Current {
  path: string
  size: number
  got: number
}

class TarMembers {
  readonly #options: ReadOptions
  readonly #visitor: Visitor
  readonly #parser: Parser
  readonly #complete: Sink[] = []
  #current: Current | null = null
  #failure: Error | null = null
  #count = 0

  constructor(options: ReadOptions, visitor: Visitor) {
    this.#options = options
    this.#visitor = visitor
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

  /** The parser works synchronously: everything that a chunk completes is known when `write` returns. */
  async write(chunk: Buffer): Promise<void> {
    this.#parser.write(chunk)
    await this.#settle()
  }

  async end(): Promise<void> {
    const current = this.#current
    if (current)
      throw new ArchiveFault(
        `is truncated: it ends after ${count(current.got)} of ${count(current.size)} bytes of ${current.path}.`,
        copyAgain,
      )
    this.#parser.end()
    await this.#settle()
  }

  async #settle(): Promise<void> {
    if (this.#failure) throw this.#failure
    for (let sink = this.#complete.shift(); sink; sink = this.#complete.shift()) await sink.settle?.()
  }

  /** The first failure causes the others. */
  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  #open(entry: ReadEntry): void {
    if (this.#failure) {
      entry.resume()
      return
    }
    if (++this.#count > this.#options.maxMembers)
      throw new ArchiveFault(`contains more than ${this.#options.maxMembers} files.`)
    const path = innerPath(entry.path)
    if (folderTypes.has(entry.type)) {
      entry.resume()
      return
    }
    if (!fileTypes.has(entry.type))
      throw new ArchiveFault(`contains ${shown(path)}, which is not a file (${entry.type}).`)
    const { size } = entry
    const current: Current = { path, size, got: 0 }
    this.#current = current
    const sink = this.#visitor.open({ path, size, problem: null })
    entry.on('data', (chunk: Buffer) => {
      if (this.#failure) return
      current.got += chunk.length
      try {
        sink?.write(chunk)
      } catch (error) {
        this.#fail(error)
      }
    })
    entry.on('end', () => {
      // At the end of the archive, the parser also ends an incomplete member.
      if (this.#failure || current.got !== size) return
      this.#current = null
      if (!sink) return
      this.#complete.push(sink)
      try {
        sink.end?.()
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  explained(error: unknown): unknown {
    const where = this.#current ? ` in ${this.#current.path}` : ''
    const fault = decodingFault(
      error,
      this.#current
        ? ` after ${count(this.#current.got)} of ${count(this.#current.size)} bytes of ${this.#current.path}`
        : '',
    )
    if (fault) return fault
    if ((codeOf(error) ?? '').startsWith('TAR_'))
      return new ArchiveFault(
        this.#count === 0 ? 'is not a tar archive.' : `is corrupt: its list of files is wrong${where}.`,
        copyAgain,
      )
    return error
  }
}
