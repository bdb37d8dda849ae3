import { setImmediate } from 'node:timers/promises'
import { hasFigures } from '../../analysis/filters/complementarity'
import { bankKernels, responseMagnitude } from '../../analysis/filters/filterBank'
import { bandEdges, bankPlanes, coverageOf, filterPlane, peakOf } from '../../analysis/filters/spectrum'
import { WorkbenchError } from '../../contract/errors'
import { datasetSizes } from '../../contract/experiment'
import type { Bank } from '../../contract/models/filters'
import type { LayerSummary } from '../../contract/models/models'
import type { StoredFilters } from '../../history/filters'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'
import type { Context } from '../app/context'
import { base64Of, LayerInputs } from './layerInput'
import { runOf } from '../app/lookup'
import type { HandlersOf } from '../app/handlers'

/** Points per side of the grid for coverage: the same as in the window, so that the numbers agree. */
const coverageSize = 64
/** Points per side of the grid that is searched for the peak: enough for the smooth response of a 3 × 3 kernel. */
const scaleSize = 16

/** Largest number of values in one band's response: size 64 for every layer, size 256 for a first layer. */
const largestResponse = 128 * 128 * 64

export function filterCalls(context: Context): HandlersOf<'filters'> {
  const { history } = context
  const inputs = new LayerInputs(context)

  /** Returns a layer's stored filters. Throws if there are none, or if they are not finite. */
  const storedOf = (
    id: string,
    name: string,
    epoch: number | null,
  ): { run: RunRecord; layer: LayerSummary; stored: StoredFilters } => {
    const run = runOf(context, id)
    const layer = layersOf(run).find((l) => l.name === name)
    const stored = layer && history.filters.get(run.key, name, epoch)
    if (!stored) throw notKept(run, name, epoch, history.filters.epochs(run.key))
    if (!stored.values.every(Number.isFinite))
      throw new WorkbenchError(
        'bad-data',
        `The filters of ${name} after epoch ${stored.epoch} hold numbers that are not finite.`,
        {
          fix: 'Choose an earlier epoch.',
          field: 'epoch',
        },
      )
    return { run, layer, stored }
  }

  return {
    'filters.runs': ({ text, limit }) => history.startedRuns.find(text, limit),

    'filters.defaultRun': ({ id }) => {
      const run = history.startedRuns.suggested(id)
      return { run, compared: run && history.startedRuns.comparisonBaseline(run.id) }
    },

    'filters.layers': ({ id }) => {
      const run = runOf(context, id)
      const kept = history.filters.epochs(run.key)
      return layersOf(run).flatMap((layer) => {
        const epochs = kept.get(layer.name)
        return epochs ? [{ ...layer, epochs }] : []
      })
    },

    'filters.figures': ({ id }) => {
      const run = runOf(context, id)
      return history.filters.figures(
        run.key,
        layersOf(run)
          .filter(hasFigures)
          .map(({ name }) => name),
      )
    },

    'filters.bank': ({ id, layer: name, filter, epoch, size }) => {
      const { layer, stored } = storedOf(id, name, epoch)
      // A response has one number per frequency and input channel: a large grid of a deep layer would be hundreds of
      // megabytes of JSON.
      const channels = stored.shape[2]
      if (size * size * channels > largestResponse)
        throw new WorkbenchError(
          'bad-input',
          `A response of size ${size} over ${channels} input channels is too large.`,
          {
            fix: `Ask for a size of at most ${Math.floor(Math.sqrt(largestResponse / channels))}.`,
            field: 'size',
          },
        )
      const kernels = bankKernels(stored.values, stored.shape, filter, layer.bank)
      return {
        runId: id,
        layer: name,
        filter,
        epoch: stored.epoch,
        multiband: layer.multiband,
        baseFilters: stored.shape[3],
        bank: layer.bank,
        banks: kernels.map((kernel, i): Bank => ({ band: i + 1, kernel, response: responseMagnitude(kernel, size) })),
      }
    },

    'filters.layer': ({ id, layer: name, epoch }) => {
      const { layer, stored } = storedOf(id, name, epoch)
      const { values, shape } = stored
      return {
        runId: id,
        layer: name,
        epoch: stored.epoch,
        multiband: layer.multiband,
        bank: layer.bank,
        stride: layer.stride,
        shape: [...shape],
        values: base64Of(values),
      }
    },

    'filters.coverage': async ({ id, layer: name, filters, channels, edge }) => {
      const { run, layer, stored } = storedOf(id, name, 0)
      inRange(filters, stored.shape[3], 'filters')
      inRange(channels, stored.shape[2], 'channels')
      const epochs: number[] = []
      const covered: number[] = []
      for await (const { epoch, shape, values } of overEpochs(history, run.key, name)) {
        // The coverage of a diverged epoch is undefined.
        if (!values.every(Number.isFinite)) continue
        const planes = filters.flatMap((filter) =>
          bankPlanes({ shape, values, bank: layer.bank }, filter, channels, coverageSize),
        )
        epochs.push(epoch)
        covered.push(coverageOf(planes, bandEdges[edge]).covered)
      }
      return { epochs, covered }
    },

    'filters.scale': async ({ id, layer: name, channels }) => {
      const { run, stored } = storedOf(id, name, 0)
      inRange(channels, stored.shape[2], 'channels')
      let weight = 0
      let magnitude = 0
      for await (const { shape, values } of overEpochs(history, run.key, name)) {
        if (!values.every(Number.isFinite)) continue
        const [, , inputs, filters] = shape
        for (let i = 0; i < values.length; i++)
          if (channels.includes(Math.floor(i / filters) % inputs))
            weight = Math.max(weight, Math.abs(values[i] as number))
        for (let filter = 0; filter < filters; filter++) {
          magnitude = Math.max(magnitude, peakOf(filterPlane({ shape, values }, filter, channels, scaleSize)))
          if (filter % 16 === 15) await setImmediate()
        }
      }
      return { weight, magnitude }
    },

    'filters.input': ({ id, layer, picture }) => inputs.of(runOf(context, id), layer, Buffer.from(picture, 'base64')),
  }
}

