/** How far a run has come, by its journal. Pure. */
import type { StoredMessage } from '../contract/trainer/messages'

export interface Reached {
  /** Finished epochs. */
  epochs: number
  /** The last sampled step. */
  step: number
}

export const nothingReached: Reached = { epochs: 0, step: 0 }

/**
 * Returns how far the run is after a message; null if the message can't follow, such as an epoch that is there already
 * or leaves one out.
 */
export function afterMessage(reached: Reached, message: StoredMessage): Reached | null {
  switch (message.type) {
    case 'started': {
      const from = message.resumedFrom
      if (from === null) return nothingReached
      // It may go on from an earlier place, never from a later one.
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
