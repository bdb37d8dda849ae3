/** Live state that all pages share: studies, unfinished runs, progress, data sets, the service. */
import { SvelteMap } from 'svelte/reactivity'
import {
  endedStates,
  type Condition,
  type DatasetSummary,
  type EventPayload,
  type RunProgress,
  type RunSummary,
  type StudySummary,
  type SystemInfo,
} from '../../../src-main/contract'
import { crashOf, type Crash } from '../actions/crash'
import { call, on, toClientError, type ClientError } from './client'

type ServiceState = EventPayload<'service.state'>

/** Milliseconds to wait for further events before the list of studies is requested again. */
const settleMs = 150
/** Slightly under a second, so that reports that come every second all count. */
const bySecondMs = 900
/** How long the banner about a restarted service stays: long enough to notice it later. */
const toldMs = 10_000

class Live {
  /** Newest first; null until the first answer. */
  studies = $state.raw<StudySummary[] | null>(null)
  /**
   * Running and queued runs by id, in the order of the queue. Finished runs can be thousands: each page requests what
   * it shows.
   */
  readonly unfinished = new SvelteMap<string, RunSummary>()
  /** The run whose page is shown. */
  looked = $state.raw<RunSummary | null>(null)
  /** Counts complete reloads: it changes when events may have been missed. */
  loads = $state(0)
  /** Progress of running runs, by run id. */
  readonly progress = new SvelteMap<string, RunProgress>()
  /**
   * The same about once per second, for bars, rings and tables: redrawing them at every report would cost training
   * time.
   */
  readonly progressBySecond = new SvelteMap<string, RunProgress>()
  datasets = $state.raw<DatasetSummary[] | null>(null)
  system = $state.raw<SystemInfo | null>(null)
  /** How many runs train at the same time. */
  slots = $state(1)
  /** Whether this program can write and start runs. */
  condition = $state.raw<Condition>({ heldBy: null, disk: null, otherVerification: false })
  service = $state.raw<ServiceState>({ state: 'starting', detail: null })
  /** The service's last unexpected end; stays for a while after the service is back, or until it is dismissed. */
  crash = $state.raw<Crash | null>(null)
  /** Whether studies and runs have been read from the service at least once. */
  loaded = $state(false)
  error = $state.raw<ClientError | null>(null)

  /** The service cannot use its data directory: every page gives way to that message. */
  readonly isDataDirRefused: boolean = $derived(this.service.refused === true && !this.loaded)
  readonly training: RunSummary[] = $derived(
    [...this.unfinished.values()].filter((run) => run.state === 'running' || run.state === 'paused'),
  )
  readonly queued: number = $derived(this.unfinished.size - this.training.length)
  /** Number of runs in all studies, without the trash. */
  readonly runCount: number = $derived((this.studies ?? []).reduce((sum, study) => sum + study.total, 0))

  #loading: Promise<void> | null = null
  /** Runs that changed or were deleted (null) while the list was loading: newer than the list. */
  #meanwhile: Map<string, RunSummary | null> | null = null
  #settling = false
  readonly #bySecondAt = new Map<string, number>()
  #crashTold: ReturnType<typeof setTimeout> | undefined

