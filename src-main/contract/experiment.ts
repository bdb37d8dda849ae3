/** The experiment config: everything that determines a result, and nothing else. */
import { z } from 'zod'
import { archs, familyOf, networkEntry, type Arch } from '../networks'
import { datasetIds, datasetSizes } from './datasets/datasetRegistry'
import { variant, type Variant } from './variants/variants'

export * from './variants/variants'

export { archs, familyOf, networkEntry, type Arch } from '../networks'

export const arch = z.enum(archs)

/** The ResNets, which differ in depth alone. */
export const resnets: readonly Arch[] = archs.filter((name) => familyOf(name) === 'resnet')

/** Returns a network's number of layers as its paper counts them. */
export function depthOf(name: Arch): number {
  return networkEntry(name).depth
}

/** Returns the warm-up of a network whose plan has none; null for a network that needs none. */
export function defaultWarmup(name: Arch): TrainingConfig['warmup'] {
  const { warmup } = networkEntry(name)
  return warmup && { ...warmup }
}

export {
  datasetSizes,
  datasetIds,
  imageChannels,
  imageSize,
  isGenerated,
  type DatasetId,
} from './datasets/datasetRegistry'

export const datasetId = z.enum(datasetIds)

/**
 * Precision of activations and convolutions in training and evaluation; weights, statistics, loss and update are always
 * float32.
 */
export const precisions = ['float32', 'bfloat16'] as const
export const precision = z.enum(precisions)
export type Precision = z.infer<typeof precision>

/** What a plan may request: `auto` is replaced by what the device computes in hardware, before a config is stored. */
export const precisionChoices = [...precisions, 'auto'] as const
export type PrecisionChoice = (typeof precisionChoices)[number]

/** Least examples of each kind in a run. */
export const leastExamples = 10

/** Seeds are unsigned 32-bit integers, as in NumPy; `nn/random.ts` mixes them as such. */
export const greatestSeed = 2 ** 32 - 1
export const seed = z.int('a whole number').min(0, 'from 0').max(greatestSeed, `at most ${greatestSeed}`)

/** The part of a config that every run of a study shares. */
export const trainingConfig = z.strictObject({
  dataset: datasetId,
  /** A class-balanced subset chosen by the run's seed; null uses the complete set. */
  trainExamples: z.int('a whole number').min(10, 'at least 10').max(50000, 'at most 50000').nullable(),
  testExamples: z.int('a whole number').min(10, 'at least 10').max(10000, 'at most 10000').nullable(),
  /**
   * Number of training examples, balanced by class and chosen by the run's seed, that are held out to choose the best
   * epoch on. Null, or missing in older configs: the best epoch is chosen on the test set.
   */
  validationExamples: z.int('a whole number').min(10, 'at least 10').max(25000, 'at most 25000').nullable().optional(),
  epochs: z.int('a whole number').min(1, 'at least 1').max(10000, 'at most 10000'),
  batchSize: z.int('a whole number').min(1, 'at least 1').max(4096, 'at most 4096'),
  learningRate: z.number('a number').positive('above 0').max(100, 'at most 100'),
  momentum: z.number('a number').min(0, 'from 0').lt(1, 'below 1'),
  weightDecay: z.number('a number').min(0, 'from 0').max(1, 'at most 1'),
  /** The learning rate is multiplied by `gamma` after each of these epochs; strictly ascending. */
  milestones: z.array(z.int('whole numbers').min(1, 'from 1')).max(20, 'at most 20'),
  gamma: z.number('a number').positive('above 0').max(1, 'at most 1'),
  /**
   * Warm-up: trains at this `learningRate` until the training error of an epoch is below `untilError`, then at the
   * config's own rate: at once or, with `growth`, multiplied by it per epoch until the rate is reached.
   */
  warmup: z
    .strictObject({
      learningRate: z.number('a number').positive('above 0').max(100, 'at most 100'),
      untilError: z.number('a number').positive('above 0').max(1, 'at most 1'),
      growth: z.number('a number').gt(1, 'above 1').max(100, 'at most 100').optional(),
    })
    .nullable(),
  /** Pad 4, random 32×32 crop, random horizontal flip. */
  augment: z.boolean(),
  precision,
})
export type TrainingConfig = z.infer<typeof trainingConfig>

export const trainingRequest = trainingConfig.extend({ precision: z.enum(precisionChoices) })
export type TrainingRequest = z.infer<typeof trainingRequest>

const ascending = (config: { milestones: number[] }): boolean =>
  config.milestones.every((epoch, i) => i === 0 || epoch > (config.milestones[i - 1] ?? 0))
const ascendingMessage = { message: 'must rise from one to the next', path: ['milestones'] }

type Split = Pick<TrainingConfig, 'dataset' | 'trainExamples' | 'validationExamples'>
/** Enough training examples must remain. */
const leavesSome = ({ dataset, trainExamples, validationExamples }: Split): boolean =>
  (validationExamples ?? 0) + leastExamples <= (trainExamples ?? datasetSizes[dataset].train)
const leavesSomeMessage = {
  message: 'leaves too few of the training examples to train on',
  path: ['validationExamples'],
}

