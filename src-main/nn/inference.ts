/**
 * A trained network as a list of plain operations, for programs that know nothing of banks: what every export is
 * written from.
 */
import type { Kernels } from '../analysis/filters/convolution'
import { inputName, nodesByBlock } from '../networks/blocks'
import { epsilon, kernelsOf, normOf, parameter, type Norm, type Weights } from './forward'
import type { NetworkSpec } from './networkSpec'

/** Per channel, of pixels scaled to 0..1. */
export interface PictureNorm {
  mean: readonly number[]
  std: readonly number[]
}

/** One operation. Its `name` is that of its one result, `input` another's name or `pictures`. */
export type InferenceOperation = { name: string } & (
  | ({ op: 'normalise'; input: string } & PictureNorm) /* (x / 255 − mean) / std of each channel */
  /**
   * As `convolve`: zeros around by half of the kernel's side. Of more than one group each filter sees its own channel
   * alone.
   */
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

/** Names of what goes in and what comes out. */
export const picturesName = 'pictures'
export const logitsName = 'logits'

/**
 * The operations from raw pictures (0..255, RGB) to logits, in an order in which each finds its inputs. The
 * normalisation of the pictures is the first of them, a multi-band layer is a plain convolution with all kernels of its
 * banks.
 * @throws WorkbenchError bad-data as `forward` does
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

/** Whether every number of the network is one: a run that diverged may have kept others. */
export function isFinite(operations: readonly InferenceOperation[]): boolean {
  const finite = (values: Float32Array): boolean => values.every(Number.isFinite)
  return operations.every((operation) => {
    if (operation.op === 'convolution') return finite(operation.kernels.values)
    if (operation.op === 'norm')
      return [operation.scale, operation.offset, operation.mean, operation.variance].every(finite)
    return operation.op !== 'dense' || (finite(operation.weight) && finite(operation.bias))
  })
}
