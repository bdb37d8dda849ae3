/** A value that a page asks the service for: loading, there, or an error with a way to ask again. */
import { untrack } from 'svelte'
import { toClientError, type ClientError } from './client'

export class Resource<T> {
  /** The newest answer; kept while a newer one is on its way, so that nothing jumps. */
  value = $state.raw<T | null>(null)
  error = $state.raw<ClientError | null>(null)
  loading = $state(true)
  #asked = 0
  readonly #load: () => Promise<T>
  readonly #key: () => unknown

  constructor(load: () => Promise<T>, key: () => unknown) {
    this.#load = load
    this.#key = key
    let last: unknown
    $effect(() => {
      const current = this.#key()
      untrack(() => {
        if (current !== last) this.value = null
        last = current
        void this.reload()
      })
    })
  }

  reload = async (): Promise<void> => {
    const mine = ++this.#asked
    this.loading = true
    try {
      const value = await this.#load()
      if (mine !== this.#asked) return
      this.value = value
      this.error = null
    } catch (thrown) {
      if (mine !== this.#asked) return
      this.error = toClientError(thrown)
    }
    this.loading = false
  }
}

/**
 * Call while a component is set up. `load` is called again whenever what `key` reads changes (the old value is
 * dropped then); `reload()` asks again and keeps the old value until the new one is there.
 */
export function resource<T>(load: () => Promise<T>, key: () => unknown = () => null): Resource<T> {
  return new Resource(load, key)
}
