/** Studies of the paper and a first look, as forms. Pure. */
import { archName } from '../../../src-main/analysis/names'
import { paperTables } from '../../../src-main/analysis/paper'
import { quickStart, recipe, type Arch, type StudyRequest, type Variant } from '../../../src-main/contract'
import { datasetName } from '../../lib/format'
import { formOf, type StudyForm } from './form'

export interface Preset {
  id: string
  title: string
  /** What it is for, in a sentence. */
  hint: string
  plan: StudyRequest
}

/** Enough for intervals that mean something; the paper names no number. */
const seeds = [1, 2, 3, 4, 5]
/** The columns of Table I. */
const variants: Variant[] = ['baseline', 'mcnn-f', 'mcnn-l']

function rows(archs: Arch[], dataset: 'cifar-10' | 'cifar-100'): StudyRequest {
  return { name: `Table I, ${datasetName(dataset)}, ${archs.map(archName).join(' and ')}`, archs, variants, seeds, training: { ...recipe, dataset } }
}

const archsOf = (dataset: 'cifar-10' | 'cifar-100'): Arch[] => paperTables.tableOne.filter((row) => row.dataset === dataset).map((row) => row.arch)

export const presets: readonly Preset[] = [
  {
    id: 'quick',
    title: 'Quick check',
    hint: 'Six short runs on the built-in set: whether all works here.',
    plan: { ...quickStart, name: 'Quick check' },
  },
  ...paperTables.tableOne.map(({ arch, dataset }): Preset => {
    const plan = rows([arch], dataset === 'cifar-100' ? 'cifar-100' : 'cifar-10')
    return { id: `row-${dataset}-${arch}`, title: `Table I: ${datasetName(dataset)}, ${archName(arch)}`, hint: 'One row, with the paper’s recipe and five seeds.', plan }
  }),
  {
    id: 'table-one',
    title: 'Table I: all of CIFAR-10',
    hint: 'The three networks with the paper’s recipe and five seeds; CIFAR-100 is a study of its own.',
    plan: { ...rows(archsOf('cifar-10'), 'cifar-10'), name: 'Table I, CIFAR-10' },
  },
  {
    id: 'table-two',
    title: 'Table II: filters and time a step',
    hint: 'Counts need no training: one epoch on 6,400 pictures gives the time a step beside them.',
    plan: {
      name: 'Table II',
      archs: paperTables.tableTwo.map((row) => row.arch),
      variants,
      seeds: [1],
      training: { ...recipe, trainExamples: 6400, testExamples: 1000, epochs: 1, milestones: [] },
    },
  },
]

/** The preset that a form holds, whatever it is named; null where it holds none. */
export function presetOf(form: StudyForm): Preset | null {
  const bare = (one: StudyForm): string => JSON.stringify({ ...one, name: '', depthText: '' })
  return presets.find((preset) => bare(formOf(preset.plan)) === bare(form)) ?? null
}
