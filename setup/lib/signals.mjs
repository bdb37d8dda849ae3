import { readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { basename } from 'node:path'
import { isatty } from 'node:tty'

/**
 * Signals that ask a program to stop. Slurm sends SIGUSR1 before a time limit; without a listener Node opens a debugger
 * on it.
 * @typedef {'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR1'} EndSignal
 */

/** @type {readonly EndSignal[]} */
export const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1']

/** @param {EndSignal} signal @returns {number} the exit code of a program that a signal ended */
export const codeOf = (signal) => 128 + constants.signals[signal]

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // Another system than Linux, or another person's process.
  }
}

/**
 * @param {number | 'self'} pid
 * @returns {{ pid: number, parent: number, session: number, terminal: number }} `terminal` is 0 without a controlling
 *   terminal
 */
function statusOf(pid) {
  const stat = textOf(`/proc/${pid}/stat`)
  const [, parent, , session, terminal] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return { pid: parseInt(stat, 10) || 0, parent: parent ?? 0, session: session ?? 0, terminal: terminal ?? 0 }
}

/** @param {number} pid @param {EndSignal} signal */
function isIgnoredBy(pid, signal) {
  const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? []
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}

/**
 * `nohup` replaces a terminal as standard input by /dev/null, opened for writing only so that nothing can be read from
 * it.
 */
function hasInputOfNohup() {
  try {
    const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(textOf('/proc/self/fdinfo/0')) ?? []
    return readlinkSync('/proc/self/fd/0') === '/dev/null' && (parseInt(flags, 8) & 3) === 1
  } catch {
    return false
  }
}

/** Shells set `_` to the command that they start. @param {number} pid */
const isStartedByNohup = (pid) =>
  textOf(`/proc/${pid}/environ`)
    .split('\0')
    .some((entry) => entry.startsWith('_=') && basename(entry.slice(2)) === 'nohup')

/**
 * Whether SIGHUP was ignored when this program was started, as below `nohup` and `trap '' HUP`. Node restores the
 * default of every ignored signal at its start, in this process and in npx before it, so the disposition is read
 * from the nearest parent process that is not Node.
 * @returns {boolean}
 */
export function isHangupIgnored() {
  if (hasInputOfNohup()) return true
  const { pid: self, session } = statusOf('self')
  for (let pid = self; pid > 1;) {
    const status = statusOf(pid)
    if (status.session !== session) return false
    if (isIgnoredBy(pid, 'SIGHUP') || (pid !== session && isStartedByNohup(pid))) return true
    if (pid === session) return pid === self && isStartedByNohup(pid)
    pid = status.parent
  }
  return false
}

/** @type {((signal: EndSignal) => void)[]} */
const listeners = []

/**
 * The state at the start, because it cannot be determined after the terminal is closed. @type {{ ignored: boolean,
 * terminal: boolean, streams: boolean } | null}
 */
let hangup = null

/** @type {EndSignal | null} */
let received = null

/** @returns {EndSignal | null} the last signal that asked this program to stop */
export const receivedSignal = () => received

/** @param {EndSignal} signal */
function receive(signal) {
  if (signal === 'SIGHUP' && hangup !== null) {
    const isClosed = hangup.terminal && statusOf('self').terminal === 0
    // With all three streams redirected, the closed terminal does not concern this program.
    if (hangup.ignored || (isClosed && !hangup.streams)) return
  }
  received = signal
  const listener = listeners.at(-1)
  if (listener) listener(signal)
  else process.exit(codeOf(signal))
}

/**
 * Calls `listener` for each signal that asks this program to stop, instead of the listener before it. SIGHUP is left
 * out if it was ignored at the start.
 * @param {(signal: EndSignal) => void} listener
 * @returns {() => void} restores the listener before it
 */
export function onEndSignals(listener) {
  if (hangup === null) {
    hangup = {
      ignored: isHangupIgnored(),
      terminal: statusOf('self').terminal !== 0,
      streams: [0, 1, 2].some((fd) => isatty(fd)),
    }
    for (const signal of endSignals) process.on(signal, receive)
  }
  listeners.push(listener)
  return () => {
    const index = listeners.lastIndexOf(listener)
    if (index >= 0) listeners.splice(index, 1)
  }
}

/**
 * Installs the listeners again, after something else in this process has replaced them: Electron does, while it starts.
 */
export function reclaimEndSignals() {
  for (const signal of endSignals) {
    process.off(signal, receive)
    process.on(signal, receive)
  }
}
