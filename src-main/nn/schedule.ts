/** The learning rate of an epoch. He et al. 2016, section 4.2. */
import type { ExperimentConfig } from '../contract/experiment'

type Schedule = Pick<ExperimentConfig, 'learningRate' | 'milestones' | 'gamma' | 'warmup'>

/**
 * @param epoch 1-based
 * @param trainErrors training error (a fraction) of each epoch before this one; with a warm-up, its rate is used until
 *   one of them is below `untilError`
 */
export function learningRateAt(schedule: Schedule, epoch: number, trainErrors: readonly number[]): number {
  const { warmup } = schedule
  if (warmup && !trainErrors.slice(0, epoch - 1).some((error) => error < warmup.untilError)) return warmup.learningRate
  const passed = schedule.milestones.filter((milestone) => epoch > milestone).length
  // To 12 digits: 0.1 × 0.1 is 0.01, not 0.010000000000000002.
  return Number((schedule.learningRate * schedule.gamma ** passed).toPrecision(12))
}
