/** What the filter banks page shows, from its address and the service: one object that its parts share. Made while the page is set up. */
import { signBank, type BankTable } from '../../../src-main/analysis/banks'
import { untrack } from 'svelte'
import { featureMaps, type Activation } from '../../../src-main/analysis/convolution'
import { filterPlane } from '../../../src-main/analysis/spectrum'
import type { FilterLayer, RendererResult, RunSummary } from '../../../src-main/contract'
import { call, on, toClientError, type ClientError } from '../../lib/client'
import { live } from '../../lib/live.svelte'
import { encodePicture } from '../../lib/pictures'
import { resource } from '../../lib/resource.svelte'
import { href, router } from '../../lib/router.svelte'
import { addressQuery, parseAddress, samePin, type BankAddress, type Pin, type Place } from './address'
import { bandViews, bankEnds, channelIndices, channelsOf, layerEnds, type Channel, type ScaleEnds } from './bank'
import { counterpart, figuresOf, groupOf, layerSize, wholeLayer } from './compare'
import { floatsOf, layerFiltersOf, Leafing, nothing, type LayerFilters, type Shown } from './leafing'
import { drawPicture } from './pictures'

/** The address follows a slider that moves this much later: Chromium takes so many changes a second only. */
const addressMs = 250
/** A step of playing, where the service is quick. */
const playMs = 70
const calmPlayMs = 500

const fetchLayer = (id: string, layer: string, epoch: number | null): Promise<LayerFilters> => call('filters.layer', { id, layer, epoch }).then(layerFiltersOf)

type Suggested = RendererResult<'filters.suggested'>

export class Banks {
  readonly #query: () => URLSearchParams
  constructor(query: () => URLSearchParams) {
    this.#query = query
    this.#follow()
  }

