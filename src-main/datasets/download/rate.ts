/** How fast something comes, from what came in the last seconds. Pure. */

/** Milliseconds looked back on: long enough to be calm, short enough to follow a connection that changes. */
const window = 5000
/** Between two samples. */
const grain = 100

export class Rate {
  private samples: { at: number; done: number }[] = []

  /** @param at milliseconds, rising. @param done bytes so far */
  add(at: number, done: number): void {
    const last = this.samples.at(-1)
    if (last && this.samples.length > 1 && at - last.at < grain) return
    this.samples.push({ at, done })
    while ((this.samples[1]?.at ?? Infinity) <= at - window) this.samples.shift()
  }

  /** Bytes a second; null before it can be told. @param at now: where nothing comes any more, the rate falls */
  perSecond(at: number): number | null {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    return first && last && at - first.at >= 2 * grain ? ((last.done - first.done) * 1000) / (at - first.at) : null
  }
}
