/**
 * The right panel of the filter banks page: the chosen filters next to those of the comparison run, and their coverage
 * over training. It is computed layer by layer after the maps, so that no task blocks for long.
 */
import type { FilterLayer, RendererResult, RunSummary } from '../../../../src-main/contract'
import { callQuery, query, type QuerySpec } from '../../../lib/data/query.svelte'
import type { BankAddress } from './address'
import { channelIndices, type Channel } from './bank'
import { counterpart, figuresOf, groupOf, layerSize, wholeLayer } from './compare'
import { fetchLayer, type LayerFilters, type Shown } from './layerFilterCache'

/** What the page shows. */
interface Page {
  readonly address: BankAddress
  readonly runId: string | null
  readonly compared: RunSummary | null
  readonly layer: FilterLayer | undefined
  readonly comparedLayer: FilterLayer | undefined
  readonly base: number
  readonly channel: Channel
  readonly lastEpoch: number
  readonly own: LayerFilters | null
  readonly comparedShown: Shown
}

export class LayerComparison {
  readonly #page: Page
  constructor(page: Page) {
    this.#page = page
    this.#follow()
  }

  #settledOwn = $state.raw<LayerFilters | null>(null)
  #settledOther = $state.raw<LayerFilters | null>(null)
  readonly #newest = query(() => this.#newestOfBoth())
  /** Chosen at the newest epoch, so that the same filters are compared at each epoch. */
  readonly counterpart: number[] | null = $derived.by(() => {
    const newest = this.#newest.value
    if (!newest || newest[0].layer !== this.#page.layer?.name || this.#page.base >= newest[0].shape[3]) return null
    return counterpart(newest[0], this.#page.base, newest[1], channelIndices(this.#page.channel))
  })
  readonly ownSide = $derived.by(() => {
    const layer = this.#settledOwn
    return layer && this.#page.base < layer.shape[3] ? this.#side(layer, [this.#page.base]) : null
  })
  readonly otherSide = $derived.by(() => {
    const layer = this.#settledOther
    return layer && this.counterpart?.every((i) => i < layer.shape[3]) ? this.#side(layer, this.counterpart) : null
  })

  readonly coverage = query(() => this.#coverageOf(this.#page.runId, this.#page.layer, [this.#page.base]))
  readonly otherCoverage = query(() =>
    this.counterpart
      ? this.#coverageOf(this.#page.compared?.id ?? null, this.#page.comparedLayer, this.counterpart)
      : null,
  )

  #side(layer: LayerFilters, filters: number[]) {
    const channels = channelIndices(this.#page.channel)
    const { edge } = this.#page.address
    const group = groupOf(layer, filters, channels)
    // Computed when they are drawn, so that no frame computes all of them.
    const planes = lazily(() => wholeLayer(layer, channels))
    const bank = lazily(() => figuresOf(group.planes, edge))
    const whole = lazily(() => figuresOf(planes(), edge))
    return {
      layer,
      group,
      size: layerSize,
      get planes() {
        return planes()
      },
      get bank() {
        return bank()
      },
      get whole() {
        return whole()
      },
    }
  }

  #newestOfBoth(): QuerySpec<[LayerFilters, LayerFilters]> | null {
    if (this.#page.runId === null || !this.#page.layer || !this.#page.compared || !this.#page.comparedLayer) return null
    const [own, compared, layer] = [this.#page.runId, this.#page.compared.id, this.#page.layer.name]
    return {
      key: ['filters.newest', { own, compared, layer }],
      stamp: `${this.#page.lastEpoch} ${this.#page.comparedLayer.epochs.at(-1)}`,
      load: () => Promise.all([fetchLayer(own, layer, null), fetchLayer(compared, layer, null)]),
    }
  }

  #coverageOf(
    id: string | null,
    layer: FilterLayer | undefined,
    filters: number[],
  ): QuerySpec<RendererResult<'filters.coverage'>> | null {
    if (id === null || layer === undefined) return null
    return callQuery(
      'filters.coverage',
      { id, layer: layer.name, filters, channels: channelIndices(this.#page.channel), edge: this.#page.address.edge },
      layer.epochs.at(-1),
    )
  }

  #follow(): void {
    $effect(() => {
      const own = this.#page.own
      const shown = this.#page.comparedShown.current
      const compared =
        shown &&
        this.#page.comparedLayer &&
        shown.runId === this.#page.compared?.id &&
        shown.layer === this.#page.comparedLayer.name
          ? shown
          : null
      let later = setTimeout(() => {
        this.#settledOwn = own
        later = setTimeout(() => (this.#settledOther = compared))
      })
      return () => clearTimeout(later)
    })
  }
}

/** Computes a value on first use. */
function lazily<T>(compute: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: compute() }).value
}
