/** The states of a run. */
import { z } from 'zod'

/**
 * queued → running ⇄ paused → done | stopped | diverged | failed; `interrupted` is set at start if the program that
 * trained the run is gone.
 */
export const runStates = [
  'queued',
  'running',
  'paused',
  'done',
  'stopped',
  'interrupted',
  'diverged',
  'failed',
] as const

export const runState = z.enum(runStates)
export type RunState = z.infer<typeof runState>

/** States of a run that has a trainer. */
export const activeStates: readonly RunState[] = ['running', 'paused']

export const endedStates: readonly RunState[] = ['done', 'stopped', 'interrupted', 'diverged', 'failed']

/** Returns a count of 0 for each state. */
export function noCounts(): Record<RunState, number> {
  return { queued: 0, running: 0, paused: 0, done: 0, stopped: 0, interrupted: 0, diverged: 0, failed: 0 }
}
