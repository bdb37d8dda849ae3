/** Actions on many selected runs, and their limits. */
import { attempt } from '../../../lib/actions/action'
import { call } from '../../../lib/data/client'
import { plural } from '../../../lib/format'
import { live } from '../../../lib/data/live.svelte'
import { moveInQueue } from '../../../lib/data/queue'
import { href, router } from '../../../lib/navigation/router.svelte'
import { toasts } from '../../../lib/actions/toasts.svelte'
import { banksOf } from './banks'

/** Up to this many runs are queued without a confirmation. */
export const unasked = 20
/** Most runs of one call. */
export const mostRows = 500
/** Most lines in a chart, and most ids that fit in an address. */
export const mostCompared = 200

/** Queues new runs with the same configs, or resumes the runs that can be resumed. */
export async function queueRuns(action: 'rerun' | 'resume', ids: string[]): Promise<void> {
  if (action === 'rerun') {
    const made = await attempt(() => call('runs.rerun', { ids }))
    if (made) toasts.info(`${plural(made.ids.length, 'run')} queued`)
  } else {
    const done = await attempt(() => call('runs.resume', { ids }))
    if (done) toasts.info(`${plural(done.resumed, 'run')} resumed${without(ids.length - done.resumed)}`)
  }
}

function without(others: number): string {
  return others === 0 ? '' : `; ${plural(others, 'other', 'others')} cannot be resumed`
}

/** Moves the queued ones to the front. */
export async function queueToFront(ids: readonly string[]): Promise<void> {
  const queued = ids.filter((id) => live.unfinished.get(id)?.state === 'queued')
  if (queued.length === 0) toasts.info('None of these runs is queued.')
  else await moveInQueue(queued.slice(0, mostRows), 'first')
}

export async function showBanks(ids: readonly string[]): Promise<void> {
  const address = await attempt(() => banksOf(ids))
  if (address) router.go(href.banks(address))
  else if (address === undefined) toasts.info('None of these runs has started: there are no filters yet.')
}
