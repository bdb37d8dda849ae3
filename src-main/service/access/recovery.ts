/**
 * What programs that are gone left: no run of theirs stays "running", no half import and no folder of work stays at
 * all.
 */
import { vanishedHeldReason, vanishedReason } from '../../contract/runs/endReasons'
import { activeStates } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { isAlive, isOfEarlierBoot } from './processIdentity'
import { clearScratch } from '../storage/scratch'
import { clearImports } from '../transfer/importStudy'

/** Once, when this program has come to write the history and before it begins anything. */
export function cleanUpAfterCrash(context: Pick<Context, 'history' | 'paths'>): void {
  clearScratch(context.paths)
  clearImports(context)
}

/**
 * Ends as interrupted what a program that is gone was training, and holds what it had queued: nothing starts
 * uninvited. Runs of living programs are left alone.
 */
export function recover(context: Pick<Context, 'history' | 'emit'>): void {
  const { history } = context
  // Looked at without a lock first: nearly always there is nothing to do.
  if (orphans(history).length === 0) return
  const changed = history.transaction(() =>
    orphans(history).map((run) => {
      if (activeStates.includes(run.summary.state)) {
        const reason = vanishedReason(run.owner !== null && isOfEarlierBoot(run.owner))
        history.runs.end(run.key, 'interrupted', reason)
        history.events.add(run.key, 'error', 'interrupted', reason)
      } else {
        history.runs.setOwner(run.key, null, vanishedHeldReason)
      }
      return run.summary.id
    }),
  )
  announceAll(context, changed)
}

/** Runs that have not ended, of a program that is gone. */
export function orphans(history: Context['history']): RunRecord[] {
  return history.runs
    .unfinished()
    .filter(({ owner, summary }) => (owner === null ? summary.state !== 'queued' : !isAlive(owner)))
}
