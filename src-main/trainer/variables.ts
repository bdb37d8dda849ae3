/** The graph's variables as they leave the trainer. */
import type { ExperimentConfig } from '../contract/experiment'
import type { LayerFilters } from '../contract/training'
import type { Normalisation } from '../datasets'
import type { TrainingGraph } from '../graph/training'
import { convolutions, kernelShape, type NetworkSpec } from '../nn/blocks'
import { parameters } from '../nn/resnet'
import { encodeSafetensors } from '../nn/safetensors'

/** Base filters of every multi-band layer and of the first layer. */
export function readFilters(spec: NetworkSpec, graph: TrainingGraph): LayerFilters[] {
  const layers = convolutions(spec).filter((layer, i) => i === 0 || layer.multiband)
  const values = graph.getVariables(layers.map((layer) => `${layer.name}.kernel`))
  return layers.map((layer) => {
    const kernel = named(values, `${layer.name}.kernel`)
    return {
      layer: layer.name,
      shape: kernelShape(layer),
      values: Buffer.from(kernel.buffer, kernel.byteOffset, kernel.byteLength).toString('base64'),
    }
  })
}

/**
 * All weights as a safetensors file. What pictures were normalised by goes with them: without it they are of no use elsewhere,
 * and the data set may be gone one day.
 */
export function encodeWeights(config: ExperimentConfig, spec: NetworkSpec, graph: TrainingGraph, { mean, std }: Normalisation): Uint8Array {
  const specs = parameters(spec)
  const values = graph.getVariables(specs.map((p) => p.name))
  return encodeSafetensors(
    specs.map(({ name, shape }) => ({ name, shape, values: named(values, name) })),
    { arch: config.arch, variant: config.variant, classes: String(spec.classes), layout: 'kernel: rows, columns, in, base filters', mean: JSON.stringify(mean), std: JSON.stringify(std) },
  )
}

function named(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name)
  // Nothing in its place: a weights file with a hole in it would be read as whole.
  if (!found) throw new Error(`The graph has no variable ${name}.`)
  return found
}