  /** Subscribes and loads. Call once, when the window starts. */
  start(): void {
    on('run.changed', (run) => this.#runChanged(run))
    on('run.deleted', ({ runId }) => this.#runGone(runId))
    on('run.progress', (progress) => this.#progressed(progress))
    on('queue.changed', () => void this.reloadQueue())
    on('study.changed', () => this.#studiesSoon())
    on('system.condition', (condition) => (this.condition = condition))
    on('history.changed', () => void this.reload())
    on('dataset.changed', () => void this.#loadDatasets())
    on('service.state', (service) => this.#serviceState(service))
    void call('shell.serviceState', {}).then(
      (service) => this.#serviceState(service),
      // If the shell cannot report the service's state, ask the service itself.
      () => this.#serviceState({ state: 'running', detail: null }),
    )
  }

  /** Reloads everything: at the start, after a restart of the service, or on request after an error. */
  reload = (): Promise<void> => {
    this.#loading ??= this.#load().finally(() => (this.#loading = null))
    return this.#loading
  }

  /** Loads running and queued runs in their order; events during the load are newer. */
  reloadQueue = async (): Promise<void> => {
    // Everything is reloaded, including the order.
    if (this.#loading) return this.#loading
    const meanwhile = new Map<string, RunSummary | null>()
    this.#meanwhile = meanwhile
    try {
      const runs = await call('runs.unfinished', {})
      if (this.#meanwhile !== meanwhile) return
      this.unfinished.clear()
      for (const run of runs) this.unfinished.set(run.id, run)
      for (const [id, run] of meanwhile) this.#keep(id, run)
    } catch (thrown) {
      this.error = toClientError(thrown)
    }
    if (this.#meanwhile === meanwhile) this.#meanwhile = null
  }

  async #load(): Promise<void> {
    this.#meanwhile = new Map()
    try {
      // The first page does not wait for the rest: the system's answer needs git, which is slower than everything else.
      const others = Promise.all([call('datasets.list', {}), this.#readSystem(), this.readSlots()])
      // Its error is reported where it is awaited.
      others.catch(() => undefined)
      const [studies, runs, condition] = await Promise.all([
        call('studies.list', {}),
        call('runs.unfinished', {}),
        call('system.condition', {}),
      ])
      this.condition = condition
      this.unfinished.clear()
      this.progress.clear()
      this.progressBySecond.clear()
      for (const run of runs) this.unfinished.set(run.id, run)
      for (const [id, run] of this.#meanwhile) this.#keep(id, run)
      this.studies = studies
      this.loaded = true
      this.loads++
      this.error = null
      this.#meanwhile = null
      const [datasets] = await others
      this.datasets = datasets
    } catch (thrown) {
      this.error = toClientError(thrown)
    }
    this.#meanwhile = null
  }

  #progressed(progress: RunProgress): void {
    this.progress.set(progress.runId, progress)
    const now = performance.now()
    if (now - (this.#bySecondAt.get(progress.runId) ?? -Infinity) < bySecondMs) return
    this.#bySecondAt.set(progress.runId, now)
    this.progressBySecond.set(progress.runId, progress)
  }

  #runChanged(run: RunSummary): void {
    this.#meanwhile?.set(run.id, run)
    this.#keep(run.id, run)
    const progress = this.progress.get(run.id)
    if (run.state !== 'running' && run.state !== 'paused') this.#noProgress(run.id)
    else if (progress) this.progressBySecond.set(run.id, progress)
    this.#studiesSoon()
  }

  #runGone(id: string): void {
    this.#meanwhile?.set(id, null)
    this.#keep(id, null)
    this.#noProgress(id)
    this.#studiesSoon()
  }

  #keep(id: string, run: RunSummary | null): void {
    if (run !== null && !endedStates.includes(run.state)) this.unfinished.set(id, run)
    else this.unfinished.delete(id)
  }

  #noProgress(id: string): void {
    this.progress.delete(id)
    this.progressBySecond.delete(id)
    this.#bySecondAt.delete(id)
  }

  #serviceState(service: ServiceState): void {
    const before = this.service.state
    const cameBack = service.state === 'running' && (before !== 'running' || !this.loaded)
    this.service = service
    this.#followCrash(service, before === 'running')
    if (cameBack) void this.reload()
  }

  dismissCrash = (): void => {
    clearTimeout(this.#crashTold)
    this.crash = null
  }

  #followCrash({ state, detail }: ServiceState, wasRunning: boolean): void {
    if (state === 'running') {
      if (this.crash === null) return
      clearTimeout(this.#crashTold)
      this.#crashTold = setTimeout(this.dismissCrash, toldMs)
    } else {
      clearTimeout(this.#crashTold)
      // A service that has stopped for good has its own banner. One that ends during its start had no runs.
      if (state !== 'starting' || detail === null) this.crash = null
      else if (this.crash && !wasRunning) this.crash = { ...this.crash, reason: detail }
      else this.crash = crashOf(detail, this.condition.heldBy === null ? this.unfinished.values() : [])
    }
  }

  /** Many events cause one request. */
  #studiesSoon(): void {
    if (this.#settling) return
    this.#settling = true
    setTimeout(() => {
      this.#settling = false
      void this.#loadStudies()
    }, settleMs)
  }

  async #loadStudies(): Promise<void> {
    try {
      // With the system's free space, which training uses.
      const [studies] = await Promise.all([call('studies.list', {}), this.#readSystem()])
      this.studies = studies
      if (this.loaded) this.error = null
    } catch (thrown) {
      this.error = toClientError(thrown)
    }
  }

  readSlots = async (): Promise<void> => {
    this.slots = (await call('system.slots', {})).slots.filter(({ used }) => used).length
  }

  async #readSystem(): Promise<void> {
    this.system = await call('system.info', {})
  }

  async #loadDatasets(): Promise<void> {
    try {
      this.datasets = await call('datasets.list', {})
    } catch (thrown) {
      this.error = toClientError(thrown)
    }
  }
}

export const live = new Live()
