/** The service's calls about data sets: one import at a time, and studies only on data sets that are installed. */
import { datasetName } from '../../analysis/text/names'
import {
  augmentedPictures,
  datasetSources,
  datasetStatistics,
  discardDownload,
  downloadDataset,
  dropFolder,
  hasDataset,
  importDataset,
  listDatasets,
  restoreSet,
  sampleImages,
  setAside,
  verifyDataset,
  type DownloadSetup,
  type ImportProgress,
} from '../../datasets'
import { flushPath } from '../../files/durable'
import { WorkbenchError } from '../../contract/errors'
import type { DatasetId } from '../../contract/experiment'
import type { DatasetStatistics, DatasetSummary } from '../../contract/datasets/datasets'
import type { Context } from '../app/context'
import { ok, type HandlersOf } from '../app/handlers'

export class Datasets {
  readonly #context: Context
  /** Folders of removed data sets that can be restored. */
  readonly #removed = new Map<DatasetId, string>()
  /** By data set and fingerprint: the images of one never change. */
  readonly #statistics = new Map<string, Promise<DatasetStatistics>>()
  #import: { abort: AbortController; done: Promise<unknown> } | null = null

  /** @param setup download settings for tests */
  constructor(
    context: Context,
    private readonly setup: Partial<DownloadSetup> = {},
  ) {
    this.#context = context
  }

  /**
   * Checks that a config's set is imported and complete. It may be removed before anything is queued: `enqueue` checks
   * again.
   * @param field named in the error
   * @throws WorkbenchError not-found
   */
  async mustHave(dataset: DatasetId, field: string): Promise<void> {
    const summary = (await listDatasets(this.#context.paths.datasets)).find((d) => d.id === dataset)
    if (!summary?.available) throw notImported(dataset, field)
  }

  calls(): HandlersOf<'datasets'> {
    const { history, paths, emit } = this.#context
    return {
      'datasets.list': () => listDatasets(paths.datasets),

      'datasets.import': ({ path }) => this.#bringIn((options) => importDataset({ ...options, path })),

      'datasets.sources': () => datasetSources(paths.datasets, this.setup.specs),

      'datasets.download': ({ id }) =>
        this.#bringIn((options) => downloadDataset({ ...options, id, setup: this.setup })),

      'datasets.discardDownload': async ({ id }) => {
        await this.#alone(() => discardDownload(paths.datasets, id, this.setup.specs))
        return ok
      },

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
        const before = this.#removed.get(id)
        // In one transaction: nothing that needs the set is queued between the check and its removal.
        const folder = history.transaction(() => {
          this.#mustBeUnused(id)
          return setAside(paths.datasets, id)
        })
        this.#removed.set(id, folder)
        emit('dataset.changed', { id })
        if (before !== undefined) await dropFolder(paths.datasets, before)
        return ok
      },

      'datasets.restore': async ({ id }) => {
        const folder = this.#removed.get(id)
        if (folder === undefined)
          throw new WorkbenchError('not-found', `${datasetName(id)} cannot be restored: its files are gone.`, {
            fix: 'Import it again.',
          })
        restoreSet(paths.datasets, folder, id)
        this.#removed.delete(id)
        emit('dataset.changed', { id })
        await flushPath(paths.datasets)
        return ok
      },

      'datasets.purge': async ({ id }) => {
        await this.#purge(id)
        return ok
      },

      'datasets.statistics': ({ id }) => this.#statisticsOf(id),

      'datasets.augmented': async ({ id, label, seed, draws }) => {
        const picture = (await sampleImages(paths.datasets, id, 1)).find((sample) => sample.label === label)?.pixels
        if (!picture)
          throw new WorkbenchError('bad-input', `${datasetName(id)} has no class ${label}.`, { field: 'label' })
        const text = (pixels: Uint8Array): string => Buffer.from(pixels).toString('base64')
        return { original: text(picture), pictures: augmentedPictures(picture, seed, draws).map(text) }
      },

      'datasets.samples': async ({ id, perClass }) => {
        const samples = await sampleImages(paths.datasets, id, perClass)
        return {
          samples: samples.map(({ label, pixels }) => ({ label, pixels: Buffer.from(pixels).toString('base64') })),
        }
      },
    }
  }

  async close(): Promise<void> {
    await this.#cancel()
    for (const id of this.#removed.keys()) await this.#purge(id)
  }

  async #purge(id: DatasetId): Promise<void> {
    const folder = this.#removed.get(id)
    if (folder === undefined) return
    this.#removed.delete(id)
    await dropFolder(this.#context.paths.datasets, folder)
  }

  async #statisticsOf(id: DatasetId): Promise<DatasetStatistics> {
    const { datasets } = this.#context.paths
    const fingerprint = (await listDatasets(datasets)).find((one) => one.id === id)?.fingerprint
    const key = `${id} ${fingerprint ?? ''}`
    const statistics = this.#statistics.get(key) ?? datasetStatistics(datasets, id)
    this.#statistics.set(key, statistics)
    // A failure is not cached: it may be fixed before the next request.
    statistics.catch(() => this.#statistics.delete(key))
    return statistics
  }

  async #bringIn(
    how: (options: {
      datasetsDir: string
      signal: AbortSignal
      onProgress: (progress: ImportProgress) => void
    }) => Promise<DatasetSummary>,
  ): Promise<DatasetSummary> {
    const { paths, emit } = this.#context
    const imported = await this.#alone((signal) =>
      how({ datasetsDir: paths.datasets, signal, onProgress: (progress) => emit('dataset.progress', progress) }),
    )
    emit('dataset.changed', { id: imported.id })
    return imported
  }

  /**
   * Runs one import, download or removal of a partial download at a time: they share the partial files and the
   * progress.
   * @throws WorkbenchError conflict if another one runs
   */
  async #alone<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#import) throw underWay()
    const abort = new AbortController()
    const done = task(abort.signal)
    this.#import = { abort, done: done.catch(() => undefined) }
    try {
      return await done
    } finally {
      this.#import = null
    }
  }

  async #cancel(): Promise<void> {
    this.#import?.abort.abort()
    await this.#import?.done
  }

  /** @throws WorkbenchError conflict if an unfinished run trains on it */
  #mustBeUnused(id: DatasetId): void {
    const user = this.#context.history.runs.unfinished().find((run) => run.summary.dataset === id)
    if (user)
      throw new WorkbenchError(
        'conflict',
        `${datasetName(id)} is needed by the run ${user.summary.id}, which is ${user.summary.state}.`,
        {
          fix: 'Stop that run first, or let it finish.',
        },
      )
  }
}

/**
 * Checks that a set is there now, for the transaction that queues a run on it.
 * @throws WorkbenchError not-found
 */
export function mustHaveNow({ paths }: Pick<Context, 'paths'>, dataset: DatasetId, field?: string): void {
  if (!hasDataset(paths.datasets, dataset)) throw notImported(dataset, field)
}

function notImported(dataset: DatasetId, field?: string): WorkbenchError {
  return new WorkbenchError('not-found', `${datasetName(dataset)} has not been imported.`, {
    fix: 'Download or import it on the Data sets page, or with `mcnn datasets download` or `mcnn datasets import PATH`.',
    field,
  })
}

function underWay(): WorkbenchError {
  return new WorkbenchError('conflict', 'Another import or download is running.', {
    fix: 'Wait for its end, or cancel it.',
  })
}
