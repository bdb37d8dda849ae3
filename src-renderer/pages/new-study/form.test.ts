import { describe, expect, it } from 'vitest'
import { check, emptyForm, fieldOf, milestonesText, type StudyForm } from './form'

const filled = (part: Partial<StudyForm> = {}): StudyForm => ({ ...emptyForm(), name: 'A study', ...part })

describe('the form of a new study', () => {
  it('is right as it comes, but for its name', () => {
    expect(check(emptyForm())).toEqual({ plan: null, errors: { name: 'Needs a name' } })
    expect(check(filled()).plan).toMatchObject({
      name: 'A study', archs: ['resnet-8'], seeds: [1, 2, 3], training: { dataset: 'synthetic', trainExamples: null, epochs: 10, milestones: [5, 8], learningRate: 0.1 },
    })
  })

  it('says under each field what is wrong with it, all at once', () => {
    const { plan, errors } = check(
      filled({ epochs: '0', batchSize: '2.5', learningRate: '-1', momentum: '1', weightDecay: 'x', gamma: '', archs: [], variants: [], milestones: '5, 3', seedCount: '0', trainExamples: '9', testExamples: '99999' }),
    )
    expect(plan).toBeNull()
    expect(errors).toEqual({
      epochs: 'At least 1', batchSize: 'A whole number', learningRate: 'Above 0', momentum: 'Below 1', weightDecay: 'A number', gamma: 'A number',
      archs: 'Choose at least one', variants: 'Choose at least one', milestones: 'Must rise from one to the next', seeds: 'At least one seed',
      trainExamples: 'At least 10', testExamples: 'At most 10000',
    })
  })

  it('takes numbers as people write them, and nothing else', () => {
    expect(check(filled({ learningRate: ' 1e-2 ', weightDecay: '.0005' })).plan?.training).toMatchObject({ learningRate: 0.01, weightDecay: 0.0005 })
    for (const learningRate of ['0x10', 'Infinity', '1,5', '0.1 0.2', 'NaN']) expect(check(filled({ learningRate })).errors).toEqual({ learningRate: 'A number' })
  })

  it('takes seeds as a count or a list', () => {
    const list = (seedList: string) => check(filled({ seedMode: 'list', seedList }))
    expect(list('7, 3 11').plan?.seeds).toEqual([7, 3, 11])
    expect(list('1, 2, 1').errors).toEqual({ seeds: 'No seed twice' })
    expect(list('1, x').errors).toEqual({ seeds: 'A whole number' })
    expect(list('').errors).toEqual({ seeds: 'At least one seed' })
    expect(check(filled({ seedCount: '101' })).errors).toEqual({ seeds: 'At most 100' })
    expect(check(filled({ seedCount: '' })).errors).toEqual({ seeds: 'A whole number' })
  })

  it('refuses more runs than a study may have', () => {
    const form = filled({ seedCount: '100', archs: ['resnet-8', 'resnet-14', 'resnet-20', 'resnet-32', 'resnet-44'], variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'] })
    expect(check(form).errors).toEqual({ seeds: 'At most 2000 runs' })
  })

  it('leaves the precision to the paper unless another is asked for', () => {
    expect(check(filled()).plan?.training.precision).toBe('float32')
    expect(check(filled({ precision: 'auto' })).plan?.training.precision).toBe('auto')
  })

  it('wants an example a class', () => {
    expect(check(filled({ dataset: 'cifar-100', trainExamples: '50' })).errors).toEqual({ trainExamples: 'At least 100, one a class' })
    expect(check(filled({ dataset: 'cifar-100', trainExamples: '500' })).plan?.training.trainExamples).toBe(500)
  })

  it('follows the epochs with the milestones until those are typed', () => {
    expect([milestonesText(filled({ epochs: '200' })), milestonesText(filled({ epochs: 'x' })), milestonesText(filled({ epochs: '200', milestones: '' }))]).toEqual(['100, 150', '', ''])
    expect(check(filled({ milestones: '' })).plan?.training.milestones).toEqual([])
  })

  it('finds the field that the service named', () => {
    expect([fieldOf('plan.training.epochs'), fieldOf('training.trainExamples'), fieldOf('seeds.3'), fieldOf('name'), fieldOf('elsewhere')]).toEqual([
      'epochs', 'trainExamples', 'seeds', 'name', 'name',
    ])
  })
})
