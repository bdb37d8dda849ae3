/** Ctrl-C and the other signals that stop a command: cleanly at the first signal, at once at a second one. */
import type { EndSignal } from '../contract/runs/endReasons'
import { onEndSignals } from '../system/signals'
import { log } from './output/output'

export const interruptedCode = 130

/**
 * Signals within this time count as one request: npm forwards the Ctrl-C that the terminal also sends to the process
 * group, and Slurm signals every process of a step.
 */
const sameRequestMs = 500

const controller = new AbortController()
let cause: EndSignal | null = null
let askedAt = -Infinity

/** Aborted when the command is to stop. */
export const interruption: AbortSignal = controller.signal

/** Returns the signal that asked the command to stop. */
export function interruptionCause(): EndSignal {
  return cause ?? 'SIGINT'
}

/** Stops the command cleanly at the first signal, and at once at a second one of the same kind or a Ctrl-C. */
export function takeSignals(): void {
  onEndSignals((signal) => {
    if (performance.now() - askedAt < sameRequestMs) return
    if (cause !== null) {
      // A job scheduler sends a warning signal and later another one, which must not interrupt the checkpoint being
      // written.
      if (signal === cause || signal === 'SIGINT') process.exit(interruptedCode)
      return
    }
    askedAt = performance.now()
    cause = signal
    log('Stopping … (press Ctrl-C again to stop at once)')
    controller.abort()
  })
}

/** Calls `listener` when the command must stop, or now if it already must. Returns a function that removes it. */
export function onInterruption(listener: () => void): () => void {
  if (interruption.aborted) listener()
  interruption.addEventListener('abort', listener, { once: true })
  return () => interruption.removeEventListener('abort', listener)
}
