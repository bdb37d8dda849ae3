/** Data sets as the service's calls see them: one import at a time, and studies only on what is there. */
import { datasetName } from '../analysis/names'
import { importDataset, listDatasets, removeDataset, sampleImages, verifyDataset } from '../datasets'
import { WorkbenchError } from '../contract/errors'
import type { DatasetId } from '../contract/experiment'
import type { Context } from './context'
import { ok, type HandlersOf } from './handlers'

export class Datasets {
  readonly #context: Context
  #import: { abort: AbortController; done: Promise<unknown> } | null = null

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * That a config's set is imported. (That it has as many examples as asked for is the contract's own check.)
   * @param field named in the error
   * @throws WorkbenchError not-found
   */
  async mustHave(dataset: DatasetId, field: string): Promise<void> {
    const summary = (await listDatasets(this.#context.paths.datasets)).find((d) => d.id === dataset)
    if (!summary?.available)
      throw new WorkbenchError('not-found', `${datasetName(dataset)} has not been imported.`, {
        fix: 'Import it on the Data sets page or with `mcnn datasets import PATH`.',
        field,
      })
  }

  calls(): HandlersOf<'datasets'> {
    const { paths, emit } = this.#context
    return {
      'datasets.list': () => listDatasets(paths.datasets),

      'datasets.import': ({ path }) => this.#importFrom(path),

      'datasets.cancelImport': async () => {
        await this.#cancel()
        return ok
      },

      'datasets.verify': async ({ id }) => {
        const verified = await verifyDataset(paths.datasets, id)
        emit('dataset.changed', { id })
        return verified
      },

      'datasets.remove': async ({ id }) => {
        this.#mustBeUnused(id)
        await removeDataset(paths.datasets, id)
        emit('dataset.changed', { id })
        return ok
      },

      'datasets.samples': async ({ id, perClass }) => {
        const samples = await sampleImages(paths.datasets, id, perClass)
        return { samples: samples.map(({ label, pixels }) => ({ label, pixels: Buffer.from(pixels).toString('base64') })) }
      },
    }
  }

  async close(): Promise<void> {
    await this.#cancel()
  }

  async #importFrom(path: string): ReturnType<typeof importDataset> {
    if (this.#import) throw new WorkbenchError('conflict', 'Another import is under way.', { fix: 'Wait for its end, or cancel it.' })
    const { paths, emit } = this.#context
    const abort = new AbortController()
    const work = importDataset({
      path,
      datasetsDir: paths.datasets,
      signal: abort.signal,
      onProgress: (progress) => emit('dataset.progress', progress),
    })
    this.#import = { abort, done: work.catch(() => undefined) }
    try {
      const imported = await work
      emit('dataset.changed', { id: imported.id })
      return imported
    } finally {
      this.#import = null
    }
  }

  async #cancel(): Promise<void> {
    this.#import?.abort.abort()
    await this.#import?.done
  }

  /** @throws WorkbenchError conflict where a run that has not ended trains on it */
  #mustBeUnused(id: DatasetId): void {
    const user = this.#context.history.runs.unfinished().find((run) => run.summary.dataset === id)
    if (user)
      throw new WorkbenchError('conflict', `${datasetName(id)} is needed by the run ${user.summary.id}, which is ${user.summary.state}.`, {
        fix: 'Stop that run first, or let it finish.',
      })
  }
}
