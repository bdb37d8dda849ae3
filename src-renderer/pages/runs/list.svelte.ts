/** The rows of the runs table: a paged list, loaded from the service as rows come into view. */
import type { RunGroup, RunRow, ServiceParams } from '../../../src-main/contract'
import { call, toClientError, type ClientError } from '../../lib/data/client'

export type Row = RunRow | RunGroup
export type Asked = Omit<ServiceParams<'runs.query'>, 'offset' | 'limit'>

const size = 100

export class RunList {
  /** Number of rows; null before the first response. */
  rows = $state.raw<number | null>(null)
  runs = $state.raw(0)
  groups = $state.raw<number | null>(null)
  error = $state.raw<ClientError | null>(null)
  /** Whether the rows belong to an older request. */
  stale = $state.raw(false)
  #parts = $state.raw<Readonly<Record<number, readonly Row[]>>>({})
  #asked: Asked = {}
  #version = 0
  #seen: [first: number, end: number] = [0, 1]
  #loading: readonly string[] = []

  /** Loads another list; the current rows stay until the response. */
  ask(asked: Asked): Promise<void> {
    // An error of an older query.
    if (asked.query !== this.#asked.query) this.error = null
    this.#asked = asked
    return this.reload()
  }

  /** Reloads the part of the list in view. */
  async reload(): Promise<void> {
    const version = ++this.#version
    this.stale = true
    const [first, end] = this.#seen
    const [from, to] = [Math.floor(first / size), Math.floor(Math.max(first, end - 1) / size)]
    const wanted = from === to ? [from] : [from, to]
    try {
      const answers = await Promise.all(
        wanted.map((part) => call('runs.query', { ...this.#asked, offset: part * size, limit: size })),
      )
      if (version !== this.#version) return
      const [answer] = answers
      if (!answer) return
      this.#parts = Object.fromEntries(wanted.map((part, i) => [part, answers[i]?.part ?? []]))
      this.rows = answer.rows
      this.runs = answer.runs
      this.groups = answer.groups
      this.error = null
    } catch (thrown) {
      if (version !== this.#version) return
      this.error = toClientError(thrown)
    }
    this.stale = false
  }

  /** Returns undefined while the row loads. */
  at(index: number): Row | undefined {
    return this.#parts[Math.floor(index / size)]?.[index % size]
  }

  /** Loads the rows `first` up to `end`. */
  need(first: number, end: number): void {
    this.#seen = [first, end]
    if (this.stale) return
    for (let part = Math.floor(first / size); part * size < end; part++) void this.#load(part)
  }

  async #load(part: number): Promise<void> {
    const version = this.#version
    const name = `${version}/${part}`
    if (this.#parts[part] !== undefined || this.#loading.includes(name)) return
    this.#loading = [...this.#loading, name]
    try {
      const answer = await call('runs.query', { ...this.#asked, offset: part * size, limit: size })
      if (version === this.#version) this.#parts = { ...this.#parts, [part]: answer.part }
    } catch (thrown) {
      if (version === this.#version) this.error = toClientError(thrown)
    }
    this.#loading = this.#loading.filter((other) => other !== name)
  }

  /** Returns the ids of the runs in rows `first` to `last`; of all rows by default. */
  ids(first = 0, last = Infinity): Promise<string[]> {
    return call('runs.ids', {
      ...this.#asked,
      offset: first,
      ...(last === Infinity ? {} : { limit: last - first + 1 }),
    })
  }

  idsOfGroup(configId: string): Promise<string[]> {
    return call('runs.ids', { ...this.#asked, query: `${this.#asked.query ?? ''} config=${configId}`, group: 'none' })
  }
}
