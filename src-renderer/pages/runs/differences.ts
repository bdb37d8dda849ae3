/** Config differences, for compared runs and for groups in a table. Pure. */
import { recipe, type ExperimentConfig, type TrainingConfig } from '../../../src-main/contract'
import { configRows } from '../../../src-main/analysis/query/runRows'

export interface Differences {
  labels: string[]
  /** Of each config, the values under the labels. */
  values: string[][]
}

/** Returns only the settings that differ, including the seed. */
export function differences(configs: readonly ExperimentConfig[]): Differences {
  const rows = configs.map((config) => configRows(config))
  const labels = (rows[0] ?? [])
    .map(([label]) => label)
    .filter((_, i) => new Set(rows.map((row) => row[i]?.[1])).size > 1)
  return { labels, values: rows.map((row) => labels.map((label) => row.find(([name]) => name === label)?.[1] ?? '')) }
}

const short: { [K in keyof TrainingConfig]?: (training: TrainingConfig) => string } = {
  learningRate: (t) => `lr ${t.learningRate}`,
  batchSize: (t) => `batch ${t.batchSize}`,
  weightDecay: (t) => `decay ${t.weightDecay}`,
  momentum: (t) => `momentum ${t.momentum}`,
  trainExamples: (t) => `${t.trainExamples ?? 'all'} images`,
  validationExamples: (t) => `${t.validationExamples ?? 'none'} held out`,
  augment: (t) => (t.augment ? 'augmented' : 'not augmented'),
  precision: (t) => t.precision,
}

/**
 * Returns short descriptions of the settings in which a group differs from the recipe, without network, variant and
 * data set.
 */
export function unusual(training: TrainingConfig): string[] {
  return Object.entries(short).flatMap(([key, words]) =>
    (training[key as keyof TrainingConfig] ?? null) === (recipe[key as keyof TrainingConfig] ?? null)
      ? []
      : [words(training)],
  )
}
