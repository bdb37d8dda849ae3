/**
 * The state of the filter banks page, derived from its address and the service, shared by its components. Create it
 * during component initialisation.
 */
import { signBank, type BankTable } from '../../../../src-main/analysis/filters/banks'
import { untrack } from 'svelte'
import { featureMaps, type Activation } from '../../../../src-main/analysis/filters/convolution'
import { filterPlane } from '../../../../src-main/analysis/filters/spectrum'
import type { FilterLayer, RendererResult, RunSummary } from '../../../../src-main/contract'
import { call, toClientError, type ClientError } from '../../../lib/data/client'
import { live } from '../../../lib/data/live.svelte'
import { encodePicture } from '../../../lib/display/pictures'
import { callQuery, query, seed, type QuerySpec } from '../../../lib/data/query.svelte'
import { href, router } from '../../../lib/navigation/router.svelte'
import { addressQuery, parseAddress, samePin, type BankAddress, type Pin, type Place } from './address'
import { bandViews, bankEnds, channelIndices, channelsOf, layerEnds, type Channel, type ScaleEnds } from './bank'
import { counterpart, figuresOf, groupOf, layerSize, wholeLayer } from './compare'
import { floatsOf, layerFiltersOf, LayerFilterCache, nothing, type LayerFilters, type Shown } from './layerFilterCache'
import { drawPicture } from './pictures'

/** Delay of address updates while a slider moves: Chromium limits their rate. */
const addressMs = 250
/** Minimum time per epoch while playing. */
const playMs = 70
const calmPlayMs = 500

const fetchLayer = (id: string, layer: string, epoch: number | null): Promise<LayerFilters> =>
  call('filters.layer', { id, layer, epoch }).then(layerFiltersOf)

type Suggested = RendererResult<'filters.defaultRun'>

/** The default run is written to the address; its answer is cached under the run's own key. */
function suggestionFor(id: string | null): QuerySpec<Suggested> {
  const spec = callQuery('filters.defaultRun', { id })
  if (id !== null) return spec
  return {
    ...spec,
    load: async () => {
      const suggested = await spec.load()
      if (suggested.run) seed(callQuery('filters.defaultRun', { id: suggested.run.id }), suggested)
      return suggested
    },
  }
}

export class Banks {
  readonly #query: () => URLSearchParams
  constructor(query: () => URLSearchParams) {
    this.#query = query
    this.#follow()
  }