/** Yields a layer's filters after every stored epoch; other calls run in between. */
async function* overEpochs(history: Context['history'], key: number, layer: string): AsyncGenerator<StoredFilters> {
  for (const epoch of history.filters.epochs(key).get(layer) ?? []) {
    const stored = history.filters.get(key, layer, epoch)
    if (stored) yield stored
    await setImmediate()
  }
}

function inRange(indices: readonly number[], count: number, field: string): void {
  const wrong = indices.find((index) => index >= count)
  if (wrong !== undefined)
    throw new WorkbenchError(
      'not-found',
      `There is no ${wrong} among the ${field} of this layer: it has ${count}, numbered from 0.`,
      { field },
    )
}

function layersOf({ summary }: RunRecord): LayerSummary[] {
  return modelSummary(summary.arch, summary.variant, datasetSizes[summary.dataset].classes, summary.seed).layers
}

function notKept(run: RunRecord, layer: string, epoch: number | null, kept: Map<string, number[]>): WorkbenchError {
  const { id } = run.summary
  const epochs = kept.get(layer)
  if (kept.size === 0)
    return new WorkbenchError('not-found', `The run ${id} has no filters yet.`, {
      fix: 'They are stored when training starts.',
      field: 'id',
    })
  if (epochs)
    return new WorkbenchError('not-found', `The filters of ${layer} were not stored after epoch ${epoch ?? 0}.`, {
      fix: `Stored epochs: ${epochs[0] ?? 0} to ${epochs.at(-1) ?? 0}.`,
      field: 'epoch',
    })
  return new WorkbenchError('not-found', `The run ${id} has no stored filters of a layer ${layer}.`, {
    fix: `Layers with stored filters: ${layersOf(run)
      .flatMap(({ name }) => (kept.has(name) ? [name] : []))
      .join(', ')}.`,
    field: 'layer',
  })
}
