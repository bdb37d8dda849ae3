/** A trained network as a list of plain operations, for programs that know nothing of banks: what every export is written from. */
import type { Kernels } from '../analysis/convolution'
import type { LayerSummary } from '../contract/records'
import type { NetworkSpec } from './architecture'
import { epsilon, kernelsOf, normOf, parameter, type Norm, type Weights } from './forward'

/** Per channel, of pixels scaled to 0..1. */
export interface PictureNorm {
  mean: readonly number[]
  std: readonly number[]
}

/** One operation. Its `name` is that of its one result, `input` another's name or `pictures`. */
export type Operation = { name: string } & (
  | { op: 'normalise'; input: string } & PictureNorm /* (x / 255 − mean) / std of each channel */
  | { op: 'convolution'; input: string; kernels: Kernels; stride: number } /* as `convolve`: zeros around by half of the kernel's side */
  | ({ op: 'norm'; input: string; epsilon: number } & Norm)
  | { op: 'relu'; input: string }
  | { op: 'sum'; inputs: readonly [string, string] }
  /** Every second pixel of both axes, with `zeros` channels of zeros before and after its own. */
  | { op: 'subsample'; input: string; zeros: number }
  /** Over all pixels of a channel: [batch, channels]. */
  | { op: 'mean'; input: string }
  /** input · weight + bias; weight [features, classes], row by row. */
  | { op: 'dense'; input: string; weight: Float32Array; bias: Float32Array; features: number; classes: number }
)

/** Names of what goes in and what comes out. */
export const picturesName = 'pictures'
export const logitsName = 'logits'

/**
 * The operations from raw pictures (0..255, RGB) to logits, in an order in which each finds its inputs. The normalisation of
 * the pictures is the first of them, a multi-band layer is a plain convolution with all kernels of its banks.
 * @throws WorkbenchError bad-data as `forward` does
 */
export function inferenceOf(spec: NetworkSpec, weights: Weights, pictures: PictureNorm): Operation[] {
  const operations: Operation[] = []
  const add = (operation: Operation): string => {
    operations.push(operation)
    return operation.name
  }
  const convNorm = (input: string, layer: LayerSummary): string => {
    const { name, stride } = layer
    add({ name, op: 'convolution', input, kernels: kernelsOf(layer, weights), stride })
    return add({ name: `${name}.norm`, op: 'norm', input: name, epsilon, ...normOf(layer, weights) })
  }
  const relu = (input: string, name: string): string => add({ name, op: 'relu', input })

  let x = add({ name: 'normalised', op: 'normalise', input: picturesName, ...pictures })
  x = relu(convNorm(x, spec.stem), `${spec.stem.name}.relu`)
  for (const { conv1, conv2, subsample } of spec.blocks) {
    const block = conv1.name.replace(/\.[^.]*$/, '')
    const shortcut = subsample ? add({ name: `${block}.shortcut`, op: 'subsample', input: x, zeros: (conv2.out - conv1.in) / 2 }) : x
    const y = convNorm(relu(convNorm(x, conv1), `${conv1.name}.relu`), conv2)
    x = relu(add({ name: `${block}.sum`, op: 'sum', inputs: [y, shortcut] }), `${block}.relu`)
  }
  const { features, classes } = spec
  const weight = parameter(weights, 'dense.weight', features * classes)
  const bias = parameter(weights, 'dense.bias', classes)
  add({ name: logitsName, op: 'dense', input: add({ name: 'features', op: 'mean', input: x }), weight, bias, features, classes })
  return operations
}

/** Whether every number of the network is one: a run that diverged may have kept others. */
export function isFinite(operations: readonly Operation[]): boolean {
  const finite = (values: Float32Array): boolean => values.every(Number.isFinite)
  return operations.every((operation) => {
    if (operation.op === 'convolution') return finite(operation.kernels.values)
    if (operation.op === 'norm') return [operation.scale, operation.offset, operation.mean, operation.variance].every(finite)
    return operation.op !== 'dense' || (finite(operation.weight) && finite(operation.bias))
  })
}