  readonly address: BankAddress = $derived.by(() => parseAddress(this.#query()))

  /* Runs */

  /** The run of the address or, where it names none, the one to begin with; and the baseline that belongs beside it. Null until it is told. */
  suggested = $state.raw<Suggested | null>(null)
  suggestedError = $state.raw<ClientError | null>(null)
  #suggestions = 0
  #loads = -1
  readonly #chosenBeside = resource(
    () => (this.address.beside ? call('filters.suggested', { id: this.address.beside }) : Promise.resolve(null)),
    () => this.address.beside,
  )
  readonly runId: string | null = $derived(this.address.run ?? this.suggested?.run?.id ?? null)
  readonly run: RunSummary | undefined = $derived(this.suggested?.run?.id === this.runId ? (this.suggested?.run ?? undefined) : undefined)
  readonly beside: RunSummary | null = $derived.by(() => {
    const { beside } = this.address
    if (beside === '' || !this.run) return null
    return beside === null ? (this.suggested?.beside ?? null) : (this.#chosenBeside.value?.run ?? null)
  })

  /* Layer, filter, epoch, channel */

  readonly layers = resource<FilterLayer[]>(
    () => (this.runId === null ? Promise.resolve([]) : call('filters.layers', { id: this.runId })),
    () => this.runId,
  )
  readonly besideLayers = resource<FilterLayer[]>(
    () => (this.beside ? call('filters.layers', { id: this.beside.id }) : Promise.resolve([])),
    () => this.beside?.id ?? null,
  )
  readonly stored: FilterLayer[] = $derived((this.layers.value ?? []).filter((l) => l.epochs.length > 0))
  readonly layer: FilterLayer | undefined = $derived(this.stored.find((l) => l.name === this.address.layer) ?? this.stored.find((l) => l.multiband) ?? this.stored[0])
  readonly besideLayer: FilterLayer | undefined = $derived((this.besideLayers.value ?? []).find((l) => l.name === this.layer?.name && l.epochs.length > 0 && l.in === this.layer.in))
  /** Four empty columns until it is known. */
  readonly bank: BankTable | null = $derived(this.layer ? this.layer.bank : signBank)
  readonly multiband: boolean = $derived(this.bank !== null)
  readonly base: number = $derived(this.layer ? Math.min(this.address.filter ?? 0, this.layer.baseFilters - 1) : 0)
  readonly channels: { value: Channel; label: string }[] = $derived(this.layer ? channelsOf(this.layer) : [])
  readonly channel: Channel = $derived(this.channels.some((c) => c.value === this.address.channel) ? (this.address.channel ?? 0) : 0)

  /** While a slider moves, ahead of the address. */
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
  readonly #leafing = new Leafing((wish) => fetchLayer(wish.run, wish.layer, wish.epoch), (next) => (this.shown = next))
  readonly #besideLeafing = new Leafing((wish) => fetchLayer(wish.run, wish.layer, wish.epoch), (next) => (this.besideShown = next))

  readonly failure = $derived(this.shown.error === null ? null : toClientError(this.shown.error))
  // While another run's or layer's filters are still shown, their picture waits rather than lies.
  readonly own: LayerFilters | null = $derived(this.shown.current && this.shown.current.runId === this.runId && this.shown.current.layer === this.layer?.name ? this.shown.current : null)
  readonly views = $derived(this.own && this.base < this.own.shape[3] ? bandViews(this.own, this.base, this.channel) : [])

  /* Scales */

  readonly #runScale = resource<ScaleEnds | null>(
    () => (this.runId !== null && this.layer ? call('filters.scale', { id: this.runId, layer: this.layer.name, channels: channelIndices(this.channel) }) : Promise.resolve(null)),
    () => (this.address.scale === 'run' ? `${this.runId} ${this.layer?.name} ${this.channel} ${this.lastEpoch}` : null),
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

  /* The right side: one layer after the other, later than the maps, so that no task takes long */

  #settledOwn = $state.raw<LayerFilters | null>(null)
  #settledBeside = $state.raw<LayerFilters | null>(null)
  readonly #newest = resource<[LayerFilters, LayerFilters] | null>(
    () => this.#fetchNewest(),
    () => `${this.runId} ${this.layer?.name} ${this.lastEpoch} ${this.beside?.id} ${this.besideLayer?.epochs.at(-1)}`,
  )
  /** Chosen at the newest epoch and followed through training, so that the same filters are compared at each. */
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

  readonly coverage = resource<{ epochs: number[]; covered: number[] } | null>(
    () => this.#coverageOf(this.runId, this.layer?.name, [this.base]),
    () => (this.layer ? `${this.runId} ${this.layer.name} ${this.base} ${this.channel} ${this.address.edge} ${this.lastEpoch}` : null),
  )
  readonly besideCoverage = resource<{ epochs: number[]; covered: number[] } | null>(
    () => (this.counterpart ? this.#coverageOf(this.beside?.id ?? null, this.besideLayer?.name, this.counterpart) : Promise.resolve(null)),
    () => (this.counterpart && this.besideLayer ? `${this.beside?.id} ${this.besideLayer.name} ${this.counterpart.join()} ${this.channel} ${this.address.edge}` : null),
  )

  /* Feature maps */

  /** A picture that was dropped in or pasted; has no address. */
  dropped = $state.raw<Uint8Array | null>(null)
  readonly samples = resource(
    () => (this.run && live.datasets?.some((d) => d.id === this.run?.dataset && d.available) ? call('datasets.samples', { id: this.run.dataset, perClass: 1 }) : Promise.resolve(null)),
    () => this.run?.dataset ?? null,
  )
  readonly picture: Uint8Array = $derived.by(() => {
    if (this.dropped) return this.dropped
    const { picture } = this.address
    if (typeof picture !== 'number') return drawPicture(picture)
    const sample = this.samples.value?.samples[picture]
    return sample ? Uint8Array.from(atob(sample.pixels), (c) => c.charCodeAt(0)) : drawPicture('house')
  })
  readonly #pictureText: string = $derived(encodePicture(this.picture))
  /** Why there are no feature maps; null where there are. */
  readonly noFeatures: string | null = $derived.by(() => {
    if (!this.layer || this.layer.name === 'stem' || !this.run) return null
    if (this.run.weightsSha256 === null) return `The input of a later layer needs the weights of all layers before it. ${this.run.endedAt === null ? 'They are saved when this run is done.' : 'This run ended without saving them.'}`
    if (this.epoch !== this.lastEpoch) return `What comes into a later layer needs the weights of all layers before it. They are kept at the run’s end only: go to epoch ${this.lastEpoch}.`
    return null
  })
  readonly input = resource<Activation | null>(
    async () => {
      if (this.runId === null || !this.layer || this.noFeatures !== null) return null
      const { values, ...rest } = await call('filters.input', { id: this.runId, layer: this.layer.name, picture: this.#pictureText })
      return { ...rest, values: floatsOf(values) }
    },
    () => (this.layer && this.noFeatures === null ? `${this.runId} ${this.layer.name} ${this.#pictureText}` : null),
  )
  readonly features = $derived.by(() => {
    const input = this.input.value
    if (!input || !this.layer || !this.own || this.noFeatures !== null || this.base >= this.own.shape[3] || input.channels !== this.layer.in) return null
    const maps = featureMaps({ ...this.own, depthwise: this.layer.groups > 1 }, this.base, input)
    const peaks = maps.bands.map(({ plane }) => plane.reduce((top, value) => Math.max(top, Math.abs(value)), 0))
    return { ...maps, ends: this.address.scale === 'filter' ? peaks : peaks.map(() => Math.max(...peaks)) }
  })

  /* Pins */

  readonly here: Pin | null = $derived(this.runId !== null && this.layer ? { run: this.runId, layer: this.layer.name, filter: this.base, epoch: this.epoch } : null)
  readonly pinned: boolean = $derived(this.address.pins.some((pin) => this.here !== null && samePin(pin, this.here)))

  /* Playing */

  playing = $state(false)

  /** Changes the address in place: Back leaves the page. */
  choose(changes: Partial<BankAddress>): void {
    router.replace(this.hashWith(changes))
  }

  /** A step that Back undoes. */
  step(changes: Partial<BankAddress>): void {
    router.go(this.hashWith(changes))
  }

  hashWith(changes: Partial<BankAddress>): string {
    return href.banks(addressQuery({ ...this.address, run: this.runId, layer: this.layer?.name ?? null, filter: this.base, epoch: this.#ahead ?? this.address.epoch, ...changes }))
  }

  keep(place: Place | null): void {
    this.choose({ place })
  }

  /** To an epoch by its place among those kept. */
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
    if (here) this.step({ pins: this.pinned ? this.address.pins.filter((pin) => !samePin(pin, here)) : [here, ...this.address.pins] })
  }

  #settle(): void {
    clearTimeout(this.#aheadTimer)
    if (this.#ahead === null) return
    this.choose({ epoch: this.#ahead })
    this.#ahead = null
  }

  #side(layer: LayerFilters, filters: number[]) {
    const channels = channelIndices(this.channel)
    const group = groupOf(layer, filters, channels)
    const planes = wholeLayer(layer, channels)
    return { layer, group, planes, size: layerSize, bank: figuresOf(group.planes, this.address.edge), whole: figuresOf(planes, this.address.edge) }
  }

  async #fetchNewest(): Promise<[LayerFilters, LayerFilters] | null> {
    if (this.runId === null || !this.layer || !this.beside || !this.besideLayer) return null
    const { name } = this.layer
    return Promise.all([fetchLayer(this.runId, name, null), fetchLayer(this.beside.id, name, null)])
  }

  async #coverageOf(id: string | null, layer: string | undefined, filters: number[]): Promise<{ epochs: number[]; covered: number[] } | null> {
    if (id === null || layer === undefined) return null
    return call('filters.coverage', { id, layer, filters, channels: channelIndices(this.channel), edge: this.address.edge })
  }

  /** Asks again; what was told stays meanwhile. */
  suggest = async (): Promise<void> => {
    const mine = ++this.#suggestions
    try {
      const suggested = await call('filters.suggested', { id: this.address.run })
      if (mine !== this.#suggestions) return
      this.suggested = suggested
      this.suggestedError = null
    } catch (thrown) {
      if (mine === this.#suggestions) this.suggestedError = toClientError(thrown)
    }
  }

  #follow(): void {
    $effect(() => {
      const wanted = this.address.run
      const { loads } = live
      // The first choice writes the run into the address: it is the one that is shown.
      untrack(() => {
        if (wanted === null || this.suggested?.run?.id !== wanted || loads !== this.#loads) void this.suggest()
      })
      this.#loads = loads
    })
    $effect(() => on('run.epoch', (event) => void (event.runId === this.runId && this.layers.reload())))
    // One that begins may be the first there is; of the others only what is shown matters.
    $effect(() =>
      on('run.changed', (run) => {
        if (run.id === this.runId || run.id === this.beside?.id || (run.epochsDone === 0 && this.address.run === null)) void this.suggest()
        if (run.id === this.address.beside) void this.#chosenBeside.reload()
      }),
    )
    $effect(() =>
      on('run.deleted', ({ runId }) => {
        if (runId === this.runId || runId === this.beside?.id) void Promise.all([this.suggest(), this.#chosenBeside.reload()])
      }),
    )
    $effect(() => {
      const wish = this.runId !== null && this.layer ? { run: this.runId, layer: this.layer.name, epoch: this.epoch } : null
      untrack(() => this.#leafing.wish(wish))
    })
    $effect(() => {
      // A run that was trained for less ends where it ended.
      const at = this.besideLayer?.epochs.findLast((epoch) => epoch <= this.epoch)
      const wish = this.beside && this.besideLayer && at !== undefined ? { run: this.beside.id, layer: this.besideLayer.name, epoch: at } : null
      untrack(() => this.#besideLeafing.wish(wish))
    })
    $effect(() => {
      const own = this.own
      const shown = this.besideShown.current
      const beside = shown && this.besideLayer && shown.runId === this.beside?.id && shown.layer === this.besideLayer.name ? shown : null
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
      const next = setTimeout(() => this.leaf(Math.min(last, index + Math.ceil(last / 100))), calm ? calmPlayMs : playMs)
      return () => clearTimeout(next)
    })
    // Leaving the page keeps what the slider showed.
    $effect(() => () => clearTimeout(this.#aheadTimer))
  }
}
