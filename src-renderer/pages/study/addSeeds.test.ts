import { describe, expect, it } from 'vitest'
import { quickStart, type Comparison, type SeedsForComparison, type StudyPlan } from '../../../src-main/contract'
import { countStates } from '../../lib/data/progress'
import { runWith } from '../../../src-main/analysis/testing'
import { beginWith, deciding } from './addSeeds'

const comparison = (interval: [number, number] | null, states: ('done' | 'queued' | 'failed')[]): Comparison => ({
  studyId: 's',
  studyName: 'S',
  comparisons: 1,
  rows: [
    {
      dataset: 'synthetic',
      arch: 'resnet-8',
      epochs: quickStart.training.epochs,
      trainExamples: 10,
      testExamples: 10,
      precision: 'float32',
      machines: 1,
      note: '',
      cells: [
        {
          variant: 'mcnn-f',
          accuracy: null,
          accuracyInterval: null,
          bestAccuracy: null,
          accuracyDrop: null,
          accuracyDropInterval: interval,
          test: null,
          untested: null,
          paired: null,
          smallestVisible: null,
          stepMs: null,
          stepMsShared: 0,
          trainableParameters: 1,
          trainableFilters: 1,
          firstLayerFilters: 1,
          lastLayerFilters: 1,
          multiplications: 1,
          counts: countStates(states.map((state) => runWith({ state }))),
        },
      ],
    },
  ],
})

describe('initial target of the dialog', () => {
  it('is a number of seeds that gives an interval, if no interval is known', () => {
    expect(beginWith(quickStart, comparison(null, ['done', 'queued', 'failed']))).toMatchObject({
      mode: 'number',
      seeds: 1,
    })
    expect(beginWith(quickStart, comparison(null, ['done']))).toMatchObject({ mode: 'number', seeds: 2 })
    expect(beginWith(quickStart, null)).toMatchObject({ mode: 'number', seeds: 1 })
  })

  it('is half the widest interval', () => {
    expect(beginWith(quickStart, comparison([-0.3, 0.4], ['done', 'done', 'done']))).toMatchObject({
      mode: 'until',
      points: 0.15,
      seeds: 1,
    })
    expect(beginWith(quickStart, comparison([-9, 9], []))).toMatchObject({ points: 3 })
    expect(beginWith(quickStart, comparison([-0.01, 0.01], []))).toMatchObject({ points: 0.05 })
    // Without a baseline there is no interval to narrow.
    expect(beginWith({ ...quickStart, variants: ['mcnn-f'] }, comparison([-0.3, 0.4], []))).toMatchObject({
      mode: 'number',
    })
  })

  it('starts with the most recent target', () => {
    const added = (halfWidth: number | null) => ({ at: '', finished: 1, halfWidth, cells: [] })
    const plan: StudyPlan = { ...quickStart, added: [added(0.4), added(0.25), added(null)] }
    expect(beginWith(plan, comparison([-9, 9], []))).toMatchObject({ mode: 'until', points: 0.25 })
  })
})

it('the deciding difference is the one that needs most seeds; unknown or unreachable ones come first', () => {
  const one = (
    variant: SeedsForComparison['variant'],
    goal: SeedsForComparison['goal'],
    needed: number | null,
    halfWidth: number | null,
  ): SeedsForComparison => ({ variant, goal, needed, halfWidth, expected: null, finished: [3, 3], open: [0, 0] })
  const of = (...comparisons: SeedsForComparison[]) => deciding({ arch: 'resnet-8', more: 0, comparisons })?.variant
  expect(of(one('mcnn-f', 'needed', 3, 0.5), one('mcnn-l', 'needed', 9, 0.4), one('mcnn-a', 'met', 0, 0.1))).toBe(
    'mcnn-l',
  )
  expect(of(one('mcnn-f', 'needed', 3, 0.5), one('mcnn-l', 'unknown', null, null))).toBe('mcnn-l')
  expect(of(one('mcnn-f', 'beyond', null, 0.5), one('mcnn-l', 'unknown', null, null))).toBe('mcnn-f')
  expect(of(one('mcnn-f', null, null, 0.5), one('mcnn-l', null, null, 0.7))).toBe('mcnn-l')
  expect(of()).toBeUndefined()
})
