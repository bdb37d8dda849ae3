/** A study's plan from flags. */
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

/** Flags that `train` and `study run` share. */
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
    .addOption(choice('--dataset <id>', `what to train on${byDefault(defaults.dataset)}`, datasetIds))
    .option('--epochs <n>', `passes over the training examples${byDefault(defaults.epochs)}`, wholeNumber)
    .option('--train-examples <n>', 'a class-balanced subset of the training examples (default: all)', wholeNumber)
    .option('--test-examples <n>', 'a class-balanced subset of the test examples (default: all)', wholeNumber)
    .option(
      '--validation <n>',
      'hold out this many training examples, balanced by class: the best epoch is picked on them (default: none, it is picked on the test set)',
      wholeNumber,
    )
    .option('--batch <n>', `images per step${byDefault(defaults.batchSize)}`, wholeNumber)
    .option('--learning-rate <x>', `of the first epochs${byDefault(defaults.learningRate)}`, realNumber)
    .option('--momentum <x>', `of the gradient descent${byDefault(defaults.momentum)}`, realNumber)
    .option('--weight-decay <x>', `on all trainable weights${byDefault(defaults.weightDecay)}`, realNumber)
    .option(
      '--milestones <epochs>',
      'after each of these the rate falls, as 100,150 or none (default: after 1/2 and 3/4 of the epochs)',
      wholeNumbers,
    )
    .option('--gamma <x>', `what the rate is multiplied by at a milestone${byDefault(defaults.gamma)}`, realNumber)
    .option('--no-augment', 'train on the images as they are, neither shifted nor flipped')
    .addOption(
      choice(
        '--precision <name>',
        `of the arithmetic; auto: bfloat16 where the device computes it in hardware${byDefault(defaults.precision)}`,
        precisionChoices,
      ),
    )
}

/** The flags' values over the defaults; a number of epochs that is not the default's brings its own milestones. */
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
    // Without one, ResNet-110 and others get their own (`defaultWarmup`).
    warmup: defaults.warmup,
    augment: flags.augment && defaults.augment,
    precision: flags.precision ?? defaults.precision,
  }
}

function splitOf(validationExamples: number | null | undefined): Pick<TrainingRequest, 'validationExamples'> {
  return typeof validationExamples === 'number' ? { validationExamples } : {}
}

/** Which flag a part of the plan comes from. */
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

/** @throws WorkbenchError bad-input that names the flag; `names` says where a command's flags are called otherwise */
export function checkedPlan(plan: StudyRequest, names: Record<string, string> = {}): StudyRequest {
  const parsed = studyRequest.safeParse(plan)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.map(String) ?? []
  const field = path.join('.')
  // An element of a list belongs to the list's flag.
  const list = path.slice(0, -1).join('.')
  const flag = names[field] ?? flagOf[field] ?? names[list] ?? flagOf[list] ?? field
  throw new WorkbenchError('bad-input', `${flag}: ${issue?.message ?? 'is not valid'}.`, { field })
}

/** Throws an error again, with the flag of the field that it is about. */
export function withFlag(thrown: unknown): never {
  const flag = thrown instanceof WorkbenchError && thrown.field !== undefined ? flagOf[thrown.field] : undefined
  if (!(thrown instanceof WorkbenchError) || flag === undefined) throw thrown
  throw new WorkbenchError(thrown.code, `${flag}: ${thrown.message}`, { fix: thrown.fix, field: thrown.field })
}
