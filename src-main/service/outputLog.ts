/** A trainer's output: to a file that can't fill the disk, its last lines kept for the reason of a failure. */
import { createWriteStream, type WriteStream } from 'node:fs'
import type { Readable } from 'node:stream'

const maxBytes = 1024 * 1024
const keptLines = 50
const maxLineLength = 2000

export class OutputLog {
  readonly #file: WriteStream
  readonly #lines: string[] = []
  #written = 0
  #partial = ''

  constructor(file: string) {
    this.#file = createWriteStream(file)
    // A full disk must not end the service; the lines in memory are there still.
    this.#file.on('error', () => undefined)
  }

  follow(stream: Readable): void {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => this.#add(text))
  }

  /** The last lines, oldest first. */
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
      if (this.#written >= maxBytes) this.#file.write('\n(cut here: the rest was too long to keep)\n')
    }
    const lines = (this.#partial + text).split('\n').map((line) => line.slice(0, maxLineLength))
    this.#partial = lines.pop() ?? ''
    this.#lines.push(...lines)
    this.#lines.splice(0, Math.max(0, this.#lines.length - keptLines))
  }
}
