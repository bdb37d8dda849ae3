import { WorkbenchError } from '../contract/errors'
import { datasetSizes, type ExperimentConfig } from '../contract/experiment'
import { modelSummary } from '../nn/architecture'
import type { Context } from './context'
import { runIdFor } from './ids'
import { exampleCounts } from './speed'

/**
 * Puts runs of a study at the end of this process's queue; within a transaction. Returns their ids.
 * @throws WorkbenchError conflict where the study is in the trash
 */
export function enqueue({ history, owner }: Context, studyId: string, configs: readonly ExperimentConfig[]): string[] {
  if ((history.studies.get(studyId)?.trashedAt ?? null) !== null)
    throw new WorkbenchError('conflict', `The study ${studyId} is in the trash: nothing is trained for it.`, { fix: 'Restore it first.' })
  const createdAt = new Date().toISOString()
  return configs.map((config) => {
    const { arch, variant, dataset, seed, epochs } = config
    const { trainableParameters, trainableFilters } = modelSummary(arch, variant, datasetSizes[dataset].classes)
    const id = runIdFor(studyId, config, (taken) => history.runs.get(taken) !== null)
    const configId = history.configs.put(config)
    const { trainExamples, testExamples } = exampleCounts(config)
    const run = { id, studyId, configId, arch, variant, dataset, seed, epochs, trainExamples, testExamples, trainableParameters, trainableFilters, createdAt }
    history.runs.insert(run, owner)
    return id
  })
}
