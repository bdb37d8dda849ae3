/** A run's config and environment as rows of a table. Pure. */
import type { ExperimentConfig } from '../../contract/experiment'
import type { Environment } from '../../contract/runs/environment'
import { archName, datasetShort } from '../text/names'
import { bytes, significant, whole } from '../text/numbers'

/** Returns a config as rows of a table, the most important first. */
export function configRows(config: ExperimentConfig): [label: string, value: string][] {
  const examples = (limit: number | null): string => (limit === null ? 'all' : `${whole(limit)}, balanced by class`)
  return [
    ['network', archName(config.arch)],
    ['variant', config.variant],
    ['data set', datasetShort(config.dataset)],
    ['training images', examples(config.trainExamples)],
    ['test images', examples(config.testExamples)],
    [
      'validation images',
      typeof config.validationExamples !== 'number'
        ? 'none'
        : `${whole(config.validationExamples)} of the training images, never trained on`,
    ],
    ['seed', String(config.seed)],
    ['epochs', whole(config.epochs)],
    ['batch size', whole(config.batchSize)],
    ['learning rate', significant(config.learningRate)],
    [
      'milestones',
      config.milestones.length === 0 ? 'none' : `× ${significant(config.gamma)} after ${config.milestones.join(', ')}`,
    ],
    ['warm-up', config.warmup === null ? 'none' : warmupText(config.warmup)],
    ['momentum', significant(config.momentum)],
    ['weight decay', significant(config.weightDecay)],
    ['augmentation', config.augment ? 'pad 4, crop, flip' : 'none'],
    ['precision', config.precision],
  ]
}

function warmupText({ learningRate, untilError, growth }: NonNullable<ExperimentConfig['warmup']>): string {
  const then = growth === undefined ? '' : `, then × ${significant(growth)} per epoch`
  return `${significant(learningRate)} until training error < ${significant(untilError * 100)} %${then}`
}

/** Returns an environment as rows of a table. */
export function environmentRows(environment: Environment): [label: string, value: string][] {
  const { git, threads } = environment
  const pool = (n: number | null): string => (n === null ? 'TensorFlow’s default' : whole(n))
  return [
    ['device', environment.device === 'cpu' ? 'CPU' : environment.device],
    ...(environment.gpuMath === null ? [] : ([['GPU arithmetic', environment.gpuMath]] satisfies [string, string][])),
    ['CPU', environment.cpu],
    ...(environment.instructions === undefined
      ? []
      : ([['vector instructions', environment.instructions || 'none']] satisfies [string, string][])),
    ...(typeof environment.kernels === 'string'
      ? ([['kernels', environment.kernels]] satisfies [string, string][])
      : []),
    ['cores', whole(environment.cores)],
    ['memory', bytes(environment.memoryBytes)],
    ['threads per op', pool(threads.intraOp)],
    ['parallel ops', pool(threads.interOp)],
    ['platform', environment.platform],
    ...(environment.variables === undefined
      ? []
      : ([['environment variables', settingsWords(environment.variables)]] satisfies [string, string][])),
    ['TensorFlow', environment.tensorflow],
    ['tfjs', environment.tfjs],
    ['Node', environment.node],
    ['program', environment.program],
    [
      'source',
      git === null
        ? 'not a git checkout'
        : `${git.commit.slice(0, 12)}${git.dirty ? ', with uncommitted changes' : ''}`,
    ],
  ]
}

/** 'TF_ENABLE_ONEDNN_OPTS=0', 'none that changes results'. */
export function settingsWords(variables: Readonly<Record<string, string>>): string {
  return (
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ') || 'none that changes results'
  )
}
