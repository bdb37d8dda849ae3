/** What lists of runs are sorted by and compared with, in SQL. Names of tables are `runs` and `studies`. */
import { archs, datasetIds, depthOf, variants } from '../../contract/experiment'
import type { RunState } from '../../contract/runs/states'
import type { SortColumn, Statistic } from '../../contract/runs/runLists'

const notDiverged = (column: string): string => `CASE runs.state WHEN 'diverged' THEN NULL ELSE ${column} END`

export const accuracyOf: Record<Statistic, string> = {
  last: notDiverged('runs.test_accuracy'),
  best: 'runs.best_test_accuracy',
  max: 'runs.max_test_accuracy',
  min: 'runs.min_test_accuracy',
}
const lossOf = (name: 'train_loss' | 'test_loss'): Record<Statistic, string> => ({
  last: notDiverged(`runs.${name}`),
  best: `runs.min_${name}`,
  min: `runs.min_${name}`,
  max: `runs.max_${name}`,
})
export const trainLossOf = lossOf('train_loss')
export const testLossOf = lossOf('test_loss')
export const stepMs = '1000.0 * runs.batch_size / runs.images_per_second'

/** What a run's best epoch was picked on, as `runPickedOn` of `analysis/picked.ts` states it. */
export const pickedOn =
  "CASE WHEN runs.best_epoch IS NULL THEN NULL WHEN runs.best_validation_accuracy IS NULL THEN 'test' ELSE 'validation' END"

/** What needs a person or moves comes first. */
const stateOrder: readonly RunState[] = [
  'failed',
  'diverged',
  'interrupted',
  'running',
  'paused',
  'queued',
  'stopped',
  'done',
]

const rank = (column: string, order: readonly string[]): string =>
  `CASE ${column} ${order.map((word, i) => `WHEN '${word}' THEN ${i}`).join(' ')} END`

export const depth = `CASE runs.arch ${archs.map((arch) => `WHEN '${arch}' THEN ${depthOf(arch)}`).join(' ')} END`

/** ResNets by depth, then the others. */
const byArch = rank('runs.arch', archs)

/** Those with a name of their own in the paper's order, the others behind them. */
const byVariant: readonly string[] = [`coalesce(${rank('runs.variant', variants)}, ${variants.length})`, 'runs.variant']

/** By which a run is sorted; the first expression decides. */
export function sortKeys(column: SortColumn, statistic: Statistic): string[] {
  switch (column) {
    case 'config':
      return [...byVariant, byArch]
    case 'study':
      return ['studies.name COLLATE NOCASE']
    case 'dataset':
      return [rank('runs.dataset', datasetIds)]
    case 'seed':
      return ['runs.seed']
    case 'state':
      return [rank('runs.state', stateOrder)]
    case 'accuracy':
      return [accuracyOf[statistic]]
    case 'best':
      return ['runs.best_test_accuracy']
    case 'trainLoss':
      return [trainLossOf[statistic]]
    case 'testLoss':
      return [testLossOf[statistic]]
    case 'epochs':
      return ['runs.epochs_done']
    case 'parameters':
      return ['runs.trainable_parameters']
    case 'filters':
      return ['runs.trainable_filters']
    case 'stepMs':
      return [stepMs]
    case 'speed':
      return ['runs.images_per_second']
    case 'time':
      return ['runs.seconds']
    case 'created':
      return ['runs.created_at']
  }
}

/** Newest first, and runs of one moment in the order of a plan. */
export const lastKeys = ['runs.created_at DESC', byArch, ...byVariant, 'runs.seed', 'runs.key']
