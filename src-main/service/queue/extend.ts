/** A finished run for more epochs: a run of its own, so that what the shorter one showed stays as it is. */
import { constants, copyFileSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import { newestCheckpoint, runDir } from '../storage/dataDir'
import { enqueue } from './enqueue'
import { mustNotBeTrashed, runOf } from '../app/lookup'
import { makeRunFolder } from '../storage/ownFiles'

/**
 * Queues a run that resumes where run `id` ended, with all it measured. Milestones and rates stay: up to there it is
 * what it would have been, had it been asked for `epochs` at first.
 * @returns the new run's id
 * @throws WorkbenchError bad-input for no more epochs than it has; conflict if it has not finished, is in the trash
 *   or its last checkpoint
 *   is gone; not-found
 */
export function extend(context: Context, id: string, epochs: number): string {
  return context.history.transaction(() => extendRun(context, runOf(context, id), epochs))
}

function extendRun(context: Context, run: RunRecord, epochs: number): string {
  const { history, paths } = context
  const { id, state, studyId, configId, seed } = run.summary
  mustNotBeTrashed(run)
  if (state !== 'done')
    throw new WorkbenchError('conflict', `The run ${id} is ${state}: only a finished run can be extended.`, {
      fix: 'Resume it first.',
    })
  if (epochs <= run.summary.epochs)
    throw new WorkbenchError('bad-input', `The run ${id} has ${run.summary.epochs} epochs already.`, {
      fix: 'Ask for more of them.',
      field: 'epochs',
    })
  const checkpoint = newestCheckpoint(runDir(paths, id))
  if (checkpoint === null || run.checkpoint?.epochs !== run.summary.epochs)
    throw new WorkbenchError('conflict', `The run ${id} has no checkpoint of its end.`, {
      fix: `Train it again with ${epochs} epochs.`,
    })
  const config = { ...history.configs.get(configId, seed), epochs }
  const [extended = ''] = enqueue(context, studyId, [config])
  const made = history.runs.get(extended)
  if (!made) throw new Error(`no run ${extended}`)
  history.metrics.copy(run.key, made.key)
  if (run.checkpoint) history.runs.setCheckpoint(made.key, run.checkpoint)
  history.events.add(
    made.key,
    'info',
    'extended',
    `Goes on where ${id} ended, after ${run.summary.epochs} epochs; what was measured up to there is that run's.`,
  )
  history.events.add(run.key, 'info', 'extended', `Extended to ${epochs} epochs by ${extended}.`)
  const folder = makeRunFolder(paths, extended)
  // Within the transaction: without its checkpoint the run would train from its seed. A file system that can shares the
  // blocks.
  copyFileSync(checkpoint, path.join(folder, path.basename(checkpoint)), constants.COPYFILE_FICLONE)
  return extended
}
