/** Ctrl-C and its like: the command under way is asked to end; asked a second time, the program ends at once. */
import { say } from './output'

export const interruptedCode = 130

/** npm passes on the Ctrl-C that the terminal has sent to the whole group: what comes this soon is the same press. */
const samePressMs = 500

const controller = new AbortController()
let pressedAt = -Infinity

/** Aborted when the person wants the command to end. */
export const interruption: AbortSignal = controller.signal

export function interrupt(): void {
  controller.abort()
}

/** From now on, signals ask instead of ending the program. */
export function takeSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (performance.now() - pressedAt < samePressMs) return
      if (interruption.aborted) process.exit(interruptedCode)
      pressedAt = performance.now()
      say('Stopping … (once more ends at once)')
      interrupt()
    })
}

/** Calls back when the person wants an end; at once where that is so already. Returns the function that takes it back. */
export function onInterruption(listener: () => void): () => void {
  if (interruption.aborted) listener()
  interruption.addEventListener('abort', listener, { once: true })
  return () => interruption.removeEventListener('abort', listener)
}
