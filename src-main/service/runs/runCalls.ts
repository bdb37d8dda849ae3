import path from 'node:path'
import type { RunDetail } from '../../contract/runs/runs'
import { testImages } from '../../datasets'
import type { RunRecord } from '../../history/runs/runs'
import { announceAll, type Context } from '../app/context'
import { runLog } from '../storage/dataDir'
import type { Datasets } from '../datasets/datasets'
import { enqueue } from '../queue/enqueue'
import { extend } from '../queue/extend'
import { ok, type HandlersOf } from '../app/handlers'
import { mustNotBeTrashed, runOf } from '../app/lookup'
import { logTail } from '../training/outputLog'
import { removeFiles } from '../storage/ownFiles'
import type { RunActions } from '../queue/runActions'
import type { Scheduler } from '../queue/scheduler'
import type { RunListHandlers } from './runListCalls'
import type { RunModelHandlers } from '../models/runModelCalls'

export function runCalls(
  context: Context,
  scheduler: Scheduler,
  actions: RunActions,
  datasets: Datasets,
): Omit<HandlersOf<'runs'>, keyof RunListHandlers | keyof RunModelHandlers> & HandlersOf<'queue'> {
  const { history, paths } = context
  const trainedOn = (
    run: RunRecord,
  ): Pick<RunDetail, 'run' | 'environment' | 'datasetFingerprint' | 'weightsFile' | 'trashed' | 'checkpoint'> => ({
    run: run.summary,
    environment: run.environmentHash === null ? null : history.environments.get(run.environmentHash),
    datasetFingerprint: run.datasetFingerprint,
    weightsFile: run.weightsFile === null ? null : path.resolve(paths.dataDir, run.weightsFile),
    trashed: run.hidden,
    checkpoint: run.checkpoint,
  })
  const rerunnable = (id: string): RunRecord['summary'] => {
    const run = runOf(context, id)
    mustNotBeTrashed(run)
    return run.summary
  }
  return {
    'queue.move': ({ ids, place }) => ({
      was: actions.move(
        ids.map((id) => runOf(context, id)),
        place,
      ),
    }),

    'runs.list': () => history.runs.list(),

    'runs.unfinished': () => history.runs.unfinished().map((run) => run.summary),

    'runs.get': ({ id }) => {
      const run = runOf(context, id)
      return {
        ...trainedOn(run),
        config: history.configs.get(run.summary.configId, run.summary.seed),
        epochs: history.metrics.epochsOfRun(run.key),
        steps: history.metrics.stepsOfRun(run.key),
        events: history.events.ofRun(run.key),
      }
    },

    'runs.updates': ({ id, epoch, step, events }) => {
      const run = runOf(context, id)
      return {
        ...trainedOn(run),
        epochs: history.metrics.epochsSince(run.key, epoch),
        steps: history.metrics.stepsSince(run.key, step),
        events: history.events.ofRun(run.key).slice(events),
      }
    },

    'runs.evaluation': ({ id }) => history.metrics.evaluation(runOf(context, id).key),

    'runs.mistakes': async ({ id }) => {
      const { key, summary } = runOf(context, id)
      const evaluation = history.metrics.evaluation(key)
      if (!evaluation) return { epoch: 0, pictures: [] }
      const config = history.configs.get(summary.configId, summary.seed)
      const places = evaluation.mistakes.map((mistake) => mistake.index)
      const images = await testImages({ datasetsDir: paths.datasets, ...config }, places)
      return { epoch: evaluation.epoch, pictures: images.map((pixels) => Buffer.from(pixels).toString('base64')) }
    },

    'runs.log': async ({ id }) => ({ lines: await logTail(runLog(paths, runOf(context, id).summary.id)) }),

    'runs.pause': ({ id }) => {
      actions.pause(runOf(context, id))
      return ok
    },

    'runs.resume': ({ ids }) => ({ resumed: actions.resume([...new Set(ids)].map((id) => runOf(context, id))) }),

    'runs.stop': ({ id, cause }) => {
      actions.stop(runOf(context, id), cause)
      return ok
    },

    'runs.rerun': async ({ ids: asked }) => {
      const ids = [...new Set(asked)]
      for (const dataset of new Set(ids.map((id) => rerunnable(id).dataset))) await datasets.mustHave(dataset, 'ids')
      // Checked again: a run may have been deleted or moved to the trash meanwhile.
      const again = history.transaction(() =>
        ids.flatMap((id) => {
          const { configId, seed, studyId } = rerunnable(id)
          return enqueue(context, studyId, [history.configs.get(configId, seed)])
        }),
      )
      announceAll(context, again)
      scheduler.startNextRun()
      return { ids: again }
    },

    'runs.extend': async ({ ids: asked, epochs }) => {
      const ids = [...new Set(asked)]
      for (const dataset of new Set(ids.map((id) => runOf(context, id).summary.dataset)))
        await datasets.mustHave(dataset, 'ids')
      const extended = extend(context, ids, epochs)
      announceAll(context, [...ids, ...extended])
      scheduler.startNextRun()
      return { ids: extended }
    },

    'runs.interrupted': () => {
      const { interrupted, held } = actions.interrupted()
      const ends = interrupted.flatMap((run) => run.summary.endedAt ?? []).sort()
      return { interrupted: interrupted.length, held: held.length, newest: ends.at(-1) ?? null }
    },

    'runs.resumeInterrupted': () => ({ resumed: actions.resumeInterrupted() }),

    'runs.checkpoint': () => {
      scheduler.checkpoint()
      return ok
    },

    'runs.delete': async ({ id }) => {
      const run = runOf(context, id)
      actions.assertDeletable(run)
      await scheduler.released(id)
      history.transaction(() => {
        actions.assertDeletable(runOf(context, id))
        history.runs.remove(id)
      })
      context.emit('run.deleted', { runId: id, studyId: run.summary.studyId })
      context.emit('study.changed', { studyId: run.summary.studyId })
      await removeFiles(paths, id)
      return ok
    },
  }
}
