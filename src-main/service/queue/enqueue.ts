import { WorkbenchError } from '../../contract/errors'
import { datasetSizes, type ExperimentConfig } from '../../contract/experiment'
import { modelSummary } from '../../nn/architecture'
import type { Context } from '../app/context'
import { hasFiles } from '../storage/dataDir'
import { mustHaveNow } from '../datasets/datasets'
import { runIdFor } from './ids'
import { exampleCounts } from '../training/speed'

/**
 * Appends runs of a study to this process's queue, within a transaction. Returns their ids.
 * @throws WorkbenchError conflict if the study is in the trash, not-found if a data set is missing
 */
export function enqueue(
  context: Pick<Context, 'history' | 'owner' | 'paths'>,
  studyId: string,
  configs: readonly ExperimentConfig[],
): string[] {
  const { history, owner, paths } = context
  if ((history.studies.get(studyId)?.trashedAt ?? null) !== null)
    throw new WorkbenchError('conflict', `The study ${studyId} is in the trash. Its runs cannot be trained.`, {
      fix: 'Restore it first.',
    })
  for (const dataset of new Set(configs.map((config) => config.dataset))) mustHaveNow(context, dataset)
  const createdAt = new Date().toISOString()
  return configs.map((config) => {
    const { arch, variant, dataset, seed, epochs } = config
    const { trainableParameters, trainableFilters } = modelSummary(arch, variant, datasetSizes[dataset].classes)
    const id = runIdFor(studyId, config, (taken) => history.runs.get(taken) !== null || hasFiles(paths, taken))
    const configId = history.configs.put(config)
    const { trainExamples, testExamples } = exampleCounts(config)
    const run = {
      id,
      studyId,
      configId,
      arch,
      variant,
      dataset,
      seed,
      epochs,
      trainExamples,
      testExamples,
      trainableParameters,
      trainableFilters,
      createdAt,
    }
    history.runs.insert(run, owner)
    return id
  })
}
