/** Cleans up after programs that crashed: their running runs, unfinished imports and scratch folders. */
import { vanishedHeldReason, vanishedReason } from '../../contract/runs/endReasons'
import { isAlive, isOfEarlierBoot } from '../../files/processIdentity'
import { activeStates } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { runDir } from '../storage/dataDir'
import { clearScratch } from '../storage/scratch'
import { livingTrainer, type LivingTrainer } from '../training/foundTrainer'
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
 * alone the runs of live processes, and those whose trainers have outlived their programs.
 */
export function recover(context: Pick<Context, 'history' | 'paths' | 'emit'>): void {
  const { history } = context
  // Check without a lock first: usually there is nothing to do.
  if (orphans(context).length === 0) return
  for (const run of orphans(context)) if (activeStates.includes(run.summary.state)) ingestRest(context, run)
  const changed = history.transaction(() =>
    orphans(context).map((run) => {
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

type Here = Pick<Context, 'history' | 'paths'>

/** Returns unfinished runs of ended processes, without those whose trainers live. */
export function orphans(here: Here): RunRecord[] {
  return withoutProgram(here.history).filter((run) => trainerOf(here.paths, run) === null)
}

/** Returns the runs whose trainers have outlived their programs. */
export function survivors({ history, paths }: Here): { run: RunRecord; trainer: LivingTrainer }[] {
  return withoutProgram(history).flatMap((run) => {
    const trainer = trainerOf(paths, run)
    return trainer === null ? [] : [{ run, trainer }]
  })
}

function withoutProgram(history: Context['history']): RunRecord[] {
  return history.runs
    .unfinished()
    .filter(({ owner, summary }) => (owner === null ? summary.state !== 'queued' : !isAlive(owner)))
}

function trainerOf(paths: Context['paths'], { summary: { id, state } }: RunRecord): LivingTrainer | null {
  return activeStates.includes(state) ? livingTrainer(runDir(paths, id)) : null
}