  readonly address: BankAddress = $derived.by(() => parseAddress(this.#query()))

  /* Runs */

  /** The run of the address or the default run, and the baseline to compare it with. */
  readonly #suggestion = query(() => suggestionFor(this.address.run))
  readonly #chosenBeside = query(() =>
    this.address.beside ? callQuery('filters.defaultRun', { id: this.address.beside }) : null,
  )
  /** Null until the response. */
  readonly suggested: Suggested | null = $derived(this.#suggestion.value)
  readonly suggestedError: ClientError | null = $derived(this.#suggestion.error)
  suggest = (): Promise<void> => this.#suggestion.reload()
  readonly runId: string | null = $derived(this.address.run ?? this.suggested?.run?.id ?? null)
  readonly run: RunSummary | undefined = $derived(
    this.suggested?.run?.id === this.runId ? (this.suggested?.run ?? undefined) : undefined,
  )
  readonly beside: RunSummary | null = $derived.by(() => {
    const { beside } = this.address
    if (beside === '' || !this.run) return null
    return beside === null ? (this.suggested?.beside ?? null) : (this.#chosenBeside.value?.run ?? null)
  })

  /* Layer, filter, epoch, channel */

  readonly layers = query(() => (this.runId === null ? null : callQuery('filters.layers', { id: this.runId })))
  readonly besideLayers = query(() => (this.beside ? callQuery('filters.layers', { id: this.beside.id }) : null))
  readonly stored: FilterLayer[] = $derived((this.layers.value ?? []).filter((l) => l.epochs.length > 0))
  readonly layer: FilterLayer | undefined = $derived(
    this.stored.find((l) => l.name === this.address.layer) ?? this.stored.find((l) => l.multiband) ?? this.stored[0],
  )
  readonly besideLayer: FilterLayer | undefined = $derived(
    (this.besideLayers.value ?? []).find(
      (l) => l.name === this.layer?.name && l.epochs.length > 0 && l.in === this.layer.in,
    ),
  )
  /** Four empty columns until it is loaded. */
  readonly bank: BankTable | null = $derived(this.layer ? this.layer.bank : signBank)
  readonly multiband: boolean = $derived(this.bank !== null)
  readonly base: number = $derived(this.layer ? Math.min(this.address.filter ?? 0, this.layer.baseFilters - 1) : 0)
  readonly channels: { value: Channel; label: string }[] = $derived(this.layer ? channelsOf(this.layer) : [])
  readonly channel: Channel = $derived(
    this.channels.some((c) => c.value === this.address.channel) ? (this.address.channel ?? 0) : 0,
  )

  /** The epoch of a moving slider, ahead of the address. */
  #ahead = $state<number | null>(null)
  #aheadTimer: ReturnType<typeof setTimeout> | undefined
  readonly epochIndex: number = $derived.by(() => {
    if (!this.layer) return 0
    const wanted = this.#ahead ?? this.address.epoch
    const at = wanted === null ? -1 : this.layer.epochs.indexOf(wanted)
    return at >= 0 ? at : this.layer.epochs.length - 1
  })
  readonly epoch: number = $derived(this.layer?.epochs[this.epochIndex] ?? 0)
  readonly lastEpoch: number = $derived(this.layer?.epochs.at(-1) ?? 0)

  /* Filters of both layers at that epoch */

  shown = $state.raw<Shown>(nothing)
  besideShown = $state.raw<Shown>(nothing)
  readonly #cache = new LayerFilterCache(
    ({ run, layer, epoch }) => fetchLayer(run, layer, epoch),
    (next) => (this.shown = next),
  )
  readonly #comparedCache = new LayerFilterCache(
    ({ run, layer, epoch }) => fetchLayer(run, layer, epoch),
    (next) => (this.besideShown = next),
  )

  readonly failure = $derived(this.shown.error === null ? null : toClientError(this.shown.error))
  // Shows nothing while the loaded filters belong to another run or layer.
  readonly own: LayerFilters | null = $derived(
    this.shown.current && this.shown.current.runId === this.runId && this.shown.current.layer === this.layer?.name
      ? this.shown.current
      : null,
  )
  readonly views = $derived(
    this.own && this.base < this.own.shape[3] ? bandViews(this.own, this.base, this.channel) : [],
  )

  /* Scales */

  readonly #runScale = query(() =>
    this.address.scale === 'run' && this.runId !== null && this.layer
      ? callQuery(
          'filters.scale',
          { id: this.runId, layer: this.layer.name, channels: channelIndices(this.channel) },
          this.lastEpoch,
        )
      : null,
  )
  readonly ends: ScaleEnds = $derived.by(() => {
    const bank = bankEnds(this.views)
    if (this.address.scale === 'filter' || !this.own) return bank
    if (this.address.scale === 'run') return this.#runScale.value ?? bank
    const own = this.own
    const planes = Array.from({ length: own.shape[3] }, (_, i) => filterPlane(own, i, channelIndices(this.channel), 16))
    const layer = layerEnds(own, this.channel, planes)
    return { weight: layer.weight, magnitude: Math.max(layer.magnitude, bank.magnitude) }
  })

  /* The right panel: computed layer by layer after the maps, so that no task blocks long */

  #settledOwn = $state.raw<LayerFilters | null>(null)
  #settledBeside = $state.raw<LayerFilters | null>(null)
  readonly #newest = query(() => this.#newestOfBoth())
  /** Chosen at the newest epoch, so that the same filters are compared at each epoch. */
  readonly counterpart: number[] | null = $derived.by(() => {
    const newest = this.#newest.value
    if (!newest || newest[0].layer !== this.layer?.name || this.base >= newest[0].shape[3]) return null
    return counterpart(newest[0], this.base, newest[1], channelIndices(this.channel))
  })
  readonly ownSide = $derived.by(() => {
    const layer = this.#settledOwn
    return layer && this.base < layer.shape[3] ? this.#side(layer, [this.base]) : null
  })
  readonly besideSide = $derived.by(() => {
    const layer = this.#settledBeside
    return layer && this.counterpart?.every((i) => i < layer.shape[3]) ? this.#side(layer, this.counterpart) : null
  })

  /* Coverage over training */

  readonly coverage = query(() => this.#coverageOf(this.runId, this.layer, [this.base]))
  readonly besideCoverage = query(() =>
    this.counterpart ? this.#coverageOf(this.beside?.id ?? null, this.besideLayer, this.counterpart) : null,
  )

  /* Feature maps */

  /** An image from a file or the clipboard; not part of the address. */
  dropped = $state.raw<Uint8Array | null>(null)
  readonly samples = query(() =>
    this.run && live.datasets?.some((d) => d.id === this.run?.dataset && d.available)
      ? callQuery('datasets.samples', { id: this.run.dataset, perClass: 1 })
      : null,
  )
  readonly picture: Uint8Array = $derived.by(() => {
    if (this.dropped) return this.dropped
    const { picture } = this.address
    if (typeof picture !== 'number') return drawPicture(picture)
    const sample = this.samples.value?.samples[picture]
    return sample ? Uint8Array.from(atob(sample.pixels), (c) => c.charCodeAt(0)) : drawPicture('house')
  })
  readonly #pictureText: string = $derived(encodePicture(this.picture))
  /** Reason for missing feature maps; null if there are any. */
  readonly noFeatures: string | null = $derived.by(() => {
    if (!this.layer || this.layer.name === 'stem' || !this.run) return null
    if (this.run.weightsSha256 === null)
      return `Deeper feature maps need all earlier weights. ${this.run.endedAt === null ? 'They are saved when this run finishes.' : 'This run ended without saving them.'}`
    if (this.epoch !== this.lastEpoch)
      return `Deeper feature maps need all earlier weights, which are saved only when a run finishes: go to epoch ${this.lastEpoch}.`
    return null
  })
  readonly input = query((): QuerySpec<Activation> | null => {
    if (this.runId === null || !this.layer || this.noFeatures !== null) return null
    const of = { id: this.runId, layer: this.layer.name, picture: this.#pictureText }
    return {
      key: ['filters.input', of],
      load: async () => {
        const { values, ...rest } = await call('filters.input', of)
        return { ...rest, values: floatsOf(values) }
      },
    }
  })
  readonly features = $derived.by(() => {
    const input = this.input.value
    if (
      !input ||
      !this.layer ||
      !this.own ||
      this.noFeatures !== null ||
      this.base >= this.own.shape[3] ||
      input.channels !== this.layer.in
    )
      return null
    const maps = featureMaps({ ...this.own, depthwise: this.layer.groups > 1 }, this.base, input)
    const peaks = maps.bands.map(({ plane }) => plane.reduce((top, value) => Math.max(top, Math.abs(value)), 0))
    return { ...maps, ends: this.address.scale === 'filter' ? peaks : peaks.map(() => Math.max(...peaks)) }
  })

  /* Pins */

  readonly here: Pin | null = $derived(
    this.runId !== null && this.layer
      ? { run: this.runId, layer: this.layer.name, filter: this.base, epoch: this.epoch }
      : null,
  )
  readonly pinned: boolean = $derived(this.address.pins.some((pin) => this.here !== null && samePin(pin, this.here)))

  /* Playing */

  playing = $state(false)

  /** Replaces the address, so that Back leaves the page. */
  choose(changes: Partial<BankAddress>): void {
    router.replace(this.hashWith(changes))
  }

  /** Adds an address, so that Back undoes it. */
  step(changes: Partial<BankAddress>): void {
    router.go(this.hashWith(changes))
  }

  hashWith(changes: Partial<BankAddress>): string {
    return href.banks(
      addressQuery({
        ...this.address,
        run: this.runId,
        layer: this.layer?.name ?? null,
        filter: this.base,
        epoch: this.#ahead ?? this.address.epoch,
        ...changes,
      }),
    )
  }

  keep(place: Place | null): void {
    this.choose({ place })
  }

  /** Shows an epoch by its index among the stored ones. */
  leaf(index: number): void {
    const epochs = this.layer?.epochs ?? []
    this.#ahead = epochs[Math.min(epochs.length - 1, Math.max(0, index))] ?? null
    clearTimeout(this.#aheadTimer)
    this.#aheadTimer = setTimeout(() => this.#settle(), addressMs)
  }

  play(): void {
    if (!this.layer || this.layer.epochs.length < 2) return
    if (this.epochIndex >= this.layer.epochs.length - 1) this.leaf(0)
    this.playing = true
  }

  pause(): void {
    this.playing = false
  }

  togglePin(): void {
    const { here } = this
    if (here)
      this.step({
        pins: this.pinned ? this.address.pins.filter((pin) => !samePin(pin, here)) : [here, ...this.address.pins],
      })
  }

  #settle(): void {
    clearTimeout(this.#aheadTimer)
    if (this.#ahead === null) return
    this.choose({ epoch: this.#ahead })
    this.#ahead = null
  }

  #side(layer: LayerFilters, filters: number[]) {
    const channels = channelIndices(this.channel)
    const { edge } = this.address
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
    if (this.runId === null || !this.layer || !this.beside || !this.besideLayer) return null
    const [own, beside, layer] = [this.runId, this.beside.id, this.layer.name]
    return {
      key: ['filters.newest', { own, beside, layer }],
      stamp: `${this.lastEpoch} ${this.besideLayer.epochs.at(-1)}`,
      load: () => Promise.all([fetchLayer(own, layer, null), fetchLayer(beside, layer, null)]),
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
      { id, layer: layer.name, filters, channels: channelIndices(this.channel), edge: this.address.edge },
      layer.epochs.at(-1),
    )
  }

  #follow(): void {
    $effect(() => {
      const request =
        this.runId !== null && this.layer ? { run: this.runId, layer: this.layer.name, epoch: this.epoch } : null
      untrack(() => this.#cache.request(request))
    })
    $effect(() => {
      // A run with fewer epochs shows its last one.
      const at = this.besideLayer?.epochs.findLast((epoch) => epoch <= this.epoch)
      const request =
        this.beside && this.besideLayer && at !== undefined
          ? { run: this.beside.id, layer: this.besideLayer.name, epoch: at }
          : null
      untrack(() => this.#comparedCache.request(request))
    })
    $effect(() => {
      const own = this.own
      const shown = this.besideShown.current
      const beside =
        shown && this.besideLayer && shown.runId === this.beside?.id && shown.layer === this.besideLayer.name
          ? shown
          : null
      let later = setTimeout(() => {
        this.#settledOwn = own
        later = setTimeout(() => (this.#settledBeside = beside))
      })
      return () => clearTimeout(later)
    })
    $effect(() => {
      if (!this.playing || this.shown.waiting || !this.layer) return
      const index = this.epochIndex
      const last = this.layer.epochs.length - 1
      if (index >= last) {
        this.playing = false
        return
      }
      const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
      const next = setTimeout(
        () => this.leaf(Math.min(last, index + Math.ceil(last / 100))),
        calm ? calmPlayMs : playMs,
      )
      return () => clearTimeout(next)
    })
    // Writes the slider's epoch to the address when the page is left.
    $effect(() => () => clearTimeout(this.#aheadTimer))
  }
}

/** Computes a value on first use. */
function lazily<T>(compute: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: compute() }).value
}
