import { WorkbenchError } from '../../contract/errors'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import type { HandlersOf, Handlers } from '../app/handlers'
import { removeFiles } from '../storage/ownFiles'
import type { RunActions } from '../queue/runActions'
import type { Scheduler } from '../queue/scheduler'

type Names =
  'query' | 'ids' | 'rows' | 'curves' | 'filterValues' | 'tag' | 'note' | 'archive' | 'trash' | 'restore' | 'purge'
export type RunListHandlers = Pick<HandlersOf<'runs'>, `runs.${Names}` & keyof Handlers>

export function runListCalls(context: Context, scheduler: Scheduler, actions: RunActions): RunListHandlers {
  const { history, emit, paths } = context

  /** Changes all runs or none. `mark` returns whether it changed the run. */
  const each = (ids: readonly string[], mark: (id: string) => boolean): { changed: number; touched: string[] } => {
    const touched = history.transaction(() => [...new Set(ids)].filter(mark))
    return { changed: touched.length, touched }
  }
  const tellStudies = (runs: readonly RunRecord[]): void => {
    for (const studyId of new Set(runs.map((run) => run.summary.studyId))) emit('study.changed', { studyId })
  }
  const records = (ids: readonly string[]): RunRecord[] => ids.flatMap((id) => history.runs.get(id) ?? [])

  /** @throws WorkbenchError conflict if one is not in the trash */
  const trashedOf = (ids: readonly string[] | null): RunRecord[] => {
    const runs = records(ids ?? history.runMarks.trashed())
    const here = runs.find((run) => !run.trashed)
    if (here)
      throw new WorkbenchError('conflict', `The run ${here.summary.id} is not in the trash.`, {
        fix: 'Move it there first.',
      })
    return runs
  }

  async function purge(ids: readonly string[] | null): Promise<{ changed: number }> {
    for (const { summary } of trashedOf(ids)) await scheduler.released(summary.id)
    const purged = history.transaction(() => {
      // Checked again: a run may have been restored meanwhile.
      const runs = trashedOf(ids)
      for (const { summary } of runs) history.runs.remove(summary.id)
      return runs
    })
    for (const { summary } of purged) await removeFiles(paths, summary.id)
    return { changed: purged.length }
  }

  return {
    'runs.query': ({ offset, limit, ...asked }) => history.runLists.part(asked, offset, limit),
    'runs.ids': ({ offset, limit, ...asked }) => history.runLists.ids(asked, offset, limit),
    'runs.rows': ({ ids, statistic }) =>
      history.runLists
        .byIds(ids, statistic)
        .map((run) => ({ run, config: history.configs.get(run.configId, run.seed) })),
    'runs.curves': ({ ids, points }) => ids.map((id) => history.metrics.curve(id, points)),
    'runs.filterValues': () => history.runLists.words(),

    'runs.tag': ({ ids, add, remove }) => {
      const { changed, touched } = each(ids, (id) => {
        const removed = remove.filter((tag) => history.runMarks.untag(id, tag)).length
        return removed + add.filter((tag) => history.runMarks.tag(id, tag)).length > 0
      })
      for (const run of records(touched)) if (!run.hidden) emit('run.changed', run.summary)
      return { changed }
    },

    'runs.note': ({ id, note }) => {
      const { changed, touched } = each([id], (one) => history.runMarks.note(one, note.trim()))
      for (const run of records(touched)) if (!run.hidden) emit('run.changed', run.summary)
      return { changed }
    },

    'runs.archive': ({ ids, archived }) => {
      const at = archived ? new Date().toISOString() : null
      const { changed, touched } = each(ids, (id) => history.runMarks.archive(id, at))
      for (const run of records(touched)) if (!run.hidden) emit('run.changed', run.summary)
      return { changed }
    },

    'runs.trash': ({ ids }) => {
      const runs = records(ids)
      for (const run of runs) actions.assertDeletable(run)
      const at = new Date().toISOString()
      const changed = history.transaction(() => {
        actions.cancelQueued(runs, 'trash')
        return [...new Set(ids)].filter((id) => history.runMarks.trash(id, at)).length
      })
      for (const { summary } of runs) emit('run.deleted', { runId: summary.id, studyId: summary.studyId })
      tellStudies(runs)
      return { changed }
    },

    'runs.restore': ({ ids }) => {
      const { changed, touched } = each(ids, (id) => history.runMarks.trash(id, null))
      announceAll(context, touched)
      return { changed }
    },

    'runs.purge': ({ ids }) => purge(ids),
  }
}
