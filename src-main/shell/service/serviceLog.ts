/** The service's output: in a log file of limited size, with its last lines in memory for error messages. */
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
      // Reported again at each write, and harmless there too.
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
      // A full disk must not stop the program; the last lines are in memory.
    }
  }

  /** Returns the last meaningful line; null if nothing was printed since the last `begin`. */
  lastWords(): string | null {
    return this.#partial.trim() || this.#lines.at(-1)?.trim() || null
  }

  /** Marks the start of a new process. */
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
