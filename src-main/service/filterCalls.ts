import { bankKernels, filterKernel, responseMagnitude } from '../analysis/filterBank'
import { WorkbenchError } from '../contract/errors'
import { datasetSizes } from '../contract/experiment'
import type { Bank, LayerSummary } from '../contract/records'
import type { RunRecord } from '../history/runs'
import { modelSummary } from '../nn/architecture'
import type { Context } from './context'
import { runOf } from './runCalls'
import type { HandlersOf } from './handlers'

/** Numbers in one band's response: size 64 for every layer there is, size 256 for a first one. */
const largestResponse = 128 * 128 * 64

export function filterCalls(context: Context): HandlersOf<'filters'> {
  const { history } = context
  return {
    'filters.layers': ({ id }) => {
      const run = runOf(context, id)
      const kept = history.filters.epochs(run.key)
      return layersOf(run).flatMap((layer) => {
        const epochs = kept.get(layer.name)
        return epochs ? [{ ...layer, epochs }] : []
      })
    },

    'filters.bank': ({ id, layer: name, filter, epoch, size }) => {
      const run = runOf(context, id)
      const layer = layersOf(run).find((l) => l.name === name)
      const stored = layer && history.filters.get(run.key, name, epoch)
      if (!stored) throw notKept(run, name, epoch, history.filters.epochs(run.key))
      if (!stored.values.every(Number.isFinite))
        throw new WorkbenchError('bad-data', `The filters of ${name} after epoch ${stored.epoch} hold numbers that are not finite.`, {
          fix: 'Choose an earlier epoch.',
          field: 'epoch',
        })
      // A response is a number a frequency and input: of a deep layer, a large one would be hundreds of megabytes of JSON.
      const inputs = stored.shape[2]
      if (size * size * inputs > largestResponse)
        throw new WorkbenchError('bad-input', `A response of size ${size} over ${inputs} input channels is too large.`, {
          fix: `Ask for a size of at most ${Math.floor(Math.sqrt(largestResponse / inputs))}.`,
          field: 'size',
        })
      const kernels = layer.multiband ? bankKernels(stored.values, stored.shape, filter) : [filterKernel(stored.values, stored.shape, filter)]
      return {
        runId: id,
        layer: name,
        filter,
        epoch: stored.epoch,
        multiband: layer.multiband,
        baseFilters: stored.shape[3],
        banks: kernels.map((kernel, i): Bank => ({ band: i + 1, kernel, response: responseMagnitude(kernel, size) })),
      }
    },
  }
}

function layersOf({ summary }: RunRecord): LayerSummary[] {
  return modelSummary(summary.arch, summary.variant, datasetSizes[summary.dataset].classes).layers
}

function notKept(run: RunRecord, layer: string, epoch: number | null, kept: Map<string, number[]>): WorkbenchError {
  const { id } = run.summary
  const epochs = kept.get(layer)
  if (kept.size === 0) return new WorkbenchError('not-found', `The run ${id} has no filters yet.`, { fix: 'They are there once it has begun to train.', field: 'id' })
  if (epochs)
    return new WorkbenchError('not-found', `The filters of ${layer} were not kept after epoch ${epoch ?? 0}.`, {
      fix: `There are those of epochs ${epochs[0] ?? 0} to ${epochs.at(-1) ?? 0}.`,
      field: 'epoch',
    })
  return new WorkbenchError('not-found', `No filters of a layer ${layer} are kept of the run ${id}.`, {
    fix: `Kept are those of ${layersOf(run).flatMap(({ name }) => (kept.has(name) ? [name] : [])).join(', ')}.`,
    field: 'layer',
  })
}
