import { spawn } from 'node:child_process'
import {
  accessSync,
  appendFileSync,
  constants,
  mkdirSync,
  readdirSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { SetupError, sentenceFor } from './failures.mjs'
import { endGroup, forgetChild, noteChild } from '../provide/lock.mjs'
import { logFile, node24, root, shown } from './paths.mjs'

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] on top of this process's environment; undefined removes a variable
 * @property {string} [cwd] the clone if left out
 * @property {number} [stallSeconds] timeout without output and without growth of `measure`
 * @property {() => number} [measure] bytes written so far, called every half second
 * @property {(bytes: number) => void} [onProgress] receives the result of `measure`
 * @property {(text: string) => boolean} [watch] receives the output; returning true ends the command
 * @property {boolean} [unattended] not killed together with the setup: an interrupted apt would leave the system
 *   broken
 */

/** A full disk must not stop the command or hide its own error. @param {string} text */
function log(text) {
  try {
    appendFileSync(logFile, text)
  } catch {
    // The log is a convenience.
  }
}

/** Starts a new log; it contains the last setup that did something. */
export function startLog() {
  mkdirSync(dirname(logFile), { recursive: true })
  writeFileSync(logFile, `${new Date().toISOString()} Node ${process.version}\n`)
}

/**
 * Runs a command and writes its output to the log only.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number | null, output: string, stalled: boolean }>} code null: killed, or it could not be
 *   started
 */
export function run(
  command,
  args,
  { env, cwd = root, stallSeconds, measure, onProgress, watch, unattended = false } = {},
) {
  log(`\n$ ${[command, ...args].join(' ')}\n`)
  return new Promise((resolve) => {
    let output = ''
    let changed = Date.now()
    let stalled = false
    let bytes = -1
    // A process group of its own, so that all of it can be ended; thus Ctrl-C reaches it through the lock's handler
    // only.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    if (child.pid !== undefined && !unattended) noteChild(child.pid)
    /** @param {string} text */
    const append = (text) => {
      changed = Date.now()
      log(text)
      output = (output + text).slice(-200_000)
      if (watch?.(text) && child.pid !== undefined) endGroup(child.pid, 'SIGKILL')
    }
    child.stdout.setEncoding('utf8').on('data', append)
    child.stderr.setEncoding('utf8').on('data', append)
    const timer = setInterval(() => {
      const measured = measure?.() ?? bytes
      if (measured !== bytes) changed = Date.now()
      bytes = measured
      if (measure) onProgress?.(bytes)
      if (stallSeconds !== undefined && Date.now() - changed > stallSeconds * 1_000 && child.pid !== undefined) {
        stalled = true
        endGroup(child.pid, 'SIGKILL')
      }
    }, 500)
    child.on('error', (error) => append(`${error.message}\n`))
    child.on('close', (code) => {
      clearInterval(timer)
      if (child.pid !== undefined && !unattended) forgetChild(child.pid)
      if (stalled) append(`ended: nothing happened for ${stallSeconds} s (ETIMEDOUT)\n`)
      resolve({ code: child.pid === undefined ? null : code, output, stalled })
    })
  })
}

/**
 * Runs a command, and throws a SetupError with the reason in one sentence if it fails.
 * @param {string} what what the command is to provide, e.g. `the npm packages`
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function mustRun(what, command, args, options) {
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new SetupError(sentenceFor(what, output, shown(logFile)))
  return output
}

/**
 * Returns every executable of that name on the PATH, in order.
 * @param {string} name
 * @returns {string[]}
 */
export function allOnPath(name) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
}

/**
 * Recursive by hand, because `recursive` with `parentPath` needs Node 20.12.
 * @param {string} folder
 * @returns {{ path: string, entry: import('node:fs').Dirent }[]} all that is in it at any depth; links are not followed
 */
export function entriesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return [{ path, entry }, ...(entry.isDirectory() ? entriesIn(path) : [])]
  })
}

/** @param {string} folder @returns {string[]} the paths of all files in it */
export const filesIn = (folder) => entriesIn(folder).flatMap(({ path, entry }) => (entry.isFile() ? [path] : []))

/** @param {string} folder @returns {number} bytes of all files in it, 0 while it changes too fast to be read */
export function sizeOf(folder) {
  try {
    return filesIn(folder).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  } catch {
    return 0
  }
}

/** @param {number} bytes that a step is about to need in the clone's folder */
export function checkSpace(bytes) {
  const { bavail, bsize } = statfsSync(root)
  const free = bavail * bsize
  if (free >= bytes) return
  const gigabytes = (/** @type {number} */ value) => `${(value / 1e9).toFixed(1)} GB`
  throw new SetupError(
    `setup needs about ${gigabytes(bytes)} in the clone's folder and its disk has ${gigabytes(free)} free: free some space and call again.`,
  )
}

/** The environment of what runs on the pinned Node: its `node` first on the PATH. */
export function onNode24() {
  return { PATH: [dirname(node24), process.env['PATH']].join(delimiter) }
}
