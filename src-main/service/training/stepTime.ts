import type { StepMetrics } from '../../contract/runs/metrics'

/** Steps whose longest counts: one slow step in a while is no measure of the next. */
const newest = 20
/** A trainer looks for commands between two steps: it may have to finish one, and then writes a checkpoint. */
const stepsOfGrace = 3

/** How long a trainer's steps take, and so how long it may take to answer. */
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
