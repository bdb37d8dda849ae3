/** Writes the end of a run to the history. */
import type { RunState } from '../../contract/runs/states'
import type { History } from '../../history/history'
import type { RunEnd } from './applyMessage'

/** Writes the state, the weights and an event; within the caller's transaction. @param run its key */
export function recordEnd(history: History, run: number, { state, reason, weights, at }: RunEnd): void {
  history.runs.end(run, state, reason, weights, at)
  history.events.add(run, levelOfEnd(state), state, reason ?? `The run is ${state}.`, at)
}

function levelOfEnd(state: RunState): 'error' | 'warning' | 'info' {
  if (state === 'failed' || state === 'interrupted') return 'error'
  return state === 'diverged' ? 'warning' : 'info'
}
