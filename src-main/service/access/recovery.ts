/** Cleans up after programs that crashed: their running runs, unfinished imports and scratch folders. */
import { vanishedHeldReason, vanishedReason } from '../../contract/runs/endReasons'
import { activeStates } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { isAlive, isOfEarlierBoot } from './processIdentity'
import { clearScratch } from '../storage/scratch'
import { clearImports } from '../transfer/importStudy'

/** Call once, when this program has become the writer and before it starts anything. */
export function cleanUpAfterCrash(context: Pick<Context, 'history' | 'paths'>): void {
  clearScratch(context.paths)
  clearImports(context)
}

/**
 * Marks running runs of processes that are gone as interrupted, and puts their queued runs on hold. Runs of living
 * processes are left alone.
 */
export function recover(context: Pick<Context, 'history' | 'emit'>): void {
  const { history } = context
  // Check without a lock first: usually there is nothing to do.
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

/** Returns unfinished runs of processes that are gone. */
export function orphans(history: Context['history']): RunRecord[] {
  return history.runs
    .unfinished()
    .filter(({ owner, summary }) => (owner === null ? summary.state !== 'queued' : !isAlive(owner)))
}
