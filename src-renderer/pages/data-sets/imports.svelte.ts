/**
 * The current import or download: it continues while the user visits other pages, and its error stays until dismissed.
 */
import { transferWords } from '../../../src-main/analysis/text/transfer'
import type { DatasetId, DatasetSummary, EventPayload } from '../../../src-main/contract'
import { call, on, toClientError, type ClientError } from '../../lib/data/client'
import { datasetName, progressText } from '../../lib/format'
import { toasts } from '../../lib/actions/toasts.svelte'

type Verb = 'imported' | 'downloaded'

class Imports {
  /** Name of the imported file or folder, or of the downloaded data set; null while idle. */
  name = $state.raw<string | null>(null)
  progress = $state.raw<EventPayload<'dataset.progress'> | null>(null)
  cancelling = $state(false)
  /** Stays until it is dismissed. */
  error = $state.raw<{ title: string; error: ClientError } | null>(null)
  /** Counts ended imports, because partial downloads may change with each. */
  ended = $state(0)

  /** Describes the phase and progress. */
  get words(): string {
    if (this.cancelling) return 'cancelling'
    const { progress } = this
    if (progress === null) return 'opening'
    if (progress.phase === 'Downloading') return transferWords(progress)
    return progress.total > 0 && progress.done > 0
      ? `${progress.phase} · ${progressText(progress.done, progress.total)}`
      : progress.phase
  }

  async start(kind: 'archive' | 'folder'): Promise<void> {
    // Menus and keys also work while the page's buttons are disabled.
    if (this.#reportsRunning()) return
    let choice
    try {
      choice = await call('shell.chooseDataset', { kind })
    } catch (thrown) {
      this.error = { title: `Could not import the ${kind}`, error: toClientError(thrown) }
      return
    }
    if (choice === null) return
    const { grant, name } = choice
    await this.#follow(name, 'imported', () => call('shell.importDataset', { grant }))
  }

  async download(id: DatasetId): Promise<void> {
    await this.#follow(datasetName(id), 'downloaded', () => call('datasets.download', { id }))
  }

  async #follow(name: string, verb: Verb, work: () => Promise<DatasetSummary>): Promise<void> {
    // Another import may have started while a dialog was open.
    if (this.#reportsRunning()) return
    this.name = name
    this.error = null
    this.progress = null
    const end = on('dataset.progress', (progress) => (this.progress = progress))
    try {
      const set = await work()
      toasts.info(`${set.name} ${verb === 'downloaded' ? 'downloaded and imported' : verb}.`)
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.code !== 'cancelled') this.error = { title: `${name} was not ${verb}`, error }
      else toasts.info(verb === 'downloaded' ? error.message : 'Import cancelled; nothing was imported.')
    } finally {
      end()
      this.name = null
      this.progress = null
      this.cancelling = false
      this.ended++
    }
  }

  /** Returns whether an import or download runs, and says so. */
  #reportsRunning(): boolean {
    if (this.name === null) return false
    toasts.info(`${this.name} is being imported or downloaded. Wait for its end, or cancel it.`)
    return true
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
