/** The actions of a run's page: the available ones and the running ones. */
import { attempt } from '../../lib/actions/action'
import { trashRun } from '../../lib/actions/deleting'
import { call } from '../../lib/data/client'
import { href, router } from '../../lib/navigation/router.svelte'
import type { RunDetail, RunSummary } from '../../../src-main/contract'
import { actionsOf, explanation, type RunAction } from './run'

export class RunActions {
  readonly #run: () => RunSummary | null
  readonly #detail: () => RunDetail | null
  busy = $state<RunAction | null>(null)
  /** Whether the dialog is open that confirms a stop, or that asks for further epochs. */
  isStopping = $state(false)
  isExtending = $state(false)
  /** A trashed run is stored, but no list shows it. */
  readonly isInTrash = $derived.by(() => this.#detail()?.trashed ?? false)
  readonly #possible = $derived.by(() => {
    const run = this.#run()
    return run && !this.isInTrash ? actionsOf(run) : []
  })
  /** Why the run ended before its last epoch; null if it did not. */
  readonly explanation = $derived.by(() => {
    const run = this.#run()
    return run ? explanation(run, this.#detail()?.checkpoint) : null
  })

  constructor(run: () => RunSummary | null, detail: () => RunDetail | null) {
    this.#run = run
    this.#detail = detail
  }

  can(action: RunAction): boolean {
    return this.#possible.includes(action)
  }

  /** Performs an action. A running run is stopped only after confirmation. */
  async act(action: RunAction, isConfirmed = false): Promise<void> {
    const run = this.#run()
    if (!run) return
    if (action === 'extend') this.isExtending = true
    else if (action === 'stop' && !isConfirmed && run.state !== 'queued') this.isStopping = true
    else {
      this.busy = action
      await runCommand(action, run)
      this.busy = null
    }
  }
}

async function runCommand(action: Exclude<RunAction, 'extend'>, run: RunSummary): Promise<void> {
  const { id } = run
  switch (action) {
    case 'rerun': {
      const made = await attempt(() => call('runs.rerun', { ids: [id] }))
      if (made?.ids[0] !== undefined) router.go(href.run(made.ids[0]))
      break
    }
    case 'delete':
      if (await trashRun(run)) router.go(href.runs())
      break
    case 'resume':
      await attempt(() => call('runs.resume', { ids: [id] }))
      break
    case 'pause':
    case 'stop':
      await attempt(() => call(`runs.${action}`, { id }))
  }
}
