/** Extends finished runs to more epochs. Each extension is a new run, so that the shorter run stays unchanged. */
import { constants, copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import { sharedMachineKind } from '../../contract/runs/timing'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import { newestCheckpoint, runDir } from '../storage/dataDir'
import { enqueue } from './enqueue'
import { mustNotBeTrashed, runOf } from '../app/lookup'
import { makeRunFolder, removeFilesNow } from '../storage/ownFiles'
import { isJournalName, journalFolder } from '../../journal/format'
import { journalEarlierRun } from '../training/earlierRun'

/**
 * Queues one new run for each run. The new run starts with the metrics of the old one and resumes from its end. Queues
 * none if one of them fails.
 * Milestones and learning rates stay: up to its last epoch, the new run equals a run with `epochs` from the start.
 * @returns the ids of the new runs, in the order of `ids`
 * @throws WorkbenchError bad-input if a run has as many epochs already; conflict if a run has not finished, is in the
 *   trash or has no checkpoint of its end; not-found
 */
export function extend(context: Context, ids: readonly string[], epochs: number): string[] {
  const made: string[] = []
  try {
    context.history.transaction(() => {
      for (const id of ids) extendRun(context, runOf(context, id), epochs, made)
    })
    return made
  } catch (thrown) {
    for (const id of made) removeFilesNow(context.paths, id)
    throw thrown
  }
}

/** @param made the id of the new run is appended before its files are created */
function extendRun(context: Context, run: RunRecord, epochs: number, made: string[]): void {
  const { history, paths } = context
  const { id, state, studyId, configId, seed } = run.summary
  mustNotBeTrashed(run)
  if (state !== 'done')
    throw new WorkbenchError('conflict', `The run ${id} is ${state}: only a finished run can be extended.`, {
      fix: 'Resume it first.',
    })
  if (epochs <= run.summary.epochs)
    throw new WorkbenchError('bad-input', `The run ${id} has ${run.summary.epochs} epochs already.`, {
      fix: 'Choose a larger number.',
      field: 'epochs',
    })
  const checkpoint = newestCheckpoint(runDir(paths, id))
  if (checkpoint === null || run.checkpoint?.epochs !== run.summary.epochs)
    throw new WorkbenchError('conflict', `The run ${id} has no checkpoint of its end.`, {
      fix: `Train it again with ${epochs} epochs.`,
    })
  const config = { ...history.configs.get(configId, seed), epochs }
  const [extended = ''] = enqueue(context, studyId, [config])
  made.push(extended)
  const longer = history.runs.get(extended)
  if (!longer) throw new Error(`no run ${extended}`)
  history.metrics.copy(run.key, longer.key)
  if (run.checkpoint) history.runs.setCheckpoint(longer.key, run.checkpoint)
  history.events.add(
    longer.key,
    'info',
    'extended',
    `Continues ${id} after ${run.summary.epochs} epochs. The earlier measurements are copied from it.`,
  )
  history.events.add(run.key, 'info', 'extended', `Extended to ${epochs} epochs by ${extended}.`)
  // The copied epochs are part of the run's times.
  const shared = history.events.ofRun(run.key).find(({ kind }) => kind === sharedMachineKind)
  if (shared) history.events.add(longer.key, shared.level, shared.kind, shared.message)
  const folder = makeRunFolder(paths, extended)
  copyJournal(context, run, longer, folder)
  // Within the transaction: without its checkpoint the run would train from its seed. Some file systems share the
  // blocks of the copy.
  copyFileSync(checkpoint, path.join(folder, path.basename(checkpoint)), constants.COPYFILE_FICLONE)
}

/** Copies the journal: the measurements so far belong to both runs. */
function copyJournal({ history, paths }: Context, from: RunRecord, to: RunRecord, folder: string): void {
  journalEarlierRun({ history, paths }, from)
  const place = history.journals.get(from.key)
  if (!place) return
  const [source, target] = [journalFolder(runDir(paths, from.summary.id)), journalFolder(folder)]
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(source).filter(isJournalName))
    copyFileSync(path.join(source, name), path.join(target, name), constants.COPYFILE_FICLONE)
  history.journals.put(to.key, place)
}
