/** The learning rate schedule. He et al. 2016, section 4.2. */
import type { ExperimentConfig } from '../contract/experiment'

type Schedule = Pick<ExperimentConfig, 'learningRate' | 'milestones' | 'gamma' | 'warmup'>

/**
 * Returns the learning rate of an epoch: the config's, times gamma for each milestone passed. A warm-up's rate is used
 * until a training error is below `untilError`; with `growth` the rate then rises by that factor per epoch.
 * @param epoch from 1
 * @param trainErrors training error, a fraction, of each epoch before this one
 */
export function learningRateAt(schedule: Schedule, epoch: number, trainErrors: readonly number[]): number {
  const { warmup } = schedule
  const passed = schedule.milestones.filter((milestone) => epoch > milestone).length
  // Rounded to 12 digits: 0.1 × 0.1 should be 0.01, not 0.010000000000000002.
  const short = (rate: number): number => Number(rate.toPrecision(12))
  const own = short(schedule.learningRate * schedule.gamma ** passed)
  if (!warmup) return own
  const warmed = trainErrors.slice(0, epoch - 1).findIndex((error) => error < warmup.untilError)
  if (warmed < 0) return warmup.learningRate
  return warmup.growth === undefined
    ? own
    : Math.min(own, short(warmup.learningRate * warmup.growth ** (epoch - 1 - warmed)))
}
