import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'

// Not process.stderr: opening it makes a pipe non-blocking, which the program that takes over this process would
// inherit.
/** Writes; a missing reader, a full disk or a closed terminal is ignored. @param {string} text @param {1 | 2} [stream] */
export function write(text, stream = 2) {
  for (let rest = Buffer.from(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(stream, rest))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') continue
      return // nobody listens
    }
  }
}

/** One line of setup on stderr. @param {string} text */
export const log = (text) => write(`setup: ${text}\n`)

/** @param {number} bytes */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`

const interval = { terminal: 200, lines: 15_000 }

/**
 * Shows a running step: in place on a terminal, else a line at the start, every 15 s, and at the end.
 * @template T
 * @param {string} title
 * @param {(update: (detail: string) => void) => Promise<T>} work may call `update` with its progress
 * @param {(result: T) => string} [ending] text at the end; default: "done"
 * @returns {Promise<T>}
 */
export async function step(title, work, ending = () => 'done') {
  const started = Date.now()
  const terminal = isatty(2)
  let detail = ''
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`
  const now = () => [`setup: ${title}`, detail, seconds()].filter((part) => part !== '').join(', ')
  const show = () => write(terminal ? `\r\x1b[2K${now()}` : `${now()}\n`)
  if (terminal) show()
  else log(`${title} …`)
  const timer = setInterval(show, terminal ? interval.terminal : interval.lines)
  const clear = terminal ? '\r\x1b[2K' : ''
  try {
    const result = await work((text) => (detail = text))
    write(`${clear}setup: ${title}: ${ending(result)} in ${seconds()}\n`)
    return result
  } catch (error) {
    write(`${clear}setup: ${title}: failed after ${seconds()}\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}
