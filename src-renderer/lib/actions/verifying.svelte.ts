/** Runs that are trained again to see whether they come out the same: one at a time, wherever one looks meanwhile. */
import { remaining, verdictWords } from '../../../src-main/analysis/studies/verification'
import type { EventPayload, RunSummary, Verification } from '../../../src-main/contract'
import { call, on, toClientError, type ClientError } from '../data/client'
import { runTitle } from '../format'
import { toasts } from './toasts.svelte'
import { works } from '../data/works.svelte'

type Progress = EventPayload<'task.progress'>

class Verifying {
  /** What the dialog is about; null while it is closed. */
  shown = $state.raw<RunSummary | null>(null)
  /** What is trained again now. */
  under = $state.raw<RunSummary | null>(null)
  progress = $state.raw<Progress | null>(null)
  /** Seconds to its end; null before they can be told. */
  left = $state<number | null>(null)
  /** The newest verdict, until the window is closed. */
  verdict = $state.raw<Verification | null>(null)
  /** Why the newest one came to none, and of which run. */
  failed = $state.raw<{ runId: string; error: ClientError } | null>(null)

  /** @param epochs the first so many; null: all that it measured */
  async start(run: RunSummary, epochs: number | null, beside: boolean): Promise<void> {
    const remainingSeconds = remaining()
    this.under = run
    this.progress = this.left = this.verdict = this.failed = null
    const end = on('task.progress', (progress) => {
      if (progress.kind !== 'verify') return
      this.progress = progress
      this.left = remainingSeconds(progress.done, progress.total)
    })
    try {
      const verdict = await works.follow('verify', () => call('publish.verify', { id: run.id, epochs, beside }))
      this.verdict = verdict
      if (this.shown?.id !== run.id)
        toasts.info(
          `${runTitle(run)}, trained again: ${verdictWords({ same: verdict.same, whole: verdict.extent === 'whole' })}${verdict.same ? '' : ', its page says how'}.`,
        )
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code === 'cancelled') toasts.info('Verification cancelled; nothing was kept.')
      else if (this.shown?.id === run.id) this.failed = { runId: run.id, error }
      else toasts.error(error)
    } finally {
      end()
      this.under = null
    }
  }

  cancel(): Promise<void> {
    return works.cancel('verify')
  }
}

export const verifying = new Verifying()
