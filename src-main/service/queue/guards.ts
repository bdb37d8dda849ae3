/** Decides which actions a run allows. Only a live owner may change the runs of another program. */
import { WorkbenchError } from '../../contract/errors'
import type { RunRecord } from '../../history/runs/runs'
import { isAlive, sameProcess } from '../../files/processIdentity'
import type { Context } from '../app/context'

type Here = Pick<Context, 'owner'>

/** Returns whether the run belongs to another live program. */
export function isForeign({ owner: here }: Here, { owner }: Pick<RunRecord, 'owner'>): boolean {
  return owner !== null && !sameProcess(owner, here) && isAlive(owner)
}

/** @throws WorkbenchError conflict if the run belongs to another live program */
export function assertOurs(here: Here, run: RunRecord): void {
  if (!isForeign(here, run)) return
  throw new WorkbenchError(
    'conflict',
    `The run ${run.summary.id} belongs to another MCNN Workbench (process ${run.owner?.pid ?? '?'}).`,
    { fix: 'Use that program, or close it first.' },
  )
}

/** Returns the error of an action that the state of a run does not allow. */
export function nothingTo(action: 'pause' | 'resume' | 'stop' | 'move', { summary }: RunRecord): WorkbenchError {
  const { id, state } = summary
  return new WorkbenchError(
    'conflict',
    `The run ${id} is ${state}: there is nothing to ${action}.`,
    action === 'resume' && state === 'diverged' ? { fix: 'Re-run it: it starts again from its seed.' } : {},
  )
}
