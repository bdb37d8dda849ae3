import { describe, expect, it } from 'vitest'
import { recipe } from '../contract/experiment'
import { suddenWarmup } from '../networks/family'
import { learningRateAt } from './schedule'

describe('learningRateAt', () => {
  it.each([
    [1, 0.1],
    [100, 0.1],
    [101, 0.01],
    [150, 0.01],
    [151, 0.001],
    [200, 0.001],
  ])('in epoch %d of the recipe is %d', (epoch, expected) => {
    expect(learningRateAt(recipe, epoch, [])).toBeCloseTo(expected, 12)
  })

  it('uses the warm-up rate until the training error of an epoch is low enough, and never again', () => {
    const schedule = { ...recipe, warmup: { ...suddenWarmup } }
    expect(learningRateAt(schedule, 1, [])).toBe(0.01)
    expect(learningRateAt(schedule, 3, [0.9, 0.8])).toBe(0.01)
    expect(learningRateAt(schedule, 3, [0.9, 0.79])).toBe(0.1)
    expect(learningRateAt(schedule, 4, [0.9, 0.79, 0.95])).toBe(0.1)
  })

  it('grows after a warm-up by a factor per epoch, up to the rate of the milestones', () => {
    const schedule = { ...recipe, warmup: { learningRate: 0.01, untilError: 0.8, growth: 2 }, milestones: [8] }
    const errors = [0.9, 0.79, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((epoch) => learningRateAt(schedule, epoch, errors))).toEqual([
      0.01, 0.01, 0.02, 0.04, 0.08, 0.1, 0.1, 0.1, 0.01,
    ])
    // Milestones also apply to a short run.
    expect([3, 4].map((epoch) => learningRateAt({ ...schedule, milestones: [3] }, epoch, errors))).toEqual([0.02, 0.01])
    expect(learningRateAt({ ...schedule, warmup: { ...schedule.warmup, growth: 1.5 } }, 4, errors)).toBe(0.0225)
  })
})
