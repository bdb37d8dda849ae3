/** The entries of all queries that some component shows, by the text of their key. */
interface CachedEntry {
  /** How many components show it. */
  readonly users: number
  fetch: () => Promise<void>
}

export class QueryCache<Entry extends CachedEntry> {
  readonly #entries = new Map<string, Entry>()

  entry(text: string, make: () => Entry): Entry {
    const found = this.#entries.get(text)
    if (found) return found
    const made = make()
    this.#entries.set(text, made)
    return made
  }

  /** Keeps an entry that somebody shows, though another let go of it meanwhile. */
  keep(text: string, entry: Entry): void {
    if (!this.#entries.has(text)) this.#entries.set(text, entry)
  }

  /** Forgets an entry that nothing shows any more: what comes later for its key is asked anew. */
  release(text: string, entry: Entry): void {
    if (entry.users === 0 && this.#entries.get(text) === entry) this.#entries.delete(text)
  }

  /** Fetches again what is shown and meant. */
  invalidate(meant: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.values()) if (entry.users > 0 && meant(entry)) void entry.fetch()
  }
}
