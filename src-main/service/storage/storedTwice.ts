/** Compares columns that a run's row repeats for lists with their sources: config, data and epochs. */
import type { StoredTwice } from '../../analysis/studies/verification'
import { datasetSizes } from '../../contract/experiment'
import type { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'

/** @param again the run's data as a trainer reported it */
export function storedTwice(
  { configs, metrics }: History,
  run: RunRecord,
  again: { trainExamples: number; testExamples: number },
): StoredTwice[] {
  const { summary } = run
  const config = configs.get(summary.configId, summary.seed)
  const model = modelSummary(config.arch, config.variant, datasetSizes[config.dataset].classes)
  return [
    { words: 'network', kept: summary.arch, given: config.arch },
    { words: 'variant', kept: summary.variant, given: config.variant },
    { words: 'data set', kept: summary.dataset, given: config.dataset },
    { words: 'number of epochs', kept: summary.epochs, given: config.epochs },
    { words: 'number of training examples', kept: run.trainExamples, given: again.trainExamples },
    { words: 'number of test examples', kept: run.testExamples, given: again.testExamples },
    { words: 'number of trainable parameters', kept: summary.trainableParameters, given: model.trainableParameters },
    { words: 'number of trainable filters', kept: summary.trainableFilters, given: model.trainableFilters },
    ...metrics
      .wrongRollUps(run.key)
      .map(({ column, kept, given }) => ({ words: column.replaceAll('_', ' '), kept, given })),
  ]
}
