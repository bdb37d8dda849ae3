/** Looks up runs and studies by id, or throws an error that says what is missing. */
import { WorkbenchError } from '../../contract/errors'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'
import type { Context } from './context'

type Place = Pick<Context, 'history'>

/** @throws WorkbenchError not-found */
export function runOf({ history }: Place, id: string): RunRecord {
  const run = history.runs.get(id)
  if (!run)
    throw new WorkbenchError('not-found', `There is no run ${id}.`, {
      fix: '`mcnn runs list` shows all runs.',
      field: 'id',
    })
  return run
}

/**
 * Called before anything trains the run again or continues it.
 * @throws WorkbenchError conflict if the run or its study is in the trash
 */
export function mustNotBeTrashed({ summary, hidden, trashed }: RunRecord): void {
  if (!hidden) return
  throw new WorkbenchError('conflict', `The run ${summary.id} is in the trash${trashed ? '' : ' with its study'}.`, {
    fix: 'Restore it first.',
  })
}

/** @throws WorkbenchError not-found, also for a study in the trash */
export function studyOf({ history }: Place, id: string): StudyRecord {
  const study = history.studies.get(id)
  if (!study)
    throw new WorkbenchError('not-found', `There is no study ${id}.`, {
      fix: '`mcnn study list` shows all studies.',
      field: 'id',
    })
  if (study.trashedAt !== null)
    throw new WorkbenchError('not-found', `The study ${id} is in the trash.`, { fix: 'Restore it first.', field: 'id' })
  return study
}
