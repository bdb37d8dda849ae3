/** The feature maps of the filter banks page: the image that a network sees, and what reaches the chosen layer. */
import { featureMaps, type Activation } from '../../../../src-main/analysis/filters/convolution'
import type { FilterLayer, RunSummary } from '../../../../src-main/contract'
import { call } from '../../../lib/data/client'
import { live } from '../../../lib/data/live.svelte'
import { callQuery, query, type QuerySpec } from '../../../lib/data/query.svelte'
import { encodePicture } from '../../../lib/display/pictures'
import type { BankAddress } from './address'
import { floatsOf, type LayerFilters } from './layerFilterCache'
import { drawPicture } from './pictures'

/** What the page shows. */
interface Page {
  readonly address: BankAddress
  readonly runId: string | null
  readonly run: RunSummary | undefined
  readonly layer: FilterLayer | undefined
  readonly base: number
  readonly epoch: number
  readonly lastEpoch: number
  readonly own: LayerFilters | null
}

export class FeatureInput {
  readonly #page: Page
  constructor(page: Page) {
    this.#page = page
  }

  /** An image from a file or the clipboard; not part of the address. */
  dropped = $state.raw<Uint8Array | null>(null)
  readonly samples = query(() =>
    this.#page.run && live.datasets?.some((d) => d.id === this.#page.run?.dataset && d.available)
      ? callQuery('datasets.samples', { id: this.#page.run.dataset, perClass: 1 })
      : null,
  )
  readonly picture: Uint8Array = $derived.by(() => {
    if (this.dropped) return this.dropped
    const { picture } = this.#page.address
    if (typeof picture !== 'number') return drawPicture(picture)
    const sample = this.samples.value?.samples[picture]
    return sample ? Uint8Array.from(atob(sample.pixels), (c) => c.charCodeAt(0)) : drawPicture('house')
  })
  readonly #pictureText: string = $derived(encodePicture(this.picture))
  /** Reason for missing feature maps; null if there are any. */
  readonly missing: string | null = $derived.by(() => {
    if (!this.#page.layer || this.#page.layer.name === 'stem' || !this.#page.run) return null
    if (this.#page.run.weightsSha256 === null)
      return `Deeper feature maps need all earlier weights. ${this.#page.run.endedAt === null ? 'They are saved when this run finishes.' : 'This run ended without saving them.'}`
    if (this.#page.epoch !== this.#page.lastEpoch)
      return `Deeper feature maps need all earlier weights, which are saved only when a run finishes: go to epoch ${this.#page.lastEpoch}.`
    return null
  })
  readonly input = query((): QuerySpec<Activation> | null => {
    if (this.#page.runId === null || !this.#page.layer || this.missing !== null) return null
    const of = { id: this.#page.runId, layer: this.#page.layer.name, picture: this.#pictureText }
    return {
      key: ['filters.input', of],
      load: async () => {
        const { values, ...rest } = await call('filters.input', of)
        return { ...rest, values: floatsOf(values) }
      },
    }
  })
  readonly maps = $derived.by(() => {
    const input = this.input.value
    if (
      !input ||
      !this.#page.layer ||
      !this.#page.own ||
      this.missing !== null ||
      this.#page.base >= this.#page.own.shape[3] ||
      input.channels !== this.#page.layer.in
    )
      return null
    const maps = featureMaps({ ...this.#page.own, depthwise: this.#page.layer.groups > 1 }, this.#page.base, input)
    const peaks = maps.bands.map(({ plane }) => plane.reduce((top, value) => Math.max(top, Math.abs(value)), 0))
    return { ...maps, ends: this.#page.address.scale === 'filter' ? peaks : peaks.map(() => Math.max(...peaks)) }
  })
}
