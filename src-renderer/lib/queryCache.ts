/** The entries of all queries that some component shows, by the text of their key. */
import type { QueryEntry } from './query.svelte'

export class QueryCache {
  readonly #entries = new Map<string, QueryEntry>()

  entry(text: string, make: () => QueryEntry): QueryEntry {
    const found = this.#entries.get(text)
    if (found) return found
    const made = make()
    this.#entries.set(text, made)
    return made
  }

  /** Keeps an entry that somebody shows, though another let go of it meanwhile. */
  keep(text: string, entry: QueryEntry): void {
    if (!this.#entries.has(text)) this.#entries.set(text, entry)
  }

  /** Forgets an entry that nothing shows any more: what comes later for its key is asked anew. */
  release(text: string, entry: QueryEntry): void {
    if (entry.users === 0 && this.#entries.get(text) === entry) this.#entries.delete(text)
  }

  /** Fetches again what is shown and meant. */
  invalidate(meant: (entry: QueryEntry) => boolean): void {
    for (const entry of this.#entries.values()) if (entry.users > 0 && meant(entry)) void entry.fetch()
  }
}
