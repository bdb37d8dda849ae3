/** A run's whole record, read once and then kept up with: what is new is asked for, not everything again. */
import type { RunDetail } from '../../../src-main/contract'
import { call, on } from '../../lib/client'
import { resource, type Resource } from '../../lib/resource.svelte'

/** Between two questions while steps come in, in milliseconds. */
const everyMs = 2000

/** Call while a component is set up. `state` is the run's state as the window's list knows it. */
export function followed(id: () => string, state: () => string | undefined): Resource<RunDetail> {
  const detail = resource(() => call('runs.get', { id: id() }), id)
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
      const news = await call('runs.news', { id: run.id, epoch: epochs.at(-1)?.epoch ?? 0, step: steps.at(-1)?.step ?? 0, events: events.length })
      if (detail.value?.run.id === run.id)
        detail.value = { ...detail.value, ...news, epochs: [...epochs, ...news.epochs], steps: [...steps, ...news.steps], events: [...events, ...news.events] }
    } catch {
      // The list tells where the service is gone or the run was deleted; the next event asks again.
    }
    asking = false
    if (again) await ask()
  }

  $effect(() => on('run.epoch', (event) => void (event.runId === id() && ask())))
  $effect(() => on('run.progress', (event) => void (event.runId === id() && performance.now() - last > everyMs && ask())))
  // Environment and weights come with the states.
  let seen: string | undefined
  $effect(() => {
    const now = state()
    if (seen !== undefined && seen !== now) void ask()
    seen = now
  })
  return detail
}
