import { describe, expect, it } from 'vitest'
import { recipe, resnet110Warmup } from '../contract/experiment'
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

  it('stays at the warm-up rate until an epoch ended below its error, then never again', () => {
    const schedule = { ...recipe, warmup: { ...resnet110Warmup } }
    expect(learningRateAt(schedule, 1, [])).toBe(0.01)
    expect(learningRateAt(schedule, 3, [0.9, 0.8])).toBe(0.01)
    expect(learningRateAt(schedule, 3, [0.9, 0.79])).toBe(0.1)
    expect(learningRateAt(schedule, 4, [0.9, 0.79, 0.95])).toBe(0.1)
  })
})
