/** Fetches banks as a person leafs through them: one call at a time, the newest wish first, what was seen is kept. */
import type { FilterBank } from '../../../src-main/contract'

/** What the page needs of a bank: its kernels. Responses are computed where they are drawn. */
export type Kernels = Pick<FilterBank, 'runId' | 'layer' | 'filter' | 'epoch' | 'multiband' | 'banks'>

export interface Place {
  run: string
  layer: string
  filter: number
  epoch: number
}

export interface Wish extends Place {
  /** Base filters of the layer, for the choice of one. */
  filters: number
}

export interface Shown {
  /** The newest that arrived; stays until the wished one is there. */
  current: Kernels | null
  /** Of the wished layer, by base filter: at the wished epoch, or for a moment at one seen before. */
  layer: ReadonlyMap<number, Kernels>
  /** What the call threw for the wished place itself. */
  error: unknown
  /** Something of the wished layer is still on its way. */
  waiting: boolean
}

export const nothing: Shown = { current: null, layer: new Map(), error: null, waiting: false }

/** Kernels of a layer of ResNet-110 take 20 kB each. */
const kept = 500

export class Leafing {
  #shown: Shown = nothing
  #wish: Wish | null = null
  #busy = false
  readonly #seen = new Map<string, Kernels>()
  /** Keys that could not be had for this wish; asking again would only fail again. */
  readonly #failed = new Set<string>()
  readonly #fetch: (place: Place) => Promise<Kernels>
  readonly #changed: (shown: Shown) => void

  constructor(fetch: (place: Place) => Promise<Kernels>, changed: (shown: Shown) => void) {
    this.#fetch = fetch
    this.#changed = changed
  }

  wish(wish: Wish | null): void {
    this.#wish = wish
    this.#failed.clear()
    this.#show(null)
    if (!this.#busy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#busy = true
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const key = keyOf(next)
      try {
        this.#keep(key, await this.#fetch(next))
        this.#show(this.#shown.error)
      } catch (thrown) {
        this.#failed.add(key)
        // An error of a place that one has left already is nobody's business.
        this.#show(this.#wish && keyOf(this.#wish) === key ? thrown : this.#shown.error)
      }
    }
    this.#busy = false
  }

  /** The wished bank, then the others of its layer at that epoch; null when all are there. */
  #next(): Place | null {
    const wish = this.#wish
    if (!wish) return null
    const { run, layer, epoch, filters } = wish
    const order = [wish.filter, ...Array.from({ length: filters }, (_, i) => i)]
    const places = order.map((filter): Place => ({ run, layer, filter, epoch }))
    return places.find((place) => !this.#seen.has(keyOf(place)) && !this.#failed.has(keyOf(place))) ?? null
  }

  #show(error: unknown): void {
    const wish = this.#wish
    if (!wish) {
      this.#shown = { ...nothing, error }
    } else {
      const layer = new Map<number, Kernels>()
      for (let filter = 0; filter < wish.filters; filter++) {
        const bank = this.#seen.get(keyOf({ ...wish, filter })) ?? this.#stale(wish, filter)
        if (bank) layer.set(filter, bank)
      }
      this.#shown = { current: this.#seen.get(keyOf(wish)) ?? this.#shown.current, layer, error, waiting: this.#next() !== null }
    }
    this.#changed(this.#shown)
  }

  /** Better an epoch late for a moment than a gap. */
  #stale(wish: Wish, filter: number): Kernels | undefined {
    const bank = this.#shown.layer.get(filter)
    return bank && bank.runId === wish.run && bank.layer === wish.layer ? bank : undefined
  }

  #keep(key: string, bank: Kernels): void {
    const oldest = this.#seen.keys().next()
    if (this.#seen.size >= kept && !oldest.done) this.#seen.delete(oldest.value)
    this.#seen.set(key, { ...bank, banks: bank.banks.map((b) => ({ ...b, response: [] })) })
  }
}

function keyOf({ run, layer, filter, epoch }: Place): string {
  return `${run}/${layer}/${filter}/${epoch}`
}
