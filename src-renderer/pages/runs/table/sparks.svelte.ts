/** Sparklines of the runs in view, requested in batches and cached while the page is open. */
import { SvelteMap } from 'svelte/reactivity'
import { call } from '../../../lib/data/client'

const points = 44
const settleMs = 40
const most = 200

export class Sparks {
  readonly #kept = new SvelteMap<string, readonly number[]>()
  #wanted: readonly string[] = []
  #waiting = false

  /** Test errors over the epochs, 0 to 1; undefined while they load. */
  of(id: string): readonly number[] | undefined {
    return this.#kept.get(id)
  }

  /** Requests the curves of the runs in view that are not cached. */
  want(ids: readonly string[]): void {
    this.#wanted = [
      ...this.#wanted.filter((id) => !ids.includes(id)),
      ...ids.filter((id) => !this.#kept.has(id)),
    ].slice(-most)
    if (this.#wanted.length === 0 || this.#waiting) return
    this.#waiting = true
    setTimeout(() => void this.#load(), settleMs)
  }

  /** The run has a new epoch. */
  forget(id: string): void {
    this.#kept.delete(id)
  }

  async #load(): Promise<void> {
    this.#waiting = false
    const ids = [...this.#wanted]
    this.#wanted = []
    try {
      for (const curve of await call('runs.curves', { ids, points }))
        this.#kept.set(
          curve.runId,
          curve.testAccuracy.map((accuracy) => 1 - accuracy),
        )
    } catch {
      // Only a decoration: the table has the same numbers, and reports a lost service itself.
    }
  }
}
