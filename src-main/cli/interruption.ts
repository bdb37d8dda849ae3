/**
 * Ctrl-C and the other signals that ask a command to stop: the command stops in order, and at once if it is asked
 * twice.
 */
import type { EndSignal } from '../contract/runs/endReasons'
import { onEndSignals } from '../system/signals'
import { say } from './output/output'

export const interruptedCode = 130

/**
 * npm passes on the Ctrl-C that the terminal sends to the process group, and Slurm signals each process of a step: one
 * request.
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

/** Stops the command in order at the first signal, and at once at a second one of the same kind or a Ctrl-C. */
export function takeSignals(): void {
  onEndSignals((signal) => {
    if (performance.now() - askedAt < sameRequestMs) return
    if (cause !== null) {
      // A job scheduler warns with one signal and ends with another, which must not cost the checkpoint that is being
      // written.
      if (signal === cause || signal === 'SIGINT') process.exit(interruptedCode)
      return
    }
    askedAt = performance.now()
    cause = signal
    say('Stopping … (once more ends at once)')
    controller.abort()
  })
}

/** Calls back when the command is to stop; at once if it is already. Returns a function that withdraws the listener. */
export function onInterruption(listener: () => void): () => void {
  if (interruption.aborted) listener()
  interruption.addEventListener('abort', listener, { once: true })
  return () => interruption.removeEventListener('abort', listener)
}
