import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { SetupError } from '../lib/failures.mjs'
import { runtime } from '../lib/paths.mjs'
import { log } from '../lib/progress.mjs'
import { codeOf, onEndSignals } from '../lib/signals.mjs'
import { writeAtomically } from './stamps.mjs'

/**
 * The setup that holds the lock and the commands that it runs. `start` tells a process from a later one with the same id.
 * @typedef {{ pid: number, children: { pid: number, start: string }[] }} Holder
 */

/** flock(1) locks this file. It is never removed: otherwise two setups could lock two files of the same name. */
const lockFile = join(runtime, 'setup.lock')
const holderFile = join(runtime, 'setup.holder')
let isHeld = false
/** When each running command started, by its id. @type {Map<number, string>} */
const running = new Map()

/**
 * @param {number} pid
 * @returns {string | null} when a living process started, in ticks since boot
 */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** @returns {Holder | null} */
function readHolder() {
  try {
    return JSON.parse(readFileSync(holderFile, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Locks the file by flock(1), whose process lives as long as this one: its input ends with this process, also by SIGKILL.
 * @param {boolean} waits until another setup releases the lock
 * @returns {Promise<(() => void) | null>} releases the lock; null if another setup holds it
 */
async function lock(waits) {
  // In a session of its own, so that Ctrl-C ends this process first.
  const keeper = spawn('flock', [...(waits ? [] : ['--nonblock']), lockFile, 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const isLocked = await Promise.race([
    once(keeper.stdout, 'data').then(() => true),
    once(keeper, 'exit').then(() => false),
  ]).catch(() => {
    throw new SetupError('the program flock is missing: install the package util-linux, then call again.')
  })
  return isLocked ? () => keeper.stdin.end() : null
}

/**
 * @param {number} pid leader of a process group that this program started
 * @param {NodeJS.Signals} signal
 */
export function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already, or belongs to root and ends by itself.
  }
}

/**
 * Notes a running command, so that a later setup can end it if this one is killed.
 * @param {number} pid
 */
export function noteChild(pid) {
  const start = startOf(pid)
  if (start === null) return
  running.set(pid, start)
  writeHolder()
}

/** Forgets a command that has ended. @param {number} pid */
export function forgetChild(pid) {
  running.delete(pid)
  writeHolder()
}

function writeHolder() {
  if (!isHeld) return
  const children = [...running].map(([pid, start]) => ({ pid, start }))
  try {
    writeAtomically(holderFile, JSON.stringify({ pid: process.pid, children }))
  } catch {
    // The disk is full; the command itself will report that.
  }
}

/** Kills the commands that a killed setup left running. */
async function endLeftCommands() {
  for (const { pid, start } of readHolder()?.children ?? []) {
    if (startOf(pid) !== start) continue
    endGroup(pid, 'SIGKILL')
    while (startOf(pid) === start) await wait(20)
  }
}

/**
 * Creates a folder for work in progress; leftovers of a killed setup are removed by the next one.
 * @param {string} name
 */
export function temporaryFolder(name) {
  const folder = join(runtime, `tmp-${process.pid}-${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

function sweep() {
  for (const name of readdirSync(runtime)) {
    if (name.startsWith('tmp-') || name.startsWith('setup.holder'))
      rmSync(join(runtime, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Runs `work` while no other setup of this clone runs. Waits, with a message, until the other one has ended.
 * @param {() => Promise<void>} work
 */
export async function withLock(work) {
  mkdirSync(runtime, { recursive: true })
  let unlock = await lock(false)
  if (!unlock) {
    const pid = readHolder()?.pid
    // The lock of a killed setup is released a moment after its end.
    if (pid === undefined || startOf(pid) !== null)
      log(`another setup of this clone is running (process ${pid ?? 'unknown'}); waiting for it`)
    unlock = await lock(true)
  }
  await endLeftCommands()
  isHeld = true
  const release = () => {
    isHeld = false
    sweep()
    unlock?.()
  }
  const restoreSignals = onEndSignals((signal) => {
    for (const pid of running.keys()) endGroup(pid, 'SIGKILL')
    release()
    process.exit(codeOf(signal))
  })
  try {
    sweep()
    writeHolder()
    await work()
  } finally {
    restoreSignals()
    release()
  }
}
