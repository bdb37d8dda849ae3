/** A trained network as a list of plain operations without banks, from which every export is written. */
import type { Kernels } from '../analysis/filters/convolution'
import { inputName, nodesByBlock } from '../networks/blocks'
import { epsilon, kernelsOf, normOf, parameter, type Norm, type Weights } from './forward'
import type { NetworkSpec } from './networkSpec'

/** Mean and standard deviation of each channel, of pixels scaled to 0..1. */
export interface PictureNorm {
  mean: readonly number[]
  std: readonly number[]
}

/** One operation. `name` names its result; `input` is the name of another result or `pictures`. */
export type InferenceOperation = { name: string } & (
  | ({ op: 'normalise'; input: string } & PictureNorm) /* (x / 255 − mean) / std of each channel */
  /** Zero padding of half the kernel's side. With more than one group, each filter takes its own channel alone. */
  | { op: 'convolution'; input: string; kernels: Kernels; stride: number; groups: number }
  | ({ op: 'norm'; input: string; epsilon: number } & Norm)
  | { op: 'relu'; input: string }
  | { op: 'sum'; inputs: readonly [string, string] }
  /** Every second pixel of both axes, with `zeros` channels of zeros before and after its own. */
  | { op: 'subsample'; input: string; zeros: number }
  /** The largest of each 2 × 2 pixels. */
  | { op: 'pool'; input: string }
  /** Over all pixels of a channel: [batch, channels]. */
  | { op: 'mean'; input: string }
  /** input · weight + bias; weight [features, classes], row by row. */
  | { op: 'dense'; input: string; weight: Float32Array; bias: Float32Array; features: number; classes: number }
)

/** Names of a network's input and output. */
export const picturesName = 'pictures'
export const logitsName = 'logits'

/**
 * Returns the operations from raw images (RGB, 0..255) to logits; each follows its inputs. The first one normalises the
 * images. A multi-band layer is a plain convolution with the kernels of all its bands.
 * @throws WorkbenchError bad-data if a parameter is missing or has another size
 */
export function inferenceOf(spec: NetworkSpec, weights: Weights, pictures: PictureNorm): InferenceOperation[] {
  const operations: InferenceOperation[] = [{ name: inputName, op: 'normalise', input: picturesName, ...pictures }]
  const nodes = nodesByBlock(spec.blocks).flat()
  for (const node of nodes) {
    const { name } = node
    switch (node.op) {
      case 'convolution':
        operations.push({
          name,
          op: 'convolution',
          input: node.input,
          kernels: kernelsOf(node.layer, weights),
          stride: node.layer.stride,
          groups: node.layer.groups,
        })
        break
      case 'norm':
        operations.push({ name, op: 'norm', input: node.input, epsilon, ...normOf(node.norm, node.channels, weights) })
        break
      default:
        operations.push(node)
    }
  }
  const { features, classes } = spec
  const weight = parameter(weights, 'dense.weight', features * classes)
  const bias = parameter(weights, 'dense.bias', classes)
  return [
    ...operations,
    { name: 'features', op: 'mean', input: nodes.at(-1)?.name ?? inputName },
    { name: logitsName, op: 'dense', input: 'features', weight, bias, features, classes },
  ]
}

/** Returns whether all values are finite: a diverged run may have stored others. */
export function isFinite(operations: readonly InferenceOperation[]): boolean {
  const finite = (values: Float32Array): boolean => values.every(Number.isFinite)
  return operations.every((operation) => {
    if (operation.op === 'convolution') return finite(operation.kernels.values)
    if (operation.op === 'norm')
      return [operation.scale, operation.offset, operation.mean, operation.variance].every(finite)
    return operation.op !== 'dense' || (finite(operation.weight) && finite(operation.bias))
  })
}
