/** How often something may be started again by itself. Pure: the clock is the caller's. */
export class RestartLimit {
  readonly #most: number
  readonly #withinMs: number
  #times: number[] = []

  /** At most `most` restarts within any `withinMs` milliseconds. */
  constructor(most: number, withinMs: number) {
    this.#most = most
    this.#withinMs = withinMs
  }

  /** Whether it may be started again at `now` (ms); counts it where it may. */
  tryAcquire(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#withinMs)
    if (this.#times.length >= this.#most) return false
    this.#times.push(now)
    return true
  }

  /** A person asked for it: what happened before no longer counts. */
  reset(): void {
    this.#times = []
  }
}
