/**
 * Fetches layers while the user moves through epochs: one call at a time, the newest request first, with a cache.
 */
import type { LayerFilterValues } from '../../../../src-main/contract'
import { call } from '../../../lib/data/client'
import type { LayerValues } from '../../../../src-main/analysis/filters/spectrum'

/** A layer's stored filters after an epoch. */
export interface LayerFilters extends LayerValues {
  runId: string
  layer: string
  epoch: number
  stride: number
}

export interface LayerFilterRequest {
  run: string
  layer: string
  epoch: number
}

export interface Shown {
  /** The newest loaded layer; stays until the requested one arrives. */
  current: LayerFilters | null
  /** The error of the current request. */
  error: unknown
  /** Whether the requested layer is still loading. */
  waiting: boolean
}

export const nothing: Shown = { current: null, error: null, waiting: false }

/** Numbers in the cache: 64 MB, thousands of epochs of a first layer. */
const keptNumbers = 16_000_000

/** Decodes little-endian float32 numbers from base64. */
export function floatsOf(base64: string): Float32Array {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

export const fetchLayer = (id: string, layer: string, epoch: number | null): Promise<LayerFilters> =>
  call('filters.layer', { id, layer, epoch }).then(layerFiltersOf)

export function layerFiltersOf({ runId, layer, epoch, bank, stride, shape, values }: LayerFilterValues): LayerFilters {
  return { runId, layer, epoch, bank, stride, shape, values: floatsOf(values) }
}

export class LayerFilterCache {
  #request: LayerFilterRequest | null = null
  #current: LayerFilters | null = null
  #busy = false
  #numbers = 0
  readonly #seen = new Map<string, LayerFilters>()
  readonly #fetch: (request: LayerFilterRequest) => Promise<LayerFilters>
  readonly #changed: (shown: Shown) => void

  constructor(fetch: (request: LayerFilterRequest) => Promise<LayerFilters>, changed: (shown: Shown) => void) {
    this.#fetch = fetch
    this.#changed = changed
  }

  request(request: LayerFilterRequest | null): void {
    this.#request = request
    const seen = request ? this.#seen.get(keyOf(request)) : null
    if (seen !== undefined) this.#current = seen
    this.#changed({ current: this.#current, error: null, waiting: seen === undefined })
    if (seen === undefined && !this.#busy) void this.#fetchRequested()
  }

  async #fetchRequested(): Promise<void> {
    this.#busy = true
    let failed: string | null = null
    for (
      let next = this.#request;
      next && !this.#seen.has(keyOf(next)) && failed !== keyOf(next);
      next = this.#request
    ) {
      const key = keyOf(next)
      try {
        this.#keep(key, await this.#fetch(next))
        if (this.#requestKey() === key)
          this.#changed({ current: (this.#current = this.#seen.get(key) ?? null), error: null, waiting: false })
        // While the user moves on, show the latest layer that arrived.
        else if (this.#request?.run === next.run && this.#request.layer === next.layer)
          this.#changed({ current: (this.#current = this.#seen.get(key) ?? null), error: null, waiting: true })
      } catch (thrown) {
        failed = key
        // Ignore the error of an outdated request.
        if (this.#requestKey() === key) this.#changed({ current: this.#current, error: thrown, waiting: false })
      }
    }
    this.#busy = false
  }

  #requestKey(): string | null {
    return this.#request && keyOf(this.#request)
  }

  #keep(key: string, layer: LayerFilters): void {
    this.#seen.set(key, layer)
    this.#numbers += layer.values.length
    for (const [oldest, { values }] of this.#seen) {
      if (this.#numbers <= keptNumbers || oldest === key) break
      this.#seen.delete(oldest)
      this.#numbers -= values.length
    }
  }
}

function keyOf({ run, layer, epoch }: LayerFilterRequest): string {
  return `${run}/${layer}/${epoch}`
}
