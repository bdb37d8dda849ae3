import { describe, expect, it } from 'vitest'
import type { Comparison, ComparisonCell, Variant } from '../../../../src-main/contract'
import { countStates } from '../../../lib/data/progress'
import { barGroups, costPoints } from '../../../../src-main/analysis/figures/comparison'
import { lookOf } from '../../../lib/variants'
import { intervalLimit, leftOut } from './comparison'

const cell = (variant: Variant, part: Partial<ComparisonCell> = {}): ComparisonCell => ({
  variant,
  accuracy: null,
  accuracyInterval: null,
  bestAccuracy: null,
  accuracyDrop: null,
  accuracyDropInterval: null,
  test: null,
  untested: null,
  paired: null,
  smallestVisible: null,
  stepMs: null,
  stepMsShared: 0,
  trainableParameters: 1,
  trainableFilters: 1,
  firstLayerFilters: 16,
  lastLayerFilters: 64,
  multiplications: 1,
  counts: countStates([]),
  ...part,
})
const comparison = (...cells: ComparisonCell[]): Comparison => ({
  studyId: 's',
  studyName: 'S',
  comparisons: 1,
  rows: [
    {
      dataset: 'cifar-10',
      arch: 'resnet-20',
      epochs: 2,
      trainExamples: 10,
      testExamples: 10,
      precision: 'float32',
      cells,
      machines: 1,
      note: '',
    },
  ],
})

describe('charts of the comparison', () => {
  it('share an axis that fits most intervals', () => {
    const interval = (variant: Variant, low: number, high: number): ComparisonCell =>
      cell(variant, { accuracyDropInterval: [low, high] })
    expect(
      intervalLimit(
        comparison(
          interval('mcnn-f', -0.8, 0.2),
          interval('mcnn-l', -0.1, 0.7),
          interval('mcnn-fl', -0.4, 0.9),
          interval('mcnn-a', 2, 8),
        ),
      ),
    ).toBe(1)
    expect(intervalLimit(comparison(interval('mcnn-f', -4, 0.2)))).toBe(5)
    expect(intervalLimit(comparison())).toBe(0.5)
  })

  it('share an axis that includes drops without an interval', () => {
    expect(
      intervalLimit(
        comparison(cell('baseline'), cell('mcnn-f', { accuracyDrop: -2.25 }), cell('mcnn-l', { accuracyDrop: 5.9 })),
      ),
    ).toBe(10)
    expect(
      intervalLimit(
        comparison(cell('mcnn-f', { paired: { drop: 3.1, pairs: 1, interval: null, test: null, untested: null } })),
        'paired',
      ),
    ).toBe(5)
  })

  it('have bars in percent with ± std and number of seeds, and none for missing values', () => {
    const accuracy = { mean: 0.9, std: 0.01, n: 2, values: [0.89, 0.91] }
    const [group] = barGroups(
      comparison(cell('mcnn-f'), cell('baseline', { accuracy })).rows,
      ['baseline', 'mcnn-f'],
      lookOf,
    )
    expect(group?.label).toBe('ResNet-20')
    expect(group?.bars.map((bar) => bar.value)).toEqual([90, null])
    expect(group?.bars[0]?.error?.map((v) => Math.round(v * 100) / 100)).toEqual([89, 91])
    expect(group?.bars[1]?.error).toBeNull()
  })

  it('scale the axis to the displayed intervals', () => {
    const paired = comparison(
      cell('mcnn-f', {
        accuracyDropInterval: [-0.8, 0.2],
        paired: { drop: 0, pairs: 3, interval: [-4, 4], test: null, untested: null },
      }),
    )
    expect([intervalLimit(paired), intervalLimit(paired, 'paired')]).toEqual([1, 5])
  })

  it('show the paper’s number next to the bar only for runs on the complete data', () => {
    const reference = (trainExamples: number) => {
      const [row] = comparison(cell('mcnn-f')).rows
      return barGroups(
        row ? [{ ...row, arch: 'resnet-32', trainExamples, testExamples: 10000 }] : [],
        ['mcnn-f'],
        lookOf,
      )[0]?.bars[0]?.reference
    }
    expect([reference(50000), reference(5000)]).toEqual([93.16, null])
  })

  it('have one point per result, by its number of parameters', () => {
    const accuracy = { mean: 0.9, std: 0.01, n: 2, values: [0.89, 0.91] }
    const points = costPoints(
      comparison(cell('mcnn-f', { accuracy, trainableParameters: 270000 }), cell('baseline')).rows,
      ['baseline', 'mcnn-f'],
      lookOf,
    )
    expect(points.map((p) => [p.label, p.cost, p.value, p.marker])).toEqual([['mcnn-f · R20', 270000, 90, 'square']])
    expect(points[0]?.error?.[0]).toBeCloseTo(89, 10)
  })

  it('name the runs that are not part of a mean', () => {
    expect(leftOut(cell('mcnn-a', { counts: { ...countStates([]), done: 3, diverged: 1, queued: 2 } }))).toEqual([
      { state: 'diverged', count: 1 },
    ])
  })
})
