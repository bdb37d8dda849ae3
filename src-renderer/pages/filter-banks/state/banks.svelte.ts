/**
 * The state of the filter banks page, derived from its address and the service, shared by its components. Create it
 * during component initialisation.
 */
import { signBank, type BankTable } from '../../../../src-main/analysis/filters/banks'
import { untrack } from 'svelte'
import { filterPlane } from '../../../../src-main/analysis/filters/spectrum'
import type { FilterLayer, RendererResult, RunSummary } from '../../../../src-main/contract'
import { toClientError, type ClientError } from '../../../lib/data/client'
import { callQuery, query, seed, type QuerySpec } from '../../../lib/data/query.svelte'
import { href, router } from '../../../lib/navigation/router.svelte'
import { addressQuery, parseAddress, samePin, type BankAddress, type Pin, type Place } from './address'
import { bandViews, bankEnds, channelIndices, channelsOf, layerEnds, type Channel, type ScaleEnds } from './bank'
import { FeatureInput } from './featureInput.svelte'
import { LayerComparison } from './layerComparison.svelte'
import { fetchLayer, LayerFilterCache, nothing, type LayerFilters, type Shown } from './layerFilterCache'

/** Delay of address updates while a slider moves: Chromium limits their rate. */
const addressMs = 250
/** Minimum time per epoch while playing. */
const playMs = 70
const calmPlayMs = 500

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
  readonly #chosenComparison = query(() =>
    this.address.compare ? callQuery('filters.defaultRun', { id: this.address.compare }) : null,
  )
  /** Null until the response. */
  readonly suggested: Suggested | null = $derived(this.#suggestion.value)
  readonly suggestedError: ClientError | null = $derived(this.#suggestion.error)
  suggest = (): Promise<void> => this.#suggestion.reload()
  readonly runId: string | null = $derived(this.address.run ?? this.suggested?.run?.id ?? null)
  readonly run: RunSummary | undefined = $derived(
    this.suggested?.run?.id === this.runId ? (this.suggested?.run ?? undefined) : undefined,
  )
  readonly compared: RunSummary | null = $derived.by(() => {
    const { compare } = this.address
    if (compare === '' || !this.run) return null
    return compare === null ? (this.suggested?.compared ?? null) : (this.#chosenComparison.value?.run ?? null)
  })

  /* Layer, filter, epoch, channel */

  readonly layers = query(() => (this.runId === null ? null : callQuery('filters.layers', { id: this.runId })))
  readonly comparedLayers = query(() => (this.compared ? callQuery('filters.layers', { id: this.compared.id }) : null))
  readonly stored: FilterLayer[] = $derived((this.layers.value ?? []).filter((l) => l.epochs.length > 0))
  readonly layer: FilterLayer | undefined = $derived(
    this.stored.find((l) => l.name === this.address.layer) ?? this.stored.find((l) => l.multiband) ?? this.stored[0],
  )
  readonly comparedLayer: FilterLayer | undefined = $derived(
    (this.comparedLayers.value ?? []).find(
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
  comparedShown = $state.raw<Shown>(nothing)
  readonly #cache = new LayerFilterCache(
    ({ run, layer, epoch }) => fetchLayer(run, layer, epoch),
    (next) => (this.shown = next),
  )
  readonly #comparedCache = new LayerFilterCache(
    ({ run, layer, epoch }) => fetchLayer(run, layer, epoch),
    (next) => (this.comparedShown = next),
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

  /** The comparison with the other run, in the right panel. */
  readonly comparison = new LayerComparison(this)
  readonly features = new FeatureInput(this)

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

  markPlace(place: Place | null): void {
    this.choose({ place })
  }

  /** Shows an epoch by its index among the stored ones. */
  showEpoch(index: number): void {
    const epochs = this.layer?.epochs ?? []
    this.#ahead = epochs[Math.min(epochs.length - 1, Math.max(0, index))] ?? null
    clearTimeout(this.#aheadTimer)
    this.#aheadTimer = setTimeout(() => this.#settle(), addressMs)
  }

  play(): void {
    if (!this.layer || this.layer.epochs.length < 2) return
    if (this.epochIndex >= this.layer.epochs.length - 1) this.showEpoch(0)
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

  #follow(): void {
    $effect(() => {
      const request =
        this.runId !== null && this.layer ? { run: this.runId, layer: this.layer.name, epoch: this.epoch } : null
      untrack(() => this.#cache.request(request))
    })
    $effect(() => {
      // A run with fewer epochs shows its last one.
      const at = this.comparedLayer?.epochs.findLast((epoch) => epoch <= this.epoch)
      const request =
        this.compared && this.comparedLayer && at !== undefined
          ? { run: this.compared.id, layer: this.comparedLayer.name, epoch: at }
          : null
      untrack(() => this.#comparedCache.request(request))
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
        () => this.showEpoch(Math.min(last, index + Math.ceil(last / 100))),
        calm ? calmPlayMs : playMs,
      )
      return () => clearTimeout(next)
    })
    // Writes the slider's epoch to the address when the page is left.
    $effect(() => () => clearTimeout(this.#aheadTimer))
  }
}
