/** Runs that were interrupted when the program closed: offered once, or resumed at once if the user chose so. */
import type { ServiceResult } from '../../../src-main/contract'
import { attempt } from './action'
import { call } from '../data/client'
import { choices } from '../preferences.svelte'
import { remember, remembered } from '../storage'
import { toasts } from './toasts.svelte'
import { plural } from '../format'

/** The second key is the one of earlier versions. */
const [key, formerKey] = ['interrupted-runs.seen', 'cut-short.seen'] as const

class InterruptedRuns {
  /** The offer; null if there is nothing new. */
  offer = $state.raw<ServiceResult<'runs.interrupted'> | null>(null)
  busy = $state(false)

  /** Call when the service is running and writable. */
  async check(): Promise<void> {
    const [found] = await Promise.all([attempt(() => call('runs.interrupted', {})), choices.ready])
    if (!found || found.newest === null) return
    if (choices.kept.interruptedRuns === 'resume') await this.resume()
    // A declined offer is not repeated.
    else if (found.newest > (remembered(key) ?? remembered(formerKey) ?? '')) this.offer = found
  }

  async resume(): Promise<void> {
    this.busy = true
    const done = await attempt(() => call('runs.resumeInterrupted', {}))
    this.busy = false
    if (!done) return
    this.offer = null
    if (done.resumed > 0) toasts.info(`${plural(done.resumed, 'run')} resumed`)
  }

  dismiss(): void {
    const newest = this.offer?.newest ?? null
    if (newest !== null) remember(key, newest)
    this.offer = null
  }
}

export const interruptedRuns = new InterruptedRuns()
