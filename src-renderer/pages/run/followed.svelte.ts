/** A run's complete record, loaded once and then updated incrementally. */
import type { RunDetail, RunSummary } from '../../../src-main/contract'
import { call, on } from '../../lib/data/client'
import { query, type Query } from '../../lib/data/query.svelte'

/** Minimum time between two update requests while steps come in, in milliseconds. */
const everyMs = 2000

export interface Followed {
  detail: Query<RunDetail>
  /** May be newer than the record while epochs come in. */
  readonly run: RunSummary | null
}

/** Call during component initialisation. */
export function followed(id: () => string): Followed {
  /** The newest summary since the last response. */
  let newest = $state.raw<RunSummary | null>(null)
  const detail = query(() => {
    const of = { id: id() }
    return {
      key: ['runs.followed', of],
      load: async () => {
        const answer = await call('runs.get', of)
        newest = null
        return answer
      },
    }
  })
  let asking = false
  let again = false
  let last = 0

  const ask = async (): Promise<void> => {
    again = asking
    if (asking || !detail.value) return
    asking = true
    last = performance.now()
    const { epochs, steps, events, run } = detail.value
    try {
      const news = await call('runs.updates', {
        id: run.id,
        epoch: epochs.at(-1)?.epoch ?? 0,
        step: steps.at(-1)?.step ?? 0,
        events: events.length,
      })
      if (detail.value?.run.id === run.id) {
        newest = null
        detail.patch((value) => ({
          ...value,
          ...news,
          epochs: [...epochs, ...news.epochs],
          steps: [...steps, ...news.steps],
          events: [...events, ...news.events],
        }))
      }
    } catch {
      // The banner reports a lost service or a deleted run; the next event requests again.
    }
    asking = false
    if (again) await ask()
  }

  $effect(() => on('run.epoch', (event) => void (event.runId === id() && ask())))
  $effect(() =>
    on('run.progress', (event) => void (event.runId === id() && performance.now() - last > everyMs && ask())),
  )
  $effect(() =>
    on('run.changed', (run) => {
      if (run.id !== id()) return
      const state = (newest ?? detail.value?.run)?.state
      newest = run
      // Environment and weights come with the states.
      if (run.state !== state || detail.value?.trashed) void ask()
    }),
  )
  // Most often the run moved to the trash: its record still exists.
  $effect(() => on('run.deleted', ({ runId }) => void (runId === id() && ask())))
  return {
    detail,
    get run() {
      return newest ?? detail.value?.run ?? null
    },
  }
}
