const mostAtOnce = 64

/** Estimates how many parts of one kind fit in the rest of a frame, from what the last ones took. */
export class Pace {
  #atOnce: number
  /** Duration of one part last time, in ms. */
  #each = Infinity

  /** @param first number of parts that are mounted already */
  constructor(first: number) {
    this.#atOnce = Math.max(1, first)
  }

  /**
   * Calls `make` once with the number of parts to make: at least one, at most twice as many as last time. `make`
   * returns the number of parts that it made.
   */
  make(leftMs: number, make: (parts: number) => number): void {
    const parts = Math.max(1, Math.min(mostAtOnce, 2 * this.#atOnce, Math.floor(leftMs / this.#each)))
    const began = performance.now()
    const made = make(parts)
    if (made <= 0) return
    this.#each = Math.max(0.01, performance.now() - began) / made
    this.#atOnce = made
  }
}
