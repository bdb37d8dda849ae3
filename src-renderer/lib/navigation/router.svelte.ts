/** The window's address: `router.route` is reactive and follows the hash, so that back, forward and links work. */
import { parseHash, type Route } from './routes'

export { href, type Route } from './routes'

class Router {
  #hash = $state(window.location.hash)
  readonly route: Route = $derived(parseHash(this.#hash))

  constructor() {
    window.addEventListener('hashchange', () => this.#read())
  }

  get hash(): string {
    return this.#hash
  }

  /** Adds a history entry, which Back undoes. */
  go(hash: string): void {
    window.location.hash = hash
  }

  /** Replaces the address without a history entry, for choices within a page. */
  replace(hash: string): void {
    window.history.replaceState(window.history.state, '', hash)
    this.#read()
  }

  #read(): void {
    this.#hash = window.location.hash
  }
}

export const router = new Router()
