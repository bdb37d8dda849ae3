import type { StepMetrics } from '../../contract/runs/metrics'

/** Number of recent steps of which the longest counts: a single slow step does not count for ever. */
const newest = 20
/** A trainer reads commands between two steps: it may have to finish one, and then writes a checkpoint. */
const stepsOfGrace = 3

/** Tracks how long a trainer's steps take, and therefore how long it may take to reply. */
export class StepTime {
  #milliseconds: number[] = []

  add(steps: readonly Pick<StepMetrics, 'stepMs'>[]): void {
    this.#milliseconds = [...this.#milliseconds, ...steps.map(({ stepMs }) => stepMs)].slice(-newest)
  }

  /**
   * Returns how long to wait for a trainer before it is killed, in ms: three of its longest steps, at least `leastMs`.
   */
  graceMs(leastMs: number): number {
    return Math.max(leastMs, stepsOfGrace * Math.max(0, ...this.#milliseconds))
  }
}
