/** One picture's way through a trained network, layer by layer, without TensorFlow: for looking, not for training. */
import { bankKernelsOf, convolve, type Activation, type Kernels } from '../analysis/convolution'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary } from '../contract/records'
import type { NetworkSpec } from './architecture'

/** Of the normalisation, as in `graph/operations.ts`. */
export const epsilon = 1e-5

/** A parameter's numbers by its name in `parameters` of resnet.ts. */
export type Weights = ReadonlyMap<string, { values: Float32Array }>

/**
 * Goes through the network as it evaluates: running statistics in the normalisation. Yields what comes into each
 * convolution before it is computed, so that the caller can stop there or let others in.
 * @param picture normalised as the run's batches are, [32, 32, 3]
 * @returns the logits
 * @throws WorkbenchError bad-data where a parameter is missing or has another size
 */
export function* forward(spec: NetworkSpec, weights: Weights, picture: Activation): Generator<{ layer: LayerSummary; input: Activation }, Float32Array, void> {
  yield { layer: spec.stem, input: picture }
  let x = relu(normalised(picture, spec.stem, weights))
  for (const { conv1, conv2, subsample } of spec.blocks) {
    yield { layer: conv1, input: x }
    const between = relu(normalised(x, conv1, weights))
    yield { layer: conv2, input: between }
    const y = normalised(between, conv2, weights)
    x = relu(sum(y, subsample ? shortcut(x, conv2.out) : x))
  }
  return logits(spec, weights, x)
}

/** @throws WorkbenchError bad-data where it is missing or has another size */
export function parameter(weights: Weights, name: string, size: number): Float32Array {
  const values = weights.get(name)?.values
  if (values?.length !== size) throw new WorkbenchError('bad-data', `The weights file has no ${name} of ${size} numbers.`)
  return values
}

/** The kernels that a layer convolves with, a multi-band layer's banks written out. @throws WorkbenchError as `forward` does */
export function kernelsOf(layer: LayerSummary, weights: Weights): Kernels {
  const { name, kernel, baseFilters, bank } = layer
  const values = parameter(weights, `${name}.kernel`, kernel[0] * kernel[1] * layer.in * baseFilters)
  const all = Array.from({ length: baseFilters }, (_, i) => i)
  return bankKernelsOf({ values, shape: [...kernel, layer.in, baseFilters], bank }, all)
}

/** Of a layer's normalisation, a number an output channel: (x − mean) / √(variance + epsilon) · scale + offset. */
export interface Norm {
  scale: Float32Array
  offset: Float32Array
  mean: Float32Array
  variance: Float32Array
}

/** @throws WorkbenchError as `forward` does */
export function normOf({ name, out }: LayerSummary, weights: Weights): Norm {
  const of = (part: string): Float32Array => parameter(weights, `${name}.norm.${part}`, out)
  return { scale: of('scale'), offset: of('offset'), mean: of('mean'), variance: of('variance') }
}

function normalised(x: Activation, layer: LayerSummary, weights: Weights): Activation {
  const { out, stride } = layer
  const y = convolve(x, kernelsOf(layer, weights), stride)
  const { scale, offset, mean, variance } = normOf(layer, weights)
  for (let i = 0; i < y.values.length; i++) {
    const c = i % out
    y.values[i] = (((y.values[i] as number) - (mean[c] as number)) / Math.sqrt((variance[c] as number) + epsilon)) * (scale[c] as number) + (offset[c] as number)
  }
  return y
}

function relu(x: Activation): Activation {
  return { ...x, values: x.values.map((value) => Math.max(0, value)) }
}

function sum(a: Activation, b: Activation): Activation {
  return { ...a, values: a.values.map((value, i) => value + (b.values[i] as number)) }
}

/** Option A: every second pixel, zeros on both sides of the channels. */
function shortcut(x: Activation, channels: number): Activation {
  const height = x.height / 2
  const width = x.width / 2
  const missing = (channels - x.channels) / 2
  const values = new Float32Array(height * width * channels)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let c = 0; c < x.channels; c++) values[(row * width + column) * channels + missing + c] = x.values[(2 * row * x.width + 2 * column) * x.channels + c] as number
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
