/** The one import that may be under way: it goes on while one looks at other pages, and its end is told on return. */
import type { EventPayload } from '../../../src-main/contract'
import { call, on, toClientError, type ClientError } from '../../lib/client'
import { toasts } from '../../lib/toasts.svelte'

class Imports {
  /** The file or folder that was chosen; null where none is being imported. */
  name = $state.raw<string | null>(null)
  progress = $state.raw<EventPayload<'dataset.progress'> | null>(null)
  cancelling = $state(false)
  /** Stays until it is dismissed. */
  error = $state.raw<{ name: string; error: ClientError } | null>(null)

  async start(kind: 'archive' | 'folder'): Promise<void> {
    let choice
    try {
      choice = await call('shell.chooseDataset', { kind })
    } catch (thrown) {
      this.error = { name: kind, error: toClientError(thrown) }
      return
    }
    if (choice === null || this.name !== null) return
    this.name = choice.name
    this.error = null
    this.progress = null
    const end = on('dataset.progress', (progress) => (this.progress = progress))
    try {
      const set = await call('shell.importDataset', { grant: choice.grant })
      toasts.info(`${set.name} imported.`)
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code === 'cancelled') toasts.info('Import cancelled; nothing was kept.')
      else this.error = { name: choice.name, error }
    } finally {
      end()
      this.name = null
      this.progress = null
      this.cancelling = false
    }
  }

  async cancel(): Promise<void> {
    this.cancelling = true
    try {
      await call('datasets.cancelImport', {})
    } catch (thrown) {
      this.cancelling = false
      toasts.error(toClientError(thrown))
    }
  }

  dismiss(): void {
    this.error = null
  }
}

export const imports = new Imports()
