import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { runtime } from '../lib/paths.mjs'
import { say } from '../lib/progress.mjs'
import { codeOf, onEndSignals } from '../lib/signals.mjs'

/**
 * `start` tells a process from a later one that got the same id.
 * @typedef {{ pid: number, start: string }} ProcessId
 * @typedef {ProcessId & { host: string, child: ProcessId | null }} Holder
 */

const file = join(runtime, 'setup.lock')
const heartbeatMs = 5_000
/**
 * On another machine (a shared home) a process can't be looked up: its lock counts while its heartbeat is this young.
 */
const foreignMs = 60_000

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

/** @param {ProcessId} process */
const lives = ({ pid, start }) => startOf(pid) === start

/** @type {Holder} */
const mine = { pid: process.pid, start: startOf(process.pid) ?? '', host: hostname(), child: null }

/** @returns {{ holder: Holder | null, inode: number, age: number } | null} null: nobody has the lock */
function read() {
  try {
    const { ino, mtimeMs } = statSync(file)
    /** @type {Holder | null} */
    let holder = null
    try {
      holder = JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    return { holder, inode: ino, age: Date.now() - mtimeMs }
  } catch {
    return null
  }
}

/** @returns {boolean} whether the lock is now this process's */
function take() {
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify(mine))
  try {
    linkSync(own, file) // with its content at once, unlike creating and then writing
    return true
  } catch (error) {
    // ENOENT: the holder has just swept this process's file away.
    if (error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOENT')) return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/** Removes a dead process's lock once the command that it had left running has ended. @param {{ holder: Holder | null, inode: number }} stale */
async function clear({ holder, inode }) {
  const child = holder?.host === mine.host ? holder.child : null
  if (child && lives(child)) {
    endGroup(child.pid, 'SIGKILL')
    while (lives(child)) await wait(20)
  }
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return // somebody else was faster
  }
  if (statSync(aside).ino !== inode) {
    // Between looking and renaming, somebody else had cleared it and taken a new one: give that back.
    try {
      linkSync(aside, file)
    } finally {
      rmSync(aside, { force: true })
    }
    return
  }
  rmSync(aside, { force: true })
}

/**
 * @param {number} pid leader of a process group that this program started
 * @param {NodeJS.Signals} signal
 */
export function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already, or belongs to root: then it ends by itself.
  }
}

/**
 * Notes the command that runs now, so that a later setup can end it if this one is killed.
 * @param {number | null} pid
 */
export function noteChild(pid) {
  const start = pid === null ? null : startOf(pid)
  mine.child = pid === null || start === null ? null : { pid, start }
  const own = `${file}.${process.pid}`
  try {
    writeFileSync(own, JSON.stringify(mine))
    renameSync(own, file)
  } catch {
    rmSync(own, { force: true }) // A full disk; the command itself will say so.
  }
}

/** A folder for work in progress: what is in it when its setup dies is removed by the next one. @param {string} name */
export function temporaryFolder(name) {
  const folder = join(runtime, `tmp-${process.pid}-${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

function sweep() {
  for (const name of readdirSync(runtime)) {
    if (name.startsWith('tmp-') || /^setup\.lock\.(stale-)?\d+$/.test(name))
      rmSync(join(runtime, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Runs `work` while no other setup of this clone runs; waits, and says so, until the other is done or dead.
 * @param {() => Promise<void>} work
 */
export async function withLock(work) {
  mkdirSync(runtime, { recursive: true })
  for (let said = false; !take();) {
    const other = read()
    if (other === null) continue
    const { holder, age } = other
    const alive = holder !== null && (holder.host === mine.host ? lives(holder) : age < foreignMs)
    if (!alive && (holder !== null || age > 1_000)) {
      await clear(other)
      continue
    }
    if (!said) say(`another setup of this clone is under way (process ${holder?.pid ?? 'unknown'}); waiting for it`)
    said = true
    await wait(200)
  }
  const heartbeat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date())
    } catch {
      // Deleted by hand: nothing to keep alive.
    }
  }, heartbeatMs)
  const release = () => {
    clearInterval(heartbeat)
    sweep()
    rmSync(file, { force: true })
  }
  const restoreSignals = onEndSignals((signal) => {
    if (mine.child) endGroup(mine.child.pid, 'SIGKILL')
    release()
    process.exit(codeOf(signal))
  })
  try {
    sweep()
    await work()
  } finally {
    restoreSignals()
    release()
  }
}
