/** Cleans up after programs that crashed: their running runs, unfinished imports and scratch folders. */
import { vanishedHeldReason, vanishedReason } from '../../contract/runs/endReasons'
import { activeStates } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { isAlive, isOfEarlierBoot } from './processIdentity'
import { clearScratch } from '../storage/scratch'
import { ingestReadable } from '../training/ingestJournal'
import { recordEnd } from '../training/runEnd'
import { clearImports } from '../transfer/importStudy'

/** Call once, after this program has become the writer and before it starts tasks. */
export function cleanUpAfterCrash(context: Pick<Context, 'history' | 'paths'>): void {
  clearScratch(context.paths)
  clearImports(context)
}

/**
 * Ends running runs of ended processes: as their journals say, else as interrupted. Pauses their queued runs. Leaves
 * runs of live processes alone.
 */
export function recover(context: Pick<Context, 'history' | 'paths' | 'emit'>): void {
  const { history } = context
  // Check without a lock first: usually there is nothing to do.
  if (orphans(history).length === 0) return
  for (const run of orphans(history)) if (activeStates.includes(run.summary.state)) ingestRest(context, run)
  const changed = history.transaction(() =>
    orphans(history).map((run) => {
      if (activeStates.includes(run.summary.state)) {
        const reason = vanishedReason(run.owner !== null && isOfEarlierBoot(run.owner))
        recordEnd(history, run.key, { state: 'interrupted', reason, weights: null, at: new Date().toISOString() })
      } else {
        history.runs.setOwner(run.key, null, vanishedHeldReason)
      }
      return run.summary.id
    }),
  )
  announceAll(context, changed)
}

/** Ingests the lines that a trainer wrote and its program did not read before it ended. */
function ingestRest(context: Pick<Context, 'history' | 'paths' | 'emit'>, run: RunRecord): void {
  ingestReadable(context, run, (end) => recordEnd(context.history, run.key, end))
  announceAll(context, [run.summary.id])
}

/** Returns unfinished runs of ended processes. */
export function orphans(history: Context['history']): RunRecord[] {
  return history.runs
    .unfinished()
    .filter(({ owner, summary }) => (owner === null ? summary.state !== 'queued' : !isAlive(owner)))
}
