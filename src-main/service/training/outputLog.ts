/** Writes a trainer's output to a file of limited size, and keeps its last lines in memory to explain a failure. */
import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'

const maxBytes = 1024 * 1024
const keptLines = 50
const maxLineLength = 2000
const tailBytes = 64 * 1024

export class OutputLog {
  readonly #file: WriteStream
  readonly #lines: string[] = []
  #written = 0
  #partial = ''

  /** @param file is appended to if it exists, as for a resumed run; a full one is renamed to file.1 */
  constructor(file: string) {
    this.#written = sizeOf(file)
    if (this.#written >= maxBytes) {
      this.#written = 0
      try {
        renameSync(file, `${file}.1`)
      } catch {
        // The next write fails too, and the log is not essential.
      }
    }
    this.#file = createWriteStream(file, { flags: 'a' })
    // A full disk must not end the service. The lines in memory are still available.
    this.#file.on('error', () => undefined)
  }

  follow(stream: Readable): void {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => this.#add(text))
  }

  /** Returns the last lines, oldest first. */
  tail(): string[] {
    return [...this.#lines, this.#partial].filter((line) => line.trim() !== '').slice(-keptLines)
  }

  close(): void {
    this.#file.end()
  }

  #add(text: string): void {
    if (this.#written < maxBytes) {
      this.#written += Buffer.byteLength(text)
      this.#file.write(text)
      if (this.#written >= maxBytes) this.#file.write('\n(truncated: the output was too long)\n')
    }
    const lines = (this.#partial + text).split('\n').map((line) => line.slice(0, maxLineLength))
    this.#partial = lines.pop() ?? ''
    this.#lines.push(...lines)
    this.#lines.splice(0, Math.max(0, this.#lines.length - keptLines))
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

/** Returns the last lines of a log, oldest first; none if there is no log. */
export async function logTail(file: string): Promise<string[]> {
  const handle = await open(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (!handle) return []
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    const lines = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .map((line) => line.slice(0, maxLineLength))
    // The first line is incomplete, and may begin in the middle of a character.
    if (from > 0) lines.shift()
    return lines.filter((line) => line !== '')
  } finally {
    await handle.close()
  }
}
