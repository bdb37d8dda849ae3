/** The current verification and its result; one at a time, independent of the displayed page. */
import { verdictWords } from '../../../src-main/analysis/studies/verification'
import { remaining } from '../../../src-main/analysis/studies/verificationTime'
import type { EventPayload, RunSummary, Verification } from '../../../src-main/contract'
import { call, on, toClientError, type ClientError } from '../data/client'
import { runTitle } from '../format'
import { toasts } from './toasts.svelte'
import { backgroundTasks } from '../data/backgroundTasks.svelte'

type Progress = EventPayload<'task.progress'>

class Verifying {
  /** The run of the dialog; null while it is closed. */
  shown = $state.raw<RunSummary | null>(null)
  /** The run being verified. */
  under = $state.raw<RunSummary | null>(null)
  progress = $state.raw<Progress | null>(null)
  /** Remaining seconds; null while unknown. */
  left = $state<number | null>(null)
  /** The newest verdict, until the window is closed. */
  verdict = $state.raw<Verification | null>(null)
  /** The error of the newest verification and its run. */
  failed = $state.raw<{ runId: string; error: ClientError } | null>(null)

  /** @param epochs number of first epochs; null: all of the run */
  async start(run: RunSummary, epochs: number | null, parallel: boolean): Promise<void> {
    const remainingSeconds = remaining()
    this.under = run
    this.progress = this.left = this.verdict = this.failed = null
    const end = on('task.progress', (progress) => {
      if (progress.kind !== 'verify') return
      this.progress = progress
      this.left = remainingSeconds(progress.done, progress.total)
    })
    try {
      const verdict = await backgroundTasks.follow('verify', () =>
        call('publish.verify', { id: run.id, epochs, parallel }),
      )
      this.verdict = verdict
      if (this.shown?.id !== run.id)
        toasts.info(
          `${runTitle(run)}verified: ${verdictWords({ same: verdict.same, whole: verdict.extent === 'whole' })}${verdict.same ? '' : '; details are on its page'}.`,
        )
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code === 'cancelled') toasts.info('Verification cancelled')
      else if (this.shown?.id === run.id) this.failed = { runId: run.id, error }
      else toasts.error(error)
    } finally {
      end()
      this.under = null
    }
  }

  cancel(): Promise<void> {
    return backgroundTasks.cancel('verify')
  }
}

export const verifying = new Verifying()
