/** Calls that export a finished run's network or classify an image with it. */
import path from 'node:path'
import { WorkbenchError } from '../../contract/errors'
import { classNames } from '../../datasets'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'
import { weightsPath } from '../storage/dataDir'
import type { Handlers } from '../app/handlers'
import type { ModelSource } from './modelJobs'
import type { ModelThread } from './modelThread'
import { runOf } from '../app/lookup'

export type RunModelHandlers = Pick<Handlers, 'runs.export' | 'runs.classify'>

export function runModelCalls(context: Context, thread: ModelThread): RunModelHandlers {
  const { history, paths, program } = context

  const sourceOf = ({ summary, weightsFile }: RunRecord): ModelSource => {
    const { id, configId, seed, weightsSha256 } = summary
    if (weightsFile === null || weightsSha256 === null)
      throw new WorkbenchError(
        'conflict',
        `The run ${id} has no weights: they are saved when a run is done, and this one is ${summary.state}.`,
        { fix: 'Choose a run that is done, or let this one train to its end.', field: 'id' },
      )
    return {
      runId: id,
      config: history.configs.get(configId, seed),
      file: weightsPath(paths, id, weightsFile),
      sha256: weightsSha256,
      dataDir: paths.dataDir,
      datasetsDir: paths.datasets,
    }
  }

  return {
    'runs.export': ({ id, format, path: target, force }) => {
      if (!path.isAbsolute(target))
        throw new WorkbenchError('bad-input', 'The path must be absolute.', { field: 'path' })
      const run = runOf(context, id)
      const source = sourceOf(run)
      const { studyName, dataset, testAccuracy } = run.summary
      const about = {
        program,
        runId: id,
        studyName,
        config: source.config,
        dataset,
        classes: classNames(dataset),
        weightsSha256: source.sha256,
        datasetFingerprint: run.datasetFingerprint,
        testAccuracy,
      }
      return thread.do({ kind: 'export', source, about, format, path: target, force })
    },

    'runs.classify': ({ id, picture, top }) => {
      const run = runOf(context, id)
      return thread.do({
        kind: 'classify',
        source: sourceOf(run),
        picture: Uint8Array.from(Buffer.from(picture, 'base64')),
        classes: classNames(run.summary.dataset),
        top,
      })
    },
  }
}
