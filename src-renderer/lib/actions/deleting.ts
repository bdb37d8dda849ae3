/** Moves runs and studies to the trash, with a notice that offers Undo. */
import type { StudySummary, RunSummary } from '../../../src-main/contract'
import { attempt } from './action'
import { call } from '../data/client'
import { runTitle } from '../format'
import { toasts } from './toasts.svelte'

/** @returns whether it was moved to the trash; otherwise a notice was shown */
export async function trashStudy({ id, name }: Pick<StudySummary, 'id' | 'name'>): Promise<boolean> {
  if (!(await attempt(() => call('studies.trash', { id })))) return false
  toasts.undoable({ message: `“${name}” moved to the trash`, undo: () => call('studies.restore', { id }) })
  return true
}

/** As `trashStudy`. */
export async function trashRun(run: RunSummary): Promise<boolean> {
  if (!(await attempt(() => call('runs.trash', { ids: [run.id] })))) return false
  toasts.undoable({
    message: `${runTitle(run)} moved to the trash`,
    undo: () => call('runs.restore', { ids: [run.id] }),
  })
  return true
}
