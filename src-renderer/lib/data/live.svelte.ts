/**
 * What every page shares and what changes while one looks: studies, unfinished runs, progress, data sets, the service.
 */
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

/** How long to wait for more before asking for the list of studies again. */
const settleMs = 150
/** A little less than a second, for the report that comes next is then a second after the last one. */
const bySecondMs = 900
/** How long a service that came back by itself is told of: long enough to be read by who looked elsewhere. */
const toldMs = 10_000

class Live {
  /** Newest first; null until the first answer. */
  studies = $state.raw<StudySummary[] | null>(null)
  /**
   * Runs that train or wait, by id, in the order of the queue: the others are thousands, and each page asks for what it
   * shows of them.
   */
  readonly unfinished = new SvelteMap<string, RunSummary>()
  /** The run whose page is shown. */
  looked = $state.raw<RunSummary | null>(null)
  /** How often everything was read: changes where what was told meanwhile may have been missed. */
  loads = $state(0)
  /** Of runs that train now, by run id. */
  readonly progress = new SvelteMap<string, RunProgress>()
  /**
   * The same about once a second, for bars, rings and tables: they lie far apart, and drawing them at every report
   * takes the training's time.
   */
  readonly progressBySecond = new SvelteMap<string, RunProgress>()
  datasets = $state.raw<DatasetSummary[] | null>(null)
  system = $state.raw<SystemInfo | null>(null)
  /** Whether anything can be changed from here, and whether the disk takes it. */
  condition = $state.raw<Condition>({ heldBy: null, disk: null })
  service = $state.raw<ServiceState>({ state: 'starting', detail: null })
  /** The service's last unexpected end; stays for a while after the service is back, or until it is dismissed. */
  crash = $state.raw<Crash | null>(null)
  /** Whether studies and runs have been read from the service at least once. */
  loaded = $state(false)
  error = $state.raw<ClientError | null>(null)

  readonly training: RunSummary[] = $derived(
    [...this.unfinished.values()].filter((run) => run.state === 'running' || run.state === 'paused'),
  )
  readonly queued: number = $derived(this.unfinished.size - this.training.length)
  /** Of all studies, what is in the trash left out. */
  readonly runCount: number = $derived((this.studies ?? []).reduce((sum, study) => sum + study.total, 0))

  #loading: Promise<void> | null = null
  /** Runs that changed or went (null) while the list was on its way: newer than what it will say. */
  #meanwhile: Map<string, RunSummary | null> | null = null
  #settling = false
  #bySecondAt = -Infinity
  #crashTold: ReturnType<typeof setTimeout> | undefined

  /** Subscribes and loads; once, at the window's start. */
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
      // A shell that can't tell is no reason not to ask the service itself.
      () => this.#serviceState({ state: 'running', detail: null }),
    )
  }

  /** Everything again: at the start, when the service came back, when a person asks for it after an error. */
  reload = (): Promise<void> => {
    this.#loading ??= this.#load().finally(() => (this.#loading = null))
    return this.#loading
  }

  /** What trains and waits, in its order; what changes on the way there is newer. */
  reloadQueue = async (): Promise<void> => {
    // Everything is read again: with it the order.
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
      // What the first page shows does not wait for the rest: the system's answer asks git, which takes longer than all
      // else.
      const others = Promise.all([call('datasets.list', {}), this.#readSystem()])
      // Told where it is awaited.
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
    if (now - this.#bySecondAt < bySecondMs && this.progressBySecond.has(progress.runId)) return
    this.#bySecondAt = now
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
      // A service that has stopped for good has a banner of its own. One that ends while it starts had no runs of its
      // own.
      if (state !== 'starting' || detail === null) this.crash = null
      else if (this.crash && !wasRunning) this.crash = { ...this.crash, reason: detail }
      else this.crash = crashOf(detail, this.condition.heldBy === null ? this.unfinished.values() : [])
    }
  }

  /** Many events at once ask once. */
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
      // With the system's free space, which is what training uses up.
      const [studies] = await Promise.all([call('studies.list', {}), this.#readSystem()])
      this.studies = studies
      if (this.loaded) this.error = null
    } catch (thrown) {
      this.error = toClientError(thrown)
    }
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
