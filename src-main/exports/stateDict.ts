/**
 * A trained network's tensors as safetensors, with the names and layouts of a PyTorch module's state:
 *
 * - `<layer>.weight` [out, in, rows, columns] of each convolution
 * - `<layer>.norm.weight`, `.bias`, `.running_mean` and `.running_var` [channels] of each normalisation
 * - `dense.weight` [classes, features] and `dense.bias` [classes]
 * - `normalisation.mean` and `normalisation.std` [3], of pixels scaled to 0..1
 */
import { encodeSafetensors, type NamedTensor } from '../nn/safetensors'
import type { InferenceOperation } from '../nn/inference'
import { descriptionOf, metadataOf, type About } from './about'
import { channelsFirst, transposed } from './layouts'

/** Returns the bytes of a safetensors file. The same network gives the same bytes. */
export function safetensorsModel(operations: readonly InferenceOperation[], about: About): Uint8Array {
  return encodeSafetensors(operations.flatMap(tensorsOf), {
    ...metadataOf(about),
    description: descriptionOf(about, 'NCHW', { tensorsAlone: true }),
    layout: 'kernels [out, in, rows, columns], dense.weight [classes, features]',
    format: 'pt',
  })
}

function tensorsOf(operation: InferenceOperation): NamedTensor[] {
  const vector = (name: string, values: Float32Array): NamedTensor => ({ name, shape: [values.length], values })
  switch (operation.op) {
    case 'normalise':
      return [
        vector('normalisation.mean', Float32Array.from(operation.mean)),
        vector('normalisation.std', Float32Array.from(operation.std)),
      ]
    case 'convolution':
      return [{ name: `${operation.name}.weight`, ...channelsFirst(operation.kernels) }]
    case 'norm': {
      const { name, scale, offset, mean, variance } = operation
      return [
        vector(`${name}.weight`, scale),
        vector(`${name}.bias`, offset),
        vector(`${name}.running_mean`, mean),
        vector(`${name}.running_var`, variance),
      ]
    }
    case 'dense': {
      const { weight, bias, features, classes } = operation
      return [
        { name: 'dense.weight', shape: [classes, features], values: transposed(weight, features, classes) },
        vector('dense.bias', bias),
      ]
    }
    case 'relu':
    case 'sum':
    case 'subsample':
    case 'pool':
    case 'mean':
      return []
  }
}
