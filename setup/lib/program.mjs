import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { codeOf, onEndSignals } from './signals.mjs'
import { explain, UsageError } from './failures.mjs'
import { logFile, shown } from './paths.mjs'
import { log } from './progress.mjs'

/**
 * Replaces this process by another program: same terminal, same signals, its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] on top of this process's environment
 */
export async function become(command, args, env = {}) {
  const whole = Object.fromEntries(
    Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined),
  )
  // Replaces this process if Node can: no second process to keep alive, and signals go to the program alone.
  if (typeof process.execve === 'function') process.execve(command, [command, ...args], whole)
  process.exitCode = await runAttached(command, args, whole)
}

/**
 * Runs a program in this terminal and waits for its exit.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {{ session?: boolean }} [options] session: gives it a session of its own, so that signals of the terminal reach only this
 *   process
 * @returns {Promise<number>} its exit code, 128 + the signal that ended it
 */
export function runAttached(command, args, env, { session = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: 'inherit', detached: session })
    const release = onEndSignals((signal) => {
      // The terminal sends Ctrl-C to a child in this session already, and a second one may have another effect.
      if (session || signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
    child.on('error', (error) => {
      log(`${command} could not be started: ${error.message}`)
      resolve(127)
    })
    child.on('exit', (code, signal) => {
      release()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

/**
 * Runs an entry's work; a failure is one sentence on stderr and exit code 1, or 2 for invalid arguments.
 * @param {() => Promise<void>} work
 */
export async function entry(work) {
  onEndSignals((signal) => process.exit(codeOf(signal)))
  try {
    await work()
  } catch (error) {
    log(explain(error, shown(logFile)))
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
