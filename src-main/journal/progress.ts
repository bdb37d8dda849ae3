/** How far a run has trained, according to its journal. Pure. */
import type { StoredMessage } from '../contract/trainer/messages'

export interface Reached {
  /** Finished epochs. */
  epochs: number
  /** The last sampled step. */
  step: number
}

export const nothingReached: Reached = { epochs: 0, step: 0 }

/**
 * Returns how far the run has trained after a message; null if the message cannot follow, such as an epoch that was
 * recorded already or skips one.
 */
export function afterMessage(reached: Reached, message: StoredMessage): Reached | null {
  switch (message.type) {
    case 'started': {
      const from = message.resumedFrom
      if (from === null) return nothingReached
      // A run may resume from an earlier point, never from a later one.
      return from.epochs > reached.epochs ? null : { epochs: from.epochs, step: Math.min(from.step, reached.step) }
    }
    case 'steps': {
      let { step } = reached
      for (const one of message.steps) {
        if (one.step <= step) return null
        step = one.step
      }
      return { ...reached, step }
    }
    case 'epoch':
      return message.metrics.epoch === reached.epochs + 1 ? { ...reached, epochs: reached.epochs + 1 } : null
    default:
      return reached
  }
}
