/** The learning rate of an epoch. He et al. 2016, section 4.2. */
import type { ExperimentConfig } from '../contract/experiment'

type Schedule = Pick<ExperimentConfig, 'learningRate' | 'milestones' | 'gamma' | 'warmup'>

/**
 * @param epoch 1-based
 * @param trainErrors training error (a fraction) of each epoch before this one; with a warm-up, its rate is used until
 *   one of them is below `untilError`, and then no more than what has grown out of it
 */
export function learningRateAt(schedule: Schedule, epoch: number, trainErrors: readonly number[]): number {
  const { warmup } = schedule
  const passed = schedule.milestones.filter((milestone) => epoch > milestone).length
  // To 12 digits: 0.1 × 0.1 is 0.01, not 0.010000000000000002.
  const short = (rate: number): number => Number(rate.toPrecision(12))
  const own = short(schedule.learningRate * schedule.gamma ** passed)
  if (!warmup) return own
  const warmed = trainErrors.slice(0, epoch - 1).findIndex((error) => error < warmup.untilError)
  if (warmed < 0) return warmup.learningRate
  return warmup.growth === undefined
    ? own
    : Math.min(own, short(warmup.learningRate * warmup.growth ** (epoch - 1 - warmed)))
}
