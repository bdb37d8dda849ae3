/** Measures the rate of a download over the last seconds. Pure. */

/** Length of the window in milliseconds: long enough to be steady, short enough to follow changes. */
const window = 5000
/** Milliseconds between two samples. */
const grain = 100

export class Rate {
  private samples: { at: number; done: number }[] = []

  /** @param at milliseconds, rising @param done bytes so far */
  add(at: number, done: number): void {
    const last = this.samples.at(-1)
    if (last && this.samples.length > 1 && at - last.at < grain) return
    this.samples.push({ at, done })
    while ((this.samples[1]?.at ?? Infinity) <= at - window) this.samples.shift()
  }

  /** Returns bytes per second; null if it is not known yet. @param at now: without new data, the rate falls */
  perSecond(at: number): number | null {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    return first && last && at - first.at >= 2 * grain ? ((last.done - first.done) * 1000) / (at - first.at) : null
  }
}
