/**
 * Work of the service that takes its time: it goes on while one looks at other pages, the status bar says how far it
 * is.
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

class Works {
  going = $state.raw<Progress | null>(null)
  cancelling = $state(false)

  readonly words = $derived.by(() => {
    if (this.going === null) return ''
    const { kind, phase, done, total } = this.going
    return `${names[kind]}: ${phase}${total > 0 ? ` ${progressText(done, total)}` : ''}`
  })

  exportStudy(id: string, checkpoints = false): Promise<void> {
    return this.#follow('export', async () => {
      const { saved } = await call('shell.exportStudy', { id, checkpoints })
      if (saved) toasts.written('Study exported: Import study… takes it in elsewhere.')
    })
  }

  reportStudy(id: string): Promise<void> {
    return this.#follow('report', async () => {
      const made = await call('shell.reportStudy', { id })
      if (made) toasts.written(`Report written: open index.html in ${made.folder}.`)
    })
  }

  importStudy(kind: 'archive' | 'folder' = 'archive'): Promise<void> {
    return this.#follow('import', async () => {
      const made = await call('shell.importStudy', { kind })
      if (made === null) return
      toasts.info(wordsOf(made))
      router.go(href.study(made.studyId))
    })
  }

  async cancel(kind = this.going?.kind): Promise<void> {
    if (kind === undefined) return
    this.cancelling = true
    await call('publish.cancel', { kind }).catch((thrown: unknown) => toasts.error(toClientError(thrown)))
    this.cancelling = false
  }

  /** Has the status bar show how far it is. @throws what it throws */
  async follow<T>(kind: Progress['kind'], work: () => Promise<T>): Promise<T> {
    const end = on('task.progress', (progress) => {
      if (progress.kind === kind) this.going = progress
    })
    try {
      return await work()
    } finally {
      end()
      if (this.going?.kind === kind) this.going = null
    }
  }

  async #follow(kind: Progress['kind'], work: () => Promise<void>): Promise<void> {
    try {
      await this.follow(kind, work)
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code === 'cancelled') toasts.info(`${names[kind]} cancelled; nothing was kept.`)
      else toasts.error(error)
    }
  }
}

/** 'Table I imported: 12 runs, 3 were here already.' */
function wordsOf({ studyName, completed, runs, skipped }: Imported): string {
  if (runs.length === 0)
    return `${studyName}: nothing new, ${plural(skipped.length, 'run')} of it ${skipped.length === 1 ? 'is' : 'are'} here already.`
  const renamed = runs.filter(({ id, as }) => id !== as).length
  return `${studyName} ${completed ? 'completed' : 'imported'}: ${plural(runs.length, 'run')}${skipped.length > 0 ? `, ${skipped.length} were here already` : ''}${renamed > 0 ? `; ${renamed} got another id, for theirs is another run’s here` : ''}.`
}

export const works = new Works()
