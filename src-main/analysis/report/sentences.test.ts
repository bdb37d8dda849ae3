import { describe, expect, it } from 'vitest'
import { noCounts } from '../../contract/runs/states'
import type { Comparison, ComparisonCell } from '../../contract/studies/comparison'
import { statisticsSentences } from './sentences'

const cell = (part: Partial<ComparisonCell>): ComparisonCell => ({
  variant: 'mcnn-f',
  accuracy: { mean: 0.9, std: 0.01, n: 4, values: [] },
  accuracyInterval: null,
  test: null,
  untested: null,
  bestAccuracy: null,
  accuracyDrop: null,
  accuracyDropInterval: null,
  paired: null,
  smallestVisible: null,
  stepMs: null,
  stepMsShared: 0,
  trainableParameters: 750,
  trainableFilters: 1,
  firstLayerFilters: 4,
  lastLayerFilters: 64,
  multiplications: 1,
  counts: noCounts(),
  ...part,
})
const baseline = cell({
  variant: 'baseline',
  trainableParameters: 1000,
  accuracy: { mean: 0.91, std: 0.01, n: 5, values: [] },
})
const claimsOf = (
  part: Partial<ComparisonCell>,
  dataset: 'cifar-10' | 'synthetic' = 'cifar-10',
  comparisons = 1,
  epochs = 5,
): string[] => {
  const comparison: Comparison = {
    studyId: 's',
    studyName: 'S',
    comparisons,
    rows: [
      {
        dataset,
        arch: 'resnet-20',
        epochs,
        trainExamples: 1,
        testExamples: 1,
        precision: 'float32',
        cells: [cell(part), baseline],
        machines: 1,
        note: 'The row’s note.',
      },
    ],
  }
  return statisticsSentences(comparison)
}

describe('claims of a report', () => {
  it('hold after correction for multiple comparisons', () => {
    const one = {
      accuracyDrop: 1,
      accuracyDropInterval: [0.2, 1.8] as [number, number],
      test: { t: 3, degrees: 6, p: 0.024, corrected: 0.12 },
    }
    expect(claimsOf(one, 'cifar-10', 5)).toEqual([
      expect.stringMatching(
        /MCNN-F .* has a mean accuracy 1\.00 point below the baseline’s \(drop 1\.00, .*Significant as a single comparison, but not after correction for 5 comparisons \(p = 0\.024, corrected p = 0\.12, Holm’s rule\)\.$/,
      ),
    ])
    expect(claimsOf({ ...one, test: { ...one.test, corrected: 0.03 } }, 'cifar-10', 5)).toEqual([
      expect.stringMatching(/is less accurate than the baseline/),
    ])
  })

  it('state a difference only if the interval excludes 0', () => {
    expect(claimsOf({ accuracyDrop: 1, accuracyDropInterval: [0.2, 1.8] })).toEqual([
      'CIFAR-10, ResNet-20, 5 epochs: MCNN-F with 75.0 % of the baseline’s trainable parameters is less accurate than the baseline, by 1.00 point (95 % interval 0.20 to 1.80 points, 4 and 5 seeds).',
    ])
    expect(claimsOf({ accuracyDrop: -1.5, accuracyDropInterval: [-2, -1] })).toEqual([
      'CIFAR-10, ResNet-20, 5 epochs: MCNN-F with 75.0 % of the baseline’s trainable parameters is more accurate than the baseline, by 1.50 points (95 % interval 1.00 to 2.00 points, 4 and 5 seeds).',
    ])
    expect(claimsOf({ accuracyDrop: -0.5, accuracyDropInterval: [-1, 0] })).toEqual([
      expect.stringMatching(
        /^CIFAR-10, ResNet-20, 5 epochs: No difference seen between MCNN-F .*: drop −0\.50 points \(95 % interval −1\.00 to 0\.00 points, 4 and 5 seeds\)\. This does not show that there is none\.$/,
      ),
    ])
  })

  it('are limited to these seeds if there is no interval', () => {
    expect(claimsOf({ accuracyDrop: 0.5 })).toEqual([
      expect.stringContaining(
        'has a mean accuracy 0.50 points below the baseline’s (4 and 5 seeds); without an interval this says nothing about other seeds.',
      ),
    ])
  })

  it('state the size of a difference with the displayed digits', () => {
    const [above, below] = [claimsOf({ accuracyDrop: -0.5 })[0], claimsOf({ accuracyDrop: 1.004 })[0]]
    expect(above).toContain('has a mean accuracy 0.50 points above the baseline’s')
    expect(below).toContain('has a mean accuracy 1.00 point below the baseline’s')
    expect(claimsOf({ accuracyDrop: 0 })[0]).toContain('has the same mean accuracy as the baseline (4 and 5 seeds)')
    for (const drop of [0.004, -0.004]) {
      expect(claimsOf({ accuracyDrop: drop })[0]).toContain(
        'has the same mean accuracy as the baseline to two decimals',
      )
      const [low, high] = drop > 0 ? [0.001, 0.007] : [-0.007, -0.001]
      expect(claimsOf({ accuracyDrop: drop, accuracyDropInterval: [low, high] })[0]).toContain(
        'accurate than the baseline, by less than 0.01 points',
      )
    }
  })

  it('use the right words for epochs, seeds and the baseline’s parameters', () => {
    const { mean, std, values } = { mean: 0.9, std: 0.01, values: [] }
    const one = { accuracy: { mean, std, n: 5, values }, accuracyDrop: 0.5 }
    expect(claimsOf(one, 'cifar-10', 1, 1)).toEqual([
      expect.stringMatching(/^CIFAR-10, ResNet-20, 1 epoch: MCNN-F with 75\.0 % of the baseline’s .*\(5 seeds each\)/),
    ])
    expect(claimsOf({ ...one, trainableParameters: 1000 })[0]).toContain('epochs: MCNN-F has a mean')
    // A share that would round to 100 % gets the decimals that it takes to differ.
    expect(claimsOf({ ...one, trainableParameters: 999.6 })[0]).toContain('with 99.96 % of the baseline’s')
  })

  it('mention generated images, and are the row’s note if there is nothing to compare', () => {
    expect(claimsOf({ accuracyDrop: 1, accuracyDropInterval: [0.2, 1.8] }, 'synthetic')[0]).toMatch(
      /, on generated images\.$/,
    )
    expect(claimsOf({ accuracy: null })).toEqual(['CIFAR-10, ResNet-20, 5 epochs: The row’s note.'])
  })
})
