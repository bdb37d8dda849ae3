/** Presets: a quick start, the paper's tables, and questions that the paper leaves open. Pure. */
import {
  defaultMilestones,
  quickStart,
  recipe,
  type Arch,
  type StudyPlan,
  type TrainingConfig,
  type Variant,
} from '../../contract/experiment'
import { archName, datasetName } from '../text/names'
import { paperTables } from './paper'

export interface Preset {
  id: string
  title: string
  /** Its purpose, in a sentence. */
  hint: string
  plan: StudyPlan
}

/** Enough seeds for useful intervals; the paper gives no number. */
const seeds = [1, 2, 3, 4, 5]
/** The columns of Table I. */
const variants: Variant[] = ['baseline', 'mcnn-f', 'mcnn-l']

/** The recipe with a tenth of its epochs and a scaled schedule: for a first answer, not for the paper's numbers. */
export const shortRecipe: TrainingConfig = { ...recipe, epochs: 20, milestones: defaultMilestones(20) }
const shortHint =
  'A short recipe, 20 epochs instead of 200 with the schedule scaled: doesn’t reproduce the paper’s accuracies.'

function rows(archs: Arch[], dataset: 'cifar-10' | 'cifar-100', training: TrainingConfig = recipe): StudyPlan {
  return {
    name: `Table I, ${datasetName(dataset)}, ${archs.map(archName).join(' and ')}${training === recipe ? '' : ', short recipe'}`,
    archs,
    variants,
    seeds,
    training: { ...training, dataset },
  }
}

const archsOf = (dataset: 'cifar-10' | 'cifar-100'): Arch[] =>
  paperTables.tableOne.filter((row) => row.dataset === dataset).map((row) => row.arch)

const rowPresets = (training: TrainingConfig, idPrefix: string, titleSuffix: string, hint: string): Preset[] =>
  paperTables.tableOne.map(({ arch, dataset }) => ({
    id: `${idPrefix}-${dataset}-${arch}`,
    title: `Table I: ${datasetName(dataset)}, ${archName(arch)}${titleSuffix}`,
    hint,
    plan: rows([arch], dataset === 'cifar-100' ? 'cifar-100' : 'cifar-10', training),
  }))

export const presets: readonly Preset[] = [
  {
    id: 'quick-start',
    title: 'Quick check',
    hint: 'Six short runs on the built-in set: checks that everything works.',
    plan: { ...quickStart, name: 'Quick check' },
  },
  ...rowPresets(recipe, 'table-1', '', 'One row, with the paper’s recipe and five seeds.'),
  {
    id: 'table-1',
    title: 'Table I: all of CIFAR-10',
    hint: 'The three networks with the paper’s recipe and five seeds; CIFAR-100 is a separate study.',
    plan: { ...rows(archsOf('cifar-10'), 'cifar-10'), name: 'Table I, CIFAR-10' },
  },
  ...rowPresets(shortRecipe, 'table-1-short', ', short', shortHint),
  {
    id: 'table-2',
    title: 'Table II: filters and time per step',
    hint: 'Counts need no training; one epoch on 6,400 images measures the time per step.',
    plan: {
      name: 'Table II',
      archs: paperTables.tableTwo.map((row) => row.arch),
      variants,
      seeds: [1],
      training: { ...recipe, trainExamples: 6400, testExamples: 1000, epochs: 1, milestones: [] },
    },
  },
  {
    id: 'how-deep',
    title: 'How deep can it go',
    hint: `First and last layer, each stage, all of them: accuracy against trainable parameters. ${shortHint}`,
    plan: {
      name: 'How deep can it go',
      archs: ['resnet-20'],
      variants: [
        'baseline',
        'mcnn-f',
        'mcnn-l',
        'mcnn-fl',
        'mcnn-a',
        'mcnn(stage1.*)',
        'mcnn(stage2.*)',
        'mcnn(stage3.*)',
      ],
      seeds: [1, 2, 3],
      training: shortRecipe,
    },
  },
  {
    id: 'controls',
    title: 'Honest controls',
    hint: `Compares the paper’s signs with random ones and with a narrower network of equal size. ${shortHint}`,
    plan: {
      name: 'Honest controls',
      archs: ['resnet-20'],
      variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-a', 'mcnn-a@random', 'narrow(mcnn-a)'],
      seeds: [1, 2, 3],
      training: shortRecipe,
    },
  },
  {
    id: 'banks',
    title: 'Other banks',
    hint: `Compares four signs with two bands, four rotations and the eight symmetries. ${shortHint}`,
    plan: {
      name: 'Other banks',
      archs: ['resnet-20'],
      variants: ['baseline', 'mcnn-a', 'mcnn-a@random', 'mcnn-a@rotations', 'mcnn-a@symmetries', 'mcnn-a@two'],
      seeds: [1, 2, 3],
      training: shortRecipe,
    },
  },
  {
    id: 'other-networks',
    title: 'Other networks',
    hint: `Networks without shortcuts, wide networks and depthwise layers. Weight decay 5e-4, as in their papers. ${shortHint}`,
    plan: {
      name: 'Other networks',
      archs: ['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2'],
      variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-a', 'narrow(mcnn-a)'],
      seeds: [1, 2, 3],
      training: { ...shortRecipe, weightDecay: 5e-4 },
    },
  },
]
