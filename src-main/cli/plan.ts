/** Builds a study's plan from flags. */
import type { Command } from 'commander'
import { WorkbenchError } from '../contract/errors'
import {
  datasetIds,
  defaultMilestones,
  precisionChoices,
  studyRequest,
  type PrecisionChoice,
  type StudyRequest,
  type TrainingConfig,
  type TrainingRequest,
} from '../contract/experiment'
import { choice, realNumber, wholeNumber, wholeNumbers } from './options'

/** Flags of both `train` and `study run`. */
export interface TrainingFlags {
  dataset?: TrainingConfig['dataset']
  epochs?: number
  trainExamples?: number
  testExamples?: number
  validation?: number
  batch?: number
  learningRate?: number
  momentum?: number
  weightDecay?: number
  milestones?: number[]
  gamma?: number
  augment: boolean
  precision?: PrecisionChoice
}

export function addTrainingFlags(command: Command, defaults: TrainingConfig, notes = ''): Command {
  const byDefault = (value: unknown): string => ` (default: ${String(value)}${notes})`
  return command
    .addOption(choice('--dataset <id>', `data set${byDefault(defaults.dataset)}`, datasetIds))
    .option('--epochs <n>', `passes over the training examples${byDefault(defaults.epochs)}`, wholeNumber)
    .option('--train-examples <n>', 'a class-balanced subset of the training examples (default: all)', wholeNumber)
    .option('--test-examples <n>', 'a class-balanced subset of the test examples (default: all)', wholeNumber)
    .option(
      '--validation <n>',
      'hold out this many training examples, balanced by class, and choose the best epoch on them (default: none, the best epoch is chosen on the test set)',
      wholeNumber,
    )
    .option('--batch <n>', `images per step${byDefault(defaults.batchSize)}`, wholeNumber)
    .option('--learning-rate <x>', `learning rate of the first epochs${byDefault(defaults.learningRate)}`, realNumber)
    .option('--momentum <x>', `momentum of SGD${byDefault(defaults.momentum)}`, realNumber)
    .option('--weight-decay <x>', `weight decay of all trainable weights${byDefault(defaults.weightDecay)}`, realNumber)
    .option(
      '--milestones <epochs>',
      'epochs after which the learning rate falls, such as 100,150, or none (default: 1/2 and 3/4 of the epochs)',
      wholeNumbers,
    )
    .option('--gamma <x>', `factor of the learning rate at each milestone${byDefault(defaults.gamma)}`, realNumber)
    .option('--no-augment', 'train without random shifts and flips')
    .addOption(
      choice(
        '--precision <name>',
        `numeric precision; auto is bfloat16 if the device has hardware for it${byDefault(defaults.precision)}`,
        precisionChoices,
      ),
    )
}

/** Returns the flags' values over the defaults; another number of epochs gets its own milestones. */
export function trainingFrom(flags: TrainingFlags, defaults: TrainingConfig): TrainingRequest {
  const epochs = flags.epochs ?? defaults.epochs
  return {
    dataset: flags.dataset ?? defaults.dataset,
    trainExamples: flags.trainExamples ?? defaults.trainExamples,
    testExamples: flags.testExamples ?? defaults.testExamples,
    ...splitOf(flags.validation ?? defaults.validationExamples),
    epochs,
    batchSize: flags.batch ?? defaults.batchSize,
    learningRate: flags.learningRate ?? defaults.learningRate,
    momentum: flags.momentum ?? defaults.momentum,
    weightDecay: flags.weightDecay ?? defaults.weightDecay,
    milestones: flags.milestones ?? (epochs === defaults.epochs ? defaults.milestones : defaultMilestones(epochs)),
    gamma: flags.gamma ?? defaults.gamma,
    // Without the flag, networks such as ResNet-110 get their own warm-up (`defaultWarmup`).
    warmup: defaults.warmup,
    augment: flags.augment && defaults.augment,
    precision: flags.precision ?? defaults.precision,
  }
}

function splitOf(validationExamples: number | null | undefined): Pick<TrainingRequest, 'validationExamples'> {
  return typeof validationExamples === 'number' ? { validationExamples } : {}
}

/** The flag of each part of the plan. */
const flagOf: Record<string, string> = {
  name: '--name',
  seed: '--seed',
  archs: '--archs',
  variants: '--variants',
  seeds: '--seeds',
  'training.dataset': '--dataset',
  'training.augment': '--no-augment',
  'training.precision': '--precision',
  'training.trainExamples': '--train-examples',
  'training.testExamples': '--test-examples',
  'training.validationExamples': '--validation',
  'training.epochs': '--epochs',
  'training.batchSize': '--batch',
  'training.learningRate': '--learning-rate',
  'training.momentum': '--momentum',
  'training.weightDecay': '--weight-decay',
  'training.milestones': '--milestones',
  'training.gamma': '--gamma',
}

/** @throws WorkbenchError bad-input that names the flag; `names` maps fields to a command's own flag names */
export function checkedPlan(plan: StudyRequest, names: Record<string, string> = {}): StudyRequest {
  const parsed = studyRequest.safeParse(plan)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.map(String) ?? []
  const field = path.join('.')
  // An element of a list is reported under the list's flag.
  const list = path.slice(0, -1).join('.')
  const flag = names[field] ?? flagOf[field] ?? names[list] ?? flagOf[list] ?? field
  throw new WorkbenchError('bad-input', `${flag}: ${issue?.message ?? 'is not valid'}.`, { field })
}

/** Rethrows an error with the flag of the field that it is about. */
export function withFlag(thrown: unknown): never {
  const flag = thrown instanceof WorkbenchError && thrown.field !== undefined ? flagOf[thrown.field] : undefined
  if (!(thrown instanceof WorkbenchError) || flag === undefined) throw thrown
  throw new WorkbenchError(thrown.code, `${flag}: ${thrown.message}`, { fix: thrown.fix, field: thrown.field })
}
