/** The only module that loads TensorFlow. */
import { createRequire } from 'node:module'
import util from 'node:util'
import type { Tensor } from '@tensorflow/tfjs-node-gpu'
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'
import { WorkbenchError } from '../contract/errors'
import type { TF } from '../nn/operations'
import { kernelAddon } from './kernels'

export type { TFEOpAttr, TFJSBinding }

/** What tfjs-node's backend stores for a tensor. */
export interface TensorEntry {
  shape: number[]
  dtype: number
}

/** The backend with the members that recording needs; tfjs-node declares some of them private. */
export type Backend = Pick<
  NodeJSKernelBackend,
  'binding' | 'executeSingleOutput' | 'executeMultipleOutputs' | 'readSync'
> & {
  /** @param metadata `id` is that of the addon's tensor, or −1 for a tensor without a value */
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor
  tensorMap: { get(dataId: object): TensorEntry | undefined }
}

export interface TensorFlow {
  tf: TF
  backend: Backend
  binding: TFJSBinding
  /** Instruction level of our kernels, such as 'x86-64-v4'; null on a GPU, for which there are none. */
  kernels: string | null
}

let loaded: Promise<TensorFlow> | undefined

/**
 * Loads TensorFlow once per process.
 * @throws WorkbenchError unavailable if the runtime or its addon is missing, bad-input if MCNN_KERNEL_LEVEL is not a level
 */
export function loadTensorFlow(): Promise<TensorFlow> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<TensorFlow> {
  // Removed in Node 23, but tfjs-node 4.22 still calls it.
  const patched = util as unknown as Record<string, unknown>
  patched['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  patched['isArray'] ??= Array.isArray
  const { level, file } = kernelAddon()
  let tf: TF
  try {
    // tfjs-node asks node-pre-gyp for the path of its addon, which would be the same for every processor.
    const tfjs = createRequire(createRequire(__filename).resolve('@tensorflow/tfjs-node-gpu'))
    const locator = tfjs('@mapbox/node-pre-gyp/lib/pre-binding') as { find: (packageFile: string) => string }
    locator.find = () => file
    // Not a static import: that would run before the lines above.
    tf = await import('@tensorflow/tfjs-node-gpu')
  } catch (cause) {
    throw new WorkbenchError('unavailable', 'TensorFlow could not be loaded.', {
      fix: 'Run `npm run setup`: it installs the runtime and builds the addon.',
      cause,
    })
  }
  const backend = tf.backend() as unknown as Backend
  const { binding } = backend
  return { tf, backend, binding, kernels: binding.isUsingGpuDevice() ? null : level }
}