export const experimentConfig = z
  .strictObject({ arch, variant, seed, ...trainingConfig.shape })
  .refine(ascending, ascendingMessage)
  .refine(leavesSome, leavesSomeMessage)
export type ExperimentConfig = z.infer<typeof experimentConfig>

const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length

/** Most runs of a study, including added ones. */
export const mostRuns = 2000

/** A study as the user requests it. */
export const studyRequest = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'needs a name')
      .max(100, 'at most 100 characters')
      .regex(/^\P{Cc}*$/u, 'no line breaks or control characters'),
    archs: z.array(arch).min(1, 'choose at least one').refine(distinct, 'none twice'),
    variants: z.array(variant).min(1, 'choose at least one').refine(distinct, 'none twice'),
    seeds: z.array(seed).min(1, 'at least one seed').max(100, 'at most 100'),
    training: trainingRequest.refine(ascending, ascendingMessage).refine(leavesSome, leavesSomeMessage),
  })
  .refine((plan) => new Set(plan.seeds).size === plan.seeds.length, { message: 'no seed twice', path: ['seeds'] })
  .refine((plan) => plan.archs.length * plan.variants.length * plan.seeds.length <= mostRuns, {
    message: `at most ${mostRuns} runs`,
    path: ['seeds'],
  })
export type StudyRequest = z.infer<typeof studyRequest>

/** Seeds of one network and variant. */
export const addedCell = z.strictObject({ arch, variant, seeds: z.array(seed).min(1).max(mostRuns) })
export type AddedCell = z.infer<typeof addedCell>

/**
 * Seeds that were added later. They are recorded, so that the number of seeds is not mistaken for one fixed in advance.
 */
export const addedSeeds = z.strictObject({
  /** ISO time. */
  at: z.string(),
  /** Finished runs of the study at that time: above 0, results could be seen. */
  finished: z.int().min(0),
  /** The requested half of the 95 % interval, in points; null if a number of seeds was requested. */
  halfWidth: z.number().positive().nullable(),
  cells: z.array(addedCell),
})
export type AddedSeeds = z.infer<typeof addedSeeds>

/** A study: every network × variant × seed, all else equal, plus what was added later. */
export const studyPlan = studyRequest.safeExtend({
  training: trainingConfig.refine(ascending, ascendingMessage).refine(leavesSome, leavesSomeMessage),
  added: z.array(addedSeeds).optional(),
})
export type StudyPlan = z.infer<typeof studyPlan>

/** Milestones at one half and three quarters of the epochs, as 100 and 150 of the recipe's 200. */
export function defaultMilestones(epochs: number): number[] {
  return [...new Set([Math.round(epochs / 2), Math.round((epochs * 3) / 4)])].filter((e) => e >= 1 && e < epochs)
}

/** The recipe of He et al. 2016, section 4.2, with its full 200 epochs. */
export const recipe: TrainingConfig = {
  dataset: 'cifar-10',
  trainExamples: null,
  testExamples: null,
  epochs: 200,
  batchSize: 128,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 1e-4,
  milestones: [100, 150],
  gamma: 0.1,
  warmup: null,
  augment: true,
  // As in the paper, and equal on every machine: a default that depends on the device would make numbers of two
  // machines differ.
  precision: 'float32',
}

/** The study for a first try: six short runs on the built-in data set. */
export const quickStart: StudyPlan = {
  name: 'Quick start',
  archs: ['resnet-8'],
  variants: ['baseline', 'mcnn-f', 'mcnn-l'],
  seeds: [1, 2],
  training: { ...recipe, dataset: 'synthetic', epochs: 4, batchSize: 64, milestones: [3] },
}

/** Omits `validationExamples` if there is none, so that the config's hash is the same as before the field existed. */
export function withoutNoSplit<T extends { validationExamples?: number | null | undefined }>(config: T): T {
  const { validationExamples, ...rest } = config
  return validationExamples === null || validationExamples === undefined ? (rest as T) : config
}

/**
 * Returns the runs of a plan, without added ones, in training order: seed by seed, so that every variant has an early
 * result.
 */
export function expandPlan(plan: StudyPlan): ExperimentConfig[] {
  return plan.seeds.flatMap((s) => plan.archs.flatMap((a) => plan.variants.map((v) => configOf(plan, a, v, s))))
}

/** One run of a plan. */
export function configOf(
  { training }: Pick<StudyPlan, 'training'>,
  of: Arch,
  variantOf: Variant,
  seedOf: number,
): ExperimentConfig {
  return {
    arch: of,
    variant: variantOf,
    seed: seedOf,
    ...withoutNoSplit(training),
    warmup: training.warmup ?? defaultWarmup(of),
  }
}

/** Returns the settings in which two training configs differ. */
export function trainingDifferences(a: TrainingRequest, b: TrainingRequest): (keyof TrainingRequest)[] {
  const valueOf = (training: TrainingRequest, key: keyof TrainingRequest): string =>
    JSON.stringify(training[key] ?? null)
  return (Object.keys(trainingConfig.shape) as (keyof TrainingRequest)[]).filter(
    (key) => valueOf(a, key) !== valueOf(b, key),
  )
}
