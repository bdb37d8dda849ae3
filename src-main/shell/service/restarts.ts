/** Limits automatic restarts. Pure: the caller provides the time. */
export class RestartLimit {
  readonly #most: number
  readonly #withinMs: number
  #times: number[] = []

  /** At most `most` restarts within any `withinMs` milliseconds. */
  constructor(most: number, withinMs: number) {
    this.#most = most
    this.#withinMs = withinMs
  }

  /** Returns whether a restart is allowed at `now` (ms), and counts it if it is. */
  tryAcquire(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#withinMs)
    if (this.#times.length >= this.#most) return false
    this.#times.push(now)
    return true
  }

  /** Forgets past restarts, after the user asked for one. */
  reset(): void {
    this.#times = []
  }
}
