import { describe, expect, it } from 'vitest'
import { modelSummary } from '../../nn/architecture'
import { paperAccuracy, paperFilters, paperTables } from './paper'

const whole = { trainExamples: 50000, testExamples: 10000 }

describe('tables of the paper', () => {
  it('print drops that follow from their accuracies', () => {
    for (const { accuracy, drop } of paperTables.tableOne)
      for (const variant of ['mcnn-f', 'mcnn-l'] as const)
        expect(drop[variant]).toBeCloseTo((accuracy.baseline ?? NaN) - (accuracy[variant] ?? NaN), 10)
  })

  it('print the filter counts of our networks', () => {
    for (const { arch } of paperTables.tableTwo)
      for (const variant of ['baseline', 'mcnn-f', 'mcnn-l'] as const) {
        const { layers } = modelSummary(arch, variant, 10)
        expect([paperFilters(arch, 'first', variant), paperFilters(arch, 'last', variant)]).toEqual([
          layers[0]?.baseFilters,
          layers.at(-1)?.baseFilters,
        ])
      }
  })

  it('have no entry for what they do not print, nor for a subset of the data', () => {
    expect(paperAccuracy({ dataset: 'cifar-10', arch: 'resnet-32', ...whole }, 'mcnn-f')).toEqual({
      accuracy: 93.16,
      drop: -0.31,
    })
    expect(paperAccuracy({ dataset: 'cifar-10', arch: 'resnet-32', ...whole }, 'baseline')).toEqual({
      accuracy: 92.85,
      drop: null,
    })
    expect(paperAccuracy({ dataset: 'cifar-10', arch: 'resnet-32', ...whole }, 'mcnn-a')).toBeNull()
    expect(paperAccuracy({ dataset: 'cifar-100', arch: 'resnet-32', ...whole }, 'mcnn-f')).toBeNull()
    expect(
      paperAccuracy({ dataset: 'cifar-10', arch: 'resnet-32', ...whole, trainExamples: 5000 }, 'mcnn-f'),
    ).toBeNull()
    expect(paperFilters('resnet-20', 'first', 'baseline')).toBeNull()
  })
})
