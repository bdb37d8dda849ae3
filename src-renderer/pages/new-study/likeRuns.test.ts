import { expect, it } from 'vitest'
import {
  expandPlan,
  quickStart,
  recipe,
  studyPlan,
  type ExperimentConfig,
  type StudyPlan,
} from '../../../src-main/contract'
import { check, formOf } from './form'
import { likeRuns } from './likeRuns'

const plan: StudyPlan = { ...quickStart, name: 'Study', archs: ['resnet-8', 'resnet-20'], seeds: [3, 7] }
const configs = expandPlan(plan) as [ExperimentConfig, ...ExperimentConfig[]]

it('builds the same plan again from all runs of a study, also through the form', () => {
  const made = likeRuns(configs, plan.name)
  expect(made.differing).toEqual([])
  expect(made.plan).toEqual({ ...plan, name: 'Study, again' })
  expect(expandPlan(studyPlan.parse(check(formOf(made.plan)).plan))).toEqual(configs)
})

it('builds the plan of a single run from that run', () => {
  const [, second] = configs
  expect(second && expandPlan(studyPlan.parse(likeRuns([second], 's').plan))).toEqual([second])
})

it('names the differences between several runs and uses the first run’s values', () => {
  const [first] = configs
  const made = likeRuns([first, { ...first, seed: 9, epochs: 7, milestones: [] }], 's')
  expect(made.differing).toEqual(['epochs', 'milestones'])
  expect(made.plan.training.epochs).toBe(first.epochs)
  expect(made.plan.seeds).toEqual([3, 9])
})

it('keeps a network’s default warm-up as the default', () => {
  const deep = expandPlan({ ...plan, archs: ['resnet-110'], training: { ...recipe, dataset: 'synthetic' } }) as [
    ExperimentConfig,
    ...ExperimentConfig[],
  ]
  expect(deep[0].warmup).not.toBeNull()
  expect(expandPlan(studyPlan.parse(likeRuns(deep, 's').plan))).toEqual(deep)
  expect(likeRuns(deep, 's').warmedOtherwise).toEqual([])
})

it('names the networks whose warm-up differed from that of a new study', () => {
  const [first] = configs
  expect(
    likeRuns(
      [
        first,
        { ...first, arch: 'vgg-16-bn', warmup: { learningRate: 0.01, untilError: 0.8 } },
        { ...first, arch: 'resnet-110', warmup: null },
      ],
      's',
    ).warmedOtherwise,
  ).toEqual(['vgg-16-bn', 'resnet-110'])
})

it.each([
  ['Study', 'Study, again'],
  ['Study, again', 'Study, again 2'],
  ['Study, again 9', 'Study, again 10'],
  ['x'.repeat(100), `${'x'.repeat(93)}, again`],
])('copies %s as %s', (name, expected) => {
  expect(likeRuns(configs, name).plan.name).toBe(expected)
})
