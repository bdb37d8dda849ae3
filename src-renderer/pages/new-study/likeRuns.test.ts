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

it('all runs of a study give its plan again, through the form as well', () => {
  const made = likeRuns(configs, plan.name)
  expect(made.differing).toEqual([])
  expect(made.plan).toEqual({ ...plan, name: 'Study, again' })
  expect(expandPlan(studyPlan.parse(check(formOf(made.plan)).plan))).toEqual(configs)
})

it('one run gives a plan of that run alone', () => {
  const [, second] = configs
  expect(second && expandPlan(studyPlan.parse(likeRuns([second], 's').plan))).toEqual([second])
})

it('says in what several differ and takes the first one’s', () => {
  const [first] = configs
  const made = likeRuns([first, { ...first, seed: 9, epochs: 7, milestones: [] }], 's')
  expect(made.differing).toEqual(['epochs', 'milestones'])
  expect(made.plan.training.epochs).toBe(first.epochs)
  expect(made.plan.seeds).toEqual([3, 9])
})

it('a warm-up that the network brings along is brought along again', () => {
  const deep = expandPlan({ ...plan, archs: ['resnet-110'], training: { ...recipe, dataset: 'synthetic' } }) as [
    ExperimentConfig,
    ...ExperimentConfig[],
  ]
  expect(deep[0].warmup).not.toBeNull()
  expect(expandPlan(studyPlan.parse(likeRuns(deep, 's').plan))).toEqual(deep)
  expect(likeRuns(deep, 's').warmedOtherwise).toEqual([])
})

it('says of which networks the warm-up was another than a new study’s is', () => {
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
])('%s is copied as %s', (name, expected) => {
  expect(likeRuns(configs, name).plan.name).toBe(expected)
})
