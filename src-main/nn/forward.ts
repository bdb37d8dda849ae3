/** A trained network's forward pass for one image, layer by layer, without TensorFlow: for views, not for training. */
import {
  bankKernelsOf,
  convolve,
  convolveChannels,
  type Activation,
  type Kernels,
} from '../analysis/filters/convolution'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary } from '../contract/models/models'
import { inputName, nodesByBlock } from '../networks/blocks'
import { inputsOf, type GraphNode } from '../networks/graph'
import { kernelShape, type NetworkSpec } from './networkSpec'

/** Added to the variance in a normalisation, as in `graph/operations.ts`. */
export const epsilon = 1e-5

/** Parameters by their names in `parameters` of network.ts. */
export type Weights = ReadonlyMap<string, { values: Float32Array }>

/**
 * Computes a network's logits with the running statistics. Yields the input of each convolution before it computes the
 * convolution, so that the caller can stop there or do other work.
 * @param picture one image, normalised as the run's batches are, [height, width, channels]
 * @returns logits [classes]
 * @throws WorkbenchError bad-data if a parameter is missing or has another size
 */
export function* forward(
  spec: NetworkSpec,
  weights: Weights,
  picture: Activation,
): Generator<{ layer: LayerSummary; input: Activation }, Float32Array, void> {
  const nodes = nodesByBlock(spec.blocks).flat()
  const results = new Map([[inputName, picture]])
  let x = picture
  for (const [i, node] of nodes.entries()) {
    const [input, other] = inputsOf(node).map((name) => results.get(name))
    if (!input) throw new Error(`The input of ${node.name} was not computed.`)
    if (node.op === 'convolution') yield { layer: node.layer, input }
    x = apply(node, input, other, weights)
    results.set(node.name, x)
    // Free results that no later node takes.
    for (const name of inputsOf(node))
      if (!nodes.slice(i + 1).some((later) => inputsOf(later).includes(name))) results.delete(name)
  }
  return logits(spec, weights, x)
}

/** @param other the second input of a sum */
function apply(node: GraphNode, x: Activation, other: Activation | undefined, weights: Weights): Activation {
  switch (node.op) {
    case 'convolution': {
      const kernels = kernelsOf(node.layer, weights)
      return node.layer.groups > 1
        ? convolveChannels(x, kernels, node.layer.stride)
        : convolve(x, kernels, node.layer.stride)
    }
    case 'norm':
      return normalised(x, normOf(node.norm, node.channels, weights))
    case 'relu':
      return { ...x, values: x.values.map((value) => Math.max(0, value)) }
    case 'sum':
      return { ...x, values: x.values.map((value, i) => value + (other?.values[i] ?? NaN)) }
    case 'subsample':
      return subsampled(x, node.zeros)
    case 'pool':
      return pooled(x)
  }
}

/** Returns a parameter's values. @throws WorkbenchError bad-data if it is missing or has another size */
export function parameter(weights: Weights, name: string, size: number): Float32Array {
  const values = weights.get(name)?.values
  if (values?.length !== size)
    throw new WorkbenchError('bad-data', `The weights file has no ${name} of ${size} numbers.`)
  return values
}

/**
 * Returns the kernels that a layer convolves with; those of a multi-band layer with all bands. Throws as `forward`
 * does.
 */
export function kernelsOf(layer: LayerSummary, weights: Weights): Kernels {
  const shape = kernelShape(layer)
  const values = parameter(
    weights,
    `${layer.name}.kernel`,
    shape.reduce((a, b) => a * b, 1),
  )
  const all = Array.from({ length: layer.baseFilters }, (_, i) => i)
  return bankKernelsOf({ values, shape, bank: layer.bank }, all)
}

/** A normalisation's values per channel: (x − mean) / √(variance + epsilon) · scale + offset. */
export interface Norm {
  scale: Float32Array
  offset: Float32Array
  mean: Float32Array
  variance: Float32Array
}

/** Returns a normalisation's values. Throws as `forward` does. @param name of its convolution, or its own */
export function normOf(name: string, channels: number, weights: Weights): Norm {
  const of = (part: string): Float32Array => parameter(weights, `${name}.norm.${part}`, channels)
  return { scale: of('scale'), offset: of('offset'), mean: of('mean'), variance: of('variance') }
}

function normalised(x: Activation, { scale, offset, mean, variance }: Norm): Activation {
  const values = x.values.map((value, i) => {
    const c = i % x.channels
    return (
      ((value - (mean[c] as number)) / Math.sqrt((variance[c] as number) + epsilon)) * (scale[c] as number) +
      (offset[c] as number)
    )
  })
  return { ...x, values }
}

/**
 * Returns every second pixel, with `zeros` channels of zeros on both sides: option A of He et al. 2016, section 4.2.
 */
function subsampled(x: Activation, zeros: number): Activation {
  const height = x.height / 2
  const width = x.width / 2
  const channels = x.channels + 2 * zeros
  const values = new Float32Array(height * width * channels)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let c = 0; c < x.channels; c++)
        values[(row * width + column) * channels + zeros + c] = x.values[
          (2 * row * x.width + 2 * column) * x.channels + c
        ] as number
  return { height, width, channels, values }
}

function pooled(x: Activation): Activation {
  const height = x.height / 2
  const width = x.width / 2
  const { channels } = x
  const values = new Float32Array(height * width * channels).fill(-Infinity)
  for (let i = 0; i < x.values.length; i++) {
    const pixel = Math.floor(i / channels)
    const to = (Math.floor(pixel / x.width / 2) * width + Math.floor((pixel % x.width) / 2)) * channels + (i % channels)
    values[to] = Math.max(values[to] as number, x.values[i] as number)
  }
  return { height, width, channels, values }
}

function logits({ features, classes }: NetworkSpec, weights: Weights, x: Activation): Float32Array {
  const dense = parameter(weights, 'dense.weight', features * classes)
  const result = Float32Array.from(parameter(weights, 'dense.bias', classes))
  const pixels = x.height * x.width
  for (let c = 0; c < features; c++) {
    let mean = 0
    for (let p = 0; p < pixels; p++) mean += (x.values[p * features + c] as number) / pixels
    for (let k = 0; k < classes; k++) result[k] = (result[k] as number) + mean * (dense[c * classes + k] as number)
  }
  return result
}
