import { describe, expect, it } from 'vitest'
import { archs, quickStart, variants, type StudyRequest } from '../../../src-main/contract'
import {
  check,
  depthProblem,
  draftOf,
  emptyForm,
  fieldOf,
  formOf,
  milestonesText,
  problemsOf,
  type StudyForm,
} from './form'
import { presets } from '../../../src-main/analysis/studies/presets'
import { presetOf } from './presets'

const filled = (part: Partial<StudyForm> = {}): StudyForm => ({ ...emptyForm(), name: 'A study', ...part })

describe('new-study form', () => {
  it('is valid initially, except for the missing name', () => {
    expect(check(emptyForm())).toEqual({ plan: null, errors: { name: 'Needs a name' } })
    expect(check(filled()).plan).toMatchObject({
      name: 'A study',
      archs: ['resnet-8'],
      seeds: [1, 2, 3],
      training: { dataset: 'synthetic', trainExamples: null, epochs: 10, milestones: [5, 8], learningRate: 0.1 },
    })
  })

  it('reports the problems of all fields at once, each at its field', () => {
    const { plan, errors } = check(
      filled({
        epochs: '0',
        batchSize: '2.5',
        learningRate: '-1',
        momentum: '1',
        weightDecay: 'x',
        gamma: '',
        archs: [],
        variants: [],
        milestones: '5, 3',
        seedCount: '0',
        trainExamples: '9',
        testExamples: '99999',
      }),
    )
    expect(plan).toBeNull()
    expect(errors).toEqual({
      epochs: 'At least 1',
      batchSize: 'A whole number',
      learningRate: 'Above 0',
      momentum: 'Below 1',
      weightDecay: 'A number',
      gamma: 'A number',
      archs: 'Choose at least one',
      variants: 'Choose at least one',
      milestones: 'Must rise from one to the next',
      seeds: 'At least one seed',
      trainExamples: 'At least 10',
      testExamples: 'At most 10000',
    })
  })

  it('accepts numbers as people write them, and nothing else', () => {
    expect(check(filled({ learningRate: ' 1e-2 ', weightDecay: '.0005' })).plan?.training).toMatchObject({
      learningRate: 0.01,
      weightDecay: 0.0005,
    })
    for (const learningRate of ['0x10', 'Infinity', '1,5', '0.1 0.2', 'NaN'])
      expect(check(filled({ learningRate })).errors).toEqual({ learningRate: 'A number' })
  })

  it('accepts seeds as a count or as a list', () => {
    const list = (seedList: string) => check(filled({ seedMode: 'list', seedList }))
    expect(list('7, 3 11').plan?.seeds).toEqual([7, 3, 11])
    expect(list('1, 2, 1').errors).toEqual({ seeds: 'No seed twice' })
    expect(list('1, x').errors).toEqual({ seeds: 'A whole number' })
    expect(list('').errors).toEqual({ seeds: 'At least one seed' })
    expect(check(filled({ seedCount: '101' })).errors).toEqual({ seeds: 'At most 100' })
    expect(check(filled({ seedCount: '' })).errors).toEqual({ seeds: 'A whole number' })
  })

  it('rejects more runs than a study may have', () => {
    const form = filled({
      seedCount: '100',
      archs: ['resnet-8', 'resnet-14', 'resnet-20', 'resnet-32', 'resnet-44'],
      variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'],
    })
    expect(check(form).errors).toEqual({ seeds: 'At most 2000 runs' })
  })

  it('uses the paper’s precision unless another is chosen', () => {
    expect(check(filled()).plan?.training.precision).toBe('float32')
    expect(check(filled({ precision: 'auto' })).plan?.training.precision).toBe('auto')
  })

  it('requires one example per class', () => {
    expect(check(filled({ dataset: 'cifar-100', trainExamples: '50' })).errors).toEqual({
      trainExamples: 'At least 100 (one per class)',
    })
    expect(check(filled({ dataset: 'cifar-100', trainExamples: '500' })).plan?.training.trainExamples).toBe(500)
  })

  it('holds out at most as many training examples as leave some for training', () => {
    expect(check(filled()).plan?.training).not.toHaveProperty('validationExamples')
    expect(check(filled({ validationExamples: '500' })).plan?.training.validationExamples).toBe(500)
    const wrong = (part: Partial<StudyForm>): unknown => check(filled(part)).errors.validationExamples
    expect(wrong({ validationExamples: '9' })).toBe('At least 10')
    expect(wrong({ validationExamples: 'x' })).toBe('A whole number')
    expect(check(filled({ trainExamples: 'x', testExamples: '1e' })).errors).toEqual({
      trainExamples: 'A whole number',
      testExamples: 'A whole number',
    })
    expect(wrong({ dataset: 'cifar-100', validationExamples: '50' })).toBe('At least 100 (one per class)')
    // Also with other errors, and with the typed limit.
    expect(wrong({ name: '', validationExamples: '4000' })).toBe('Leaves too few of 4000 images to train on')
    expect(wrong({ trainExamples: '100', validationExamples: '91' })).toMatch(/^Leaves too few/)
    expect(wrong({ trainExamples: '100', validationExamples: '90' })).toBeUndefined()
  })

  it('sets the milestones from the epochs until the user types milestones', () => {
    expect([
      milestonesText(filled({ epochs: '200' })),
      milestonesText(filled({ epochs: 'x' })),
      milestonesText(filled({ epochs: '200', milestones: '' })),
    ]).toEqual(['100, 150', '', ''])
    expect(check(filled({ milestones: '' })).plan?.training.milestones).toEqual([])
  })

  it('maps an error of the service to its field', () => {
    expect([
      fieldOf('plan.training.epochs'),
      fieldOf('training.trainExamples'),
      fieldOf('seeds.3'),
      fieldOf('name'),
      fieldOf('elsewhere'),
    ]).toEqual(['epochs', 'trainExamples', 'seeds', 'name', 'name'])
  })
})

