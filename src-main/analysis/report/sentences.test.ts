import { describe, expect, it } from 'vitest'
import { noCounts, type Comparison, type ComparisonCell } from '../../contract/records'
import { statisticsSentences } from './sentences'

const cell = (part: Partial<ComparisonCell>): ComparisonCell => ({
  variant: 'mcnn-f', accuracy: { mean: 0.9, std: 0.01, n: 4, values: [] }, accuracyInterval: null, test: null, untested: null, bestAccuracy: null, accuracyDrop: null, accuracyDropInterval: null, paired: null, smallestVisible: null, stepMs: null,
  trainableParameters: 750, trainableFilters: 1, firstLayerFilters: 4, lastLayerFilters: 64, multiplications: 1, counts: noCounts(), ...part,
})
const baseline = cell({ variant: 'baseline', trainableParameters: 1000, accuracy: { mean: 0.91, std: 0.01, n: 5, values: [] } })
const said = (part: Partial<ComparisonCell>, dataset: 'cifar-10' | 'synthetic' = 'cifar-10', comparisons = 1): string[] => {
  const comparison: Comparison = { studyId: 's', studyName: 'S', comparisons, rows: [{ dataset, arch: 'resnet-20', epochs: 5, trainExamples: 1, testExamples: 1, precision: 'float32', cells: [cell(part), baseline], machines: 1, note: 'The row’s note.' }] }
  return statisticsSentences(comparison)
}

describe('what a report claims', () => {
  it('stands after the correction for many comparisons', () => {
    const one = { accuracyDrop: 1, accuracyDropInterval: [0.2, 1.8] as [number, number], test: { t: 3, degrees: 6, p: 0.024, corrected: 0.12 } }
    expect(said(one, 'cifar-10', 5)).toEqual([expect.stringMatching(/MCNN-F .*: drop 1\.00 points .*Alone this would be a difference \(p = 0\.024\); among 5 comparisons it is none \(corrected by Holm’s rule, p = 0\.12\)\.$/)])
    expect(said({ ...one, test: { ...one.test, corrected: 0.03 } }, 'cifar-10', 5)).toEqual([expect.stringMatching(/is less accurate than the baseline/)])
  })

  it('is a difference only where the interval leaves 0 out', () => {
    expect(said({ accuracyDrop: 1, accuracyDropInterval: [0.2, 1.8] })).toEqual(['CIFAR-10, ResNet-20, 5 epochs: MCNN-F with 75.0 % of its trainable parameters is less accurate than the baseline, by 1.00 point (95 % interval 0.20 to 1.80 points, 4 and 5 seeds).'])
    expect(said({ accuracyDrop: -1.5, accuracyDropInterval: [-2, -1] })).toEqual(['CIFAR-10, ResNet-20, 5 epochs: MCNN-F with 75.0 % of its trainable parameters is more accurate than the baseline, by 1.50 points (95 % interval 1.00 to 2.00 points, 4 and 5 seeds).'])
    expect(said({ accuracyDrop: -0.5, accuracyDropInterval: [-1, 0] })).toEqual([expect.stringMatching(/^CIFAR-10, ResNet-20, 5 epochs: No difference seen between MCNN-F .*: drop −0\.50 points \(95 % interval −1\.00 to 0\.00 points, 4 and 5 seeds\)\. That is not to say there is none\.$/)])
  })

  it('is nothing beyond these seeds where there is no interval', () => {
    expect(said({ accuracyDrop: 0.5 })).toEqual([expect.stringContaining('comes out 0.50 points below the baseline (4 and 5 seeds); without an interval this says nothing about other seeds.')])
  })

  it('says so of generated pictures, and is the row’s note where there is nothing to compare', () => {
    expect(said({ accuracyDrop: 1, accuracyDropInterval: [0.2, 1.8] }, 'synthetic')[0]).toMatch(/, on generated pictures\.$/)
    expect(said({ accuracy: null })).toEqual(['CIFAR-10, ResNet-20, 5 epochs: The row’s note.'])
  })
})
