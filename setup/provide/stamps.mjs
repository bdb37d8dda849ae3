import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../lib/paths.mjs'

/**
 * Proves that a step is done. It is written last, so a killed step has none.
 * @typedef {object} Stamp
 * @property {string} key hash of the step's inputs; another key means doing it again
 * @property {Record<string, number>} files size in bytes by path relative to the clone: detects files that were deleted or
 *   truncated later
 * @property {string} [fact] a fact that the step stores
 */

/**
 * Writes a file atomically, even if the process or the machine crashes.
 * @param {string} file
 * @param {string} text
 */
export function writeAtomically(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const handle = openSync(temporary, 'w')
    try {
      writeFileSync(handle, text) // Unlike writeSync, it writes everything or throws: a full disk may accept some of it.
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * @param {...(string | Uint8Array)} parts
 * @returns {string} a hash of the parts and of their boundaries
 */
export function keyOf(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

/**
 * @param {string} file
 * @param {string} key
 * @param {string[]} files paths relative to `base` whose size is remembered
 * @param {{ fact?: string, base?: string }} [options] base: where the files are now, if not yet in the clone's root
 */
export function writeStamp(file, key, files, { fact, base = root } = {}) {
  const sizes = Object.fromEntries(files.map((path) => [path, statSync(join(base, path)).size]))
  writeAtomically(file, JSON.stringify({ key, files: sizes, ...(fact === undefined ? {} : { fact }) }))
}

/**
 * @param {string} file
 * @param {string} key
 * @param {string} [base] what the stamp's paths are relative to
 * @returns {Stamp | null} the stamp if it exists, has this key, and its files are intact
 */
export function readStamp(file, key, base = root) {
  /** @type {Stamp} */
  let stamp
  try {
    stamp = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
  if (stamp?.key !== key || typeof stamp.files !== 'object') return null
  const whole = Object.entries(stamp.files).every(
    ([path, size]) => statSync(join(base, path), { throwIfNoEntry: false })?.size === size,
  )
  return whole ? stamp : null
}