describe('plan and form', () => {
  const plans: StudyRequest[] = [
    quickStart,
    { ...quickStart, seeds: [7], archs: [...archs], variants: [...variants] },
    {
      ...quickStart,
      seeds: [3, 1],
      training: {
        ...quickStart.training,
        milestones: [],
        trainExamples: 100,
        testExamples: 50,
        precision: 'auto',
        learningRate: 1e-7,
      },
    },
    { ...quickStart, training: { ...quickStart.training, validationExamples: 400 } },
    ...presets.map((preset) => preset.plan),
  ]

  it('convert into each other without loss', () => {
    for (const plan of plans) expect(check(formOf(plan))).toEqual({ plan, errors: {} })
  })

  it('match a preset until something other than the name changes', () => {
    for (const preset of presets) {
      expect(presetOf({ ...formOf(preset.plan), name: 'Mine' })?.id).toBe(preset.id)
      expect(presetOf({ ...formOf(preset.plan), momentum: '0.85' })).toBeNull()
    }
  })
})

describe('typed depth', () => {
  it('is rejected with the nearest networks if it is not 6n + 2 or has no network', () => {
    expect(depthProblem('34')).toEqual({
      message: 'ResNet-34 does not exist: depths are 6n + 2',
      nearest: ['resnet-32', 'resnet-44'],
    })
    expect(depthProblem('2')?.message).toContain('does not exist')
    expect(depthProblem('1202')).toEqual({ message: 'ResNet-1202 isn’t available', nearest: ['resnet-110'] })
    for (const odd of ['x', '3.5', '-8', '0']) expect(depthProblem(odd)?.nearest).toEqual([])
    for (const fine of ['', ' ', '32', ' 110 ', 'ResNet-20', 'resnet_56']) expect(depthProblem(fine)).toBeNull()
    expect(check(filled({ depthText: '34' }))).toMatchObject({
      plan: null,
      errors: { archs: 'ResNet-34 does not exist: depths are 6n + 2' },
    })
  })
})

describe('form as text', () => {
  it('is the plan if the form is complete', () => {
    expect(JSON.parse(JSON.stringify(draftOf(filled())))).toEqual(check(filled()).plan)
    for (const { plan } of presets) expect(JSON.parse(JSON.stringify(draftOf(formOf(plan))))).toEqual(plan)
  })

  it('contains incomplete values as typed, and their problems by path', () => {
    const form = filled({
      name: '',
      learningRate: '1e',
      epochs: '',
      seedCount: 'x',
      trainExamples: '9',
      milestones: '5, b',
    })
    expect(draftOf(form)).toMatchObject({
      name: '',
      archs: ['resnet-8'],
      seeds: 'x',
      training: {
        learningRate: '1e',
        epochs: null,
        batchSize: 128,
        trainExamples: 9,
        testExamples: null,
        milestones: [5, 'b'],
      },
    })
    expect(draftOf(filled({ seedMode: 'list', seedList: '1, x 3' }))).toMatchObject({ seeds: [1, 'x', 3] })
    expect(problemsOf(check(form).errors)).toEqual(
      expect.arrayContaining([
        { at: 'name', message: 'Needs a name' },
        { at: 'training.learningRate', message: 'A number' },
        { at: 'seeds', message: 'A whole number' },
      ]),
    )
    expect(problemsOf({})).toEqual([])
  })
})
