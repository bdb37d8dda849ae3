/** Entries of all queries that components show, by the text of their key. */
interface CachedEntry {
  /** Number of components that show it. */
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

  /** Keeps an entry that a component shows, even if another one has just released it. */
  keep(text: string, entry: Entry): void {
    if (!this.#entries.has(text)) this.#entries.set(text, entry)
  }

  /** Removes an entry that nothing shows: the key is requested again later. */
  release(text: string, entry: Entry): void {
    if (entry.users === 0 && this.#entries.get(text) === entry) this.#entries.delete(text)
  }

  /** Refetches the shown entries that match. */
  invalidate(meant: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.values()) if (entry.users > 0 && meant(entry)) void entry.fetch()
  }
}
