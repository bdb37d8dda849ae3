/** Exports the variables of the graph from the trainer. */
import type { ExperimentConfig } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'
import type { LayerFilters } from '../contract/trainer/messages'
import type { Normalisation } from '../datasets'
import type { TrainingGraph } from '../graph/training'
import { convolutions, kernelShape, type NetworkSpec } from '../nn/networkSpec'
import { parameters } from '../nn/network'
import { encodeSafetensors } from '../nn/safetensors'

/**
 * Largest number of filter values per epoch, 4 MB in the history: every layer of a ResNet fits; of the 512-filter
 * layers of a VGG only the last does.
 */
const mostNumbers = 2 ** 20

/**
 * Returns the layers whose filters are stored after each epoch: the first layer, the last multi-band layer, then as
 * many multi-band layers from the front as fit.
 */
export function keptLayers(spec: NetworkSpec): LayerSummary[] {
  const wanted = convolutions(spec).filter((layer, i) => i === 0 || layer.multiband)
  const numbers = (layer: LayerSummary): number => kernelShape(layer).reduce((a, b) => a * b, 1)
  const kept = new Set<LayerSummary>()
  let room = mostNumbers
  for (const layer of [...wanted.slice(0, 1), ...wanted.slice(1).slice(-1), ...wanted.slice(1, -1)]) {
    if (numbers(layer) > room) break
    room -= numbers(layer)
    kept.add(layer)
  }
  return wanted.filter((layer) => kept.has(layer))
}

/** Returns the base filters of those layers. @param values variables of the graph, at least the kernels */
export function filtersOf(spec: NetworkSpec, values: ReadonlyMap<string, Float32Array>): LayerFilters[] {
  return keptLayers(spec).map((layer) => {
    const kernel = requireVariable(values, `${layer.name}.kernel`)
    return {
      layer: layer.name,
      shape: kernelShape(layer),
      values: new Uint8Array(kernel.buffer, kernel.byteOffset, kernel.byteLength),
    }
  })
}

/**
 * Returns all weights as a safetensors file. It includes the normalisation of the images: the weights are useless
 * without it, and the data set may be removed.
 */
export function encodeWeights(
  config: ExperimentConfig,
  spec: NetworkSpec,
  graph: TrainingGraph,
  { mean, std }: Normalisation,
): Uint8Array {
  const specs = parameters(spec)
  const values = graph.getVariables(specs.map((p) => p.name))
  return encodeSafetensors(
    specs.map(({ name, shape }) => ({ name, shape, values: requireVariable(values, name) })),
    {
      arch: config.arch,
      variant: config.variant,
      classes: String(spec.classes),
      layout: 'kernel: rows, columns, in, base filters',
      mean: JSON.stringify(mean),
      std: JSON.stringify(std),
    },
  )
}

/** Returns the values of a variable. @throws Error if it is missing */
export function requireVariable(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name)
  // No default value: an incomplete weights file would be read as a complete one.
  if (!found) throw new Error(`The graph has no variable ${name}.`)
  return found
}
