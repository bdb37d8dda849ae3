/**
 * Queries of the service, cached by key. A component gets value, error and loading of its current key, so that an error
 * or late answer of an older key never appears under a newer one. Events refetch by `invalidation.ts`.
 */
import { untrack } from 'svelte'
import type { RendererCall, RendererParams, RendererResult } from '../../../src-main/contract'
import { call, toClientError, type ClientError } from './client'
import { QueryCache } from './queryCache'

/** Name of a call, or of a combination of several calls; then its parameters. */
export type QueryKey = readonly [name: string, params: unknown]

export interface QuerySpec<T> {
  key: QueryKey
  load: () => Promise<T>
  /** A new stamp refetches and keeps the value meanwhile; a new key drops it. */
  stamp?: unknown
}

/** The answer for one key, shared by all components that show it. */
export class QueryEntry {
  readonly key: QueryKey
  value = $state.raw<unknown>(null)
  error = $state.raw<ClientError | null>(null)
  loading = $state(true)
  users = 0
  #load: () => Promise<unknown>
  #stamp: unknown
  #begun = false
  #pending: Promise<void> | null = null
  #again = false

  constructor({ key, load }: QuerySpec<unknown>, value: unknown = null) {
    this.key = key
    this.value = value
    this.#load = load
  }

  /** Fetches unless this stamp was fetched already. */
  ensure({ load, stamp }: QuerySpec<unknown>): void {
    this.#load = load
    if (this.#begun && this.#stamp === stamp) return
    // An answer to an older request.
    if (this.#stamp !== stamp) this.error = null
    this.#stamp = stamp
    void this.fetch()
  }

  /** Fetches; if a fetch is pending, once more after it, because its answer may be older than the change. */
  fetch = (): Promise<void> => {
    this.#begun = true
    if (this.#pending) this.#again = true
    this.#pending ??= this.#work()
    return this.#pending
  }

  async #work(): Promise<void> {
    this.loading = true
    do {
      this.#again = false
      try {
        this.value = await this.#load()
        this.error = null
      } catch (thrown) {
        if (!this.#again) this.error = toClientError(thrown)
      }
    } while (this.#again && this.users > 0)
    // Before `loading` changes: effects of it may start a new fetch, which must not count as part of this one.
    this.#pending = null
    this.loading = false
  }
}

export const queries = new QueryCache<QueryEntry>()

/** The answer for the current key. */
export class Query<T> {
  readonly #spec: () => QuerySpec<T> | null
  readonly #entry: QueryEntry | null = $derived.by(() => {
    const spec = this.#spec()
    return spec === null ? null : queries.entry(keyText(spec.key), () => new QueryEntry(spec))
  })

  constructor(spec: () => QuerySpec<T> | null) {
    this.#spec = spec
    $effect(() => {
      const entry = this.#entry
      if (entry === null) return
      entry.users++
      queries.keep(keyText(entry.key), entry)
      return () => {
        entry.users--
        queries.release(keyText(entry.key), entry)
      }
    })
    $effect(() => {
      const entry = this.#entry
      const current = this.#spec()
      if (entry !== null && current !== null) untrack(() => entry.ensure(current))
    })
  }

  /** The newest answer for this key; kept while a newer one loads, so that nothing jumps. */
  get value(): T | null {
    return (this.#entry?.value ?? null) as T | null
  }

  /** Error of the last fetch for this key. */
  get error(): ClientError | null {
    return this.#entry?.error ?? null
  }

  get loading(): boolean {
    return this.#entry?.loading ?? false
  }

  reload = async (): Promise<void> => {
    await this.#entry?.fetch()
  }

  /** Updates the value from an event. */
  patch(change: (value: T) => T): void {
    const entry = this.#entry
    if (entry !== null && entry.value !== null) entry.value = change(entry.value as T)
  }
}

/** Call during component initialisation. `spec` is null while there is nothing to request. */
export function query<T>(spec: () => QuerySpec<T> | null): Query<T> {
  return new Query(spec)
}

/** Returns the query of a single call. */
export function callQuery<C extends RendererCall>(
  name: C,
  params: RendererParams<C>,
  stamp?: unknown,
): QuerySpec<RendererResult<C>> {
  return { key: [name, params], stamp, load: () => call(name, params) }
}

/** Sets the initial value of a key that nothing shows yet, from another answer that contains it. */
export function seed<T>(spec: QuerySpec<T>, value: T): void {
  queries.entry(keyText(spec.key), () => new QueryEntry(spec, value))
}

function keyText(key: QueryKey): string {
  return JSON.stringify(key)
}
