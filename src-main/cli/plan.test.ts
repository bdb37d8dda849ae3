import { describe, expect, it } from 'vitest'
import { expandPlan, quickStart, recipe, studyPlan, type StudyPlan } from '../contract/experiment'
import { checkedPlan, trainingFrom } from './plan'

const plan = (training = recipe): StudyPlan => ({
  name: 'x',
  archs: ['resnet-110'],
  variants: ['baseline'],
  seeds: [1],
  training,
})

describe('trainingFrom', () => {
  it('returns the recipe without flags', () => {
    expect(trainingFrom({ augment: true }, recipe)).toEqual(recipe)
    expect(trainingFrom({ augment: true }, quickStart.training)).toEqual(quickStart.training)
  })

  it('scales the milestones with the epochs, unless they are given', () => {
    expect(trainingFrom({ augment: true, epochs: 40 }, recipe).milestones).toEqual([20, 30])
    expect(trainingFrom({ augment: true, epochs: 1 }, recipe).milestones).toEqual([])
    expect(trainingFrom({ augment: true, epochs: 40, milestones: [] }, recipe).milestones).toEqual([])
    expect(trainingFrom({ augment: true, milestones: [7] }, recipe).milestones).toEqual([7])
  })

  it('applies every flag', () => {
    const flags = {
      dataset: 'synthetic',
      epochs: 3,
      trainExamples: 50,
      testExamples: 20,
      validation: 10,
      batch: 7,
      learningRate: 0.5,
      momentum: 0,
      weightDecay: 0,
      milestones: [2],
      gamma: 0.5,
      augment: false,
      precision: 'auto',
    } as const
    expect(trainingFrom({ ...flags, milestones: [2] }, recipe)).toEqual({
      dataset: 'synthetic',
      epochs: 3,
      trainExamples: 50,
      testExamples: 20,
      validationExamples: 10,
      batchSize: 7,
      learningRate: 0.5,
      momentum: 0,
      weightDecay: 0,
      milestones: [2],
      gamma: 0.5,
      warmup: null,
      augment: false,
      precision: 'auto',
    })
  })
})

describe('checkedPlan', () => {
  it('keeps the warm-up of ResNet-110', () => {
    expect(expandPlan(studyPlan.parse(checkedPlan(plan())))[0]?.warmup).toEqual({ learningRate: 0.01, untilError: 0.8 })
    const others = expandPlan(
      studyPlan.parse(checkedPlan({ ...plan(), archs: ['vgg-16-bn', 'wrn-16-4', 'mobilenet-v2', 'resnet-56'] })),
    )
    expect(others.map((config) => config.warmup?.learningRate ?? null)).toEqual([0.01, null, 0.01, null])
    expect(others.map((config) => config.warmup?.growth ?? null)).toEqual([1.25, null, 1.25, null])
  })

  it('names the invalid flag, or for lists the list’s flag', () => {
    expect(() => checkedPlan(plan({ ...recipe, batchSize: 0 }))).toThrow('--batch: at least 1.')
    expect(() => checkedPlan(plan({ ...recipe, milestones: [5, 0] }))).toThrow('--milestones: from 1.')
    expect(() => checkedPlan({ ...plan(), seeds: [-1] })).toThrow('--seeds: from 0.')
    expect(() => checkedPlan({ ...plan(), seeds: [-1] }, { seeds: '--seed-list' })).toThrow('--seed-list: from 0.')
    expect(() => checkedPlan({ ...plan(), name: ' ' })).toThrow('--name: needs a name.')
    expect(() => checkedPlan({ ...plan(), name: 'two\nlines' })).toThrow(
      '--name: no line breaks or control characters.',
    )
    expect(() => checkedPlan({ ...plan(), archs: ['resnet-8', 'resnet-8'] })).toThrow('--archs: none twice.')
    expect(() => checkedPlan({ ...plan(), variants: ['mcnn-f', 'mcnn-f'] })).toThrow('--variants: none twice.')
  })
})
