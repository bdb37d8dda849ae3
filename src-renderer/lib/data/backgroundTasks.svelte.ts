/**
 * The service's background tasks, which continue while the user visits other pages; the status bar shows their progress.
 */
import type { EventPayload, Imported } from '../../../src-main/contract'
import { call, on, toClientError } from './client'
import { plural, progressText } from '../format'
import { href, router } from '../navigation/router.svelte'
import { toasts } from '../actions/toasts.svelte'

type Progress = EventPayload<'task.progress'>

const names: Record<Progress['kind'], string> = {
  verify: 'Verification',
  export: 'Export',
  import: 'Import',
  report: 'Report',
}

class BackgroundTasks {
  current = $state.raw<Progress | null>(null)
  cancelling = $state(false)

  readonly label = $derived.by(() => {
    if (this.current === null) return ''
    const { kind, phase, done, total } = this.current
    return `${names[kind]}: ${phase}${total > 0 ? ` ${progressText(done, total)}` : ''}`
  })

  exportStudy(id: string, checkpoints = false): Promise<void> {
    return this.#follow('export', async () => {
      const { saved } = await call('shell.exportStudy', { id, checkpoints })
      if (saved) toasts.written('Study exported. Use “Import study…” to open it elsewhere.')
    })
  }

  reportStudy(id: string): Promise<void> {
    return this.#follow('report', async () => {
      const made = await call('shell.reportStudy', { id })
      if (made) toasts.written(`Report saved as ${made.folder}/index.html`)
    })
  }

  importStudy(kind: 'archive' | 'folder' = 'archive'): Promise<void> {
    return this.#follow('import', async () => {
      const made = await call('shell.importStudy', { kind })
      if (made === null) return
      toasts.info(importSummary(made))
      router.go(href.study(made.studyId))
    })
  }

  async cancel(kind = this.current?.kind): Promise<void> {
    if (kind === undefined) return
    this.cancelling = true
    await call('publish.cancel', { kind }).catch((thrown: unknown) => toasts.error(toClientError(thrown)))
    this.cancelling = false
  }

  /** Shows the task's progress in the status bar. @throws what `work` throws */
  async follow<T>(kind: Progress['kind'], work: () => Promise<T>): Promise<T> {
    const end = on('task.progress', (progress) => {
      if (progress.kind === kind) this.current = progress
    })
    try {
      return await work()
    } finally {
      end()
      if (this.current?.kind === kind) this.current = null
    }
  }

  async #follow(kind: Progress['kind'], work: () => Promise<void>): Promise<void> {
    try {
      await this.follow(kind, work)
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code === 'cancelled') toasts.info(`${names[kind]} cancelled`)
      else toasts.error(error)
    }
  }
}

/** 'Table I imported: 12 runs, 3 already imported.' */
function importSummary({ studyName, completed, runs, skipped }: Imported): string {
  if (runs.length === 0) return `${studyName}: ${plural(skipped.length, 'run')} already imported, nothing new.`
  const renamed = runs.filter(({ id, as }) => id !== as).length
  return `${studyName} ${completed ? 'completed' : 'imported'}: ${plural(runs.length, 'run')}${skipped.length > 0 ? `, ${skipped.length} already imported` : ''}${renamed > 0 ? `; ${renamed} renamed because of an id conflict` : ''}.`
}

export const backgroundTasks = new BackgroundTasks()
