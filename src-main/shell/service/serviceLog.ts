/** What the service prints: in a file that can't fill the disk, its last lines kept for the reason of an end. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'

const maxBytes = 1024 * 1024
const keptFiles = 3
const keptLines = 20
const maxLineLength = 500

export class ServiceLog {
  readonly #file: string | null
  #size: number
  #lines: string[] = []
  #partial = ''

  /** @param file is renamed to file.1, file.2 … when it is full; null keeps the last lines in memory only */
  constructor(file: string | null) {
    this.#file = file
    this.#size = file === null ? 0 : sizeOf(file)
    if (file === null) return
    try {
      mkdirSync(path.dirname(file), { recursive: true })
    } catch {
      // Seen again at each write, and of no weight there either.
    }
  }

  follow(stream: Readable): void {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => this.add(text))
    stream.on('error', () => undefined)
  }

  add(text: string): void {
    const lines = (this.#partial + text).split('\n')
    this.#partial = (lines.pop() ?? '').slice(0, maxLineLength)
    this.#lines = [
      ...this.#lines,
      ...lines.map((line) => line.slice(0, maxLineLength)).filter((line) => line.trim() !== ''),
    ].slice(-keptLines)
    if (this.#file === null) return
    try {
      if (this.#size > maxBytes) this.#rotate(this.#file)
      appendFileSync(this.#file, text)
      this.#size += Buffer.byteLength(text)
    } catch {
      // A full disk must not end the program; the last lines are in memory.
    }
  }

  /** The last line that says something; null where nothing was printed since the last `begin`. */
  lastWords(): string | null {
    return this.#partial.trim() || this.#lines.at(-1)?.trim() || null
  }

  /** A new process writes from here on. */
  begin(line: string): void {
    this.#partial = ''
    this.add(`${line}\n`)
    this.#lines = []
  }

  #rotate(file: string): void {
    for (let i = keptFiles - 2; i >= 0; i--) {
      const [from, to] = [i === 0 ? file : `${file}.${i}`, `${file}.${i + 1}`]
      if (sizeOf(from) > 0) renameSync(from, to)
    }
    this.#size = 0
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
