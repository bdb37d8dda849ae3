/**
 * Our recorded graph and what is fed into it, for a session in another language: everything the addon is asked is
 * written down.
 */
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TensorFlow } from '../src-main/graph/tensorflow'

/**
 * A session call: tensors fed, as files of little-endian values, and outputs fetched, both by their names in the graph.
 */
export interface SessionCall {
  feeds: { name: string; shape: number[]; dtype: number; file: string }[]
  fetches: string[]
}

/**
 * @param folder gets saved_model.pb and the values of tensors
 * @returns the same TensorFlow, and the list in which its session calls will stand, oldest first
 */
export function watched(tensorflow: TensorFlow, folder: string): { watching: TensorFlow; calls: SessionCall[] } {
  const { binding } = tensorflow
  const calls: SessionCall[] = []
  const tensors = new Map<number, { shape: number[]; dtype: number; values: Uint8Array }>()
  const members = {
    loadSavedModel(dir: string, tags: string) {
      copyFileSync(path.join(dir, 'saved_model.pb'), path.join(folder, 'saved_model.pb'))
      return binding.loadSavedModel(dir, tags)
    },
    createTensor(shape: number[], dtype: number, values: Float32Array) {
      const id = binding.createTensor(shape, dtype, values)
      tensors.set(id, { shape, dtype, values: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) })
      return id
    },
    deleteTensor(id: number) {
      tensors.delete(id)
      binding.deleteTensor(id)
    },
    runSavedModel(model: number, ids: number[], feeds: string, fetches: string) {
      calls.push({
        feeds: feeds
          .split(',')
          .filter(Boolean)
          .map((name, i) => {
            const tensor = tensors.get(ids[i] ?? -1)
            if (!tensor) throw new Error(`${name} is fed with a tensor that was not seen.`)
            const file = `${calls.length}-${i}.bin`
            writeFileSync(path.join(folder, file), tensor.values)
            return { name, shape: tensor.shape, dtype: tensor.dtype, file }
          }),
        fetches: fetches.split(',').filter(Boolean),
      })
      return binding.runSavedModel(model, ids, feeds, fetches)
    },
  }
  // Over the addon's own members, which are read-only.
  const over = Object.create(binding, Object.getOwnPropertyDescriptors(members)) as typeof binding
  return { watching: { ...tensorflow, binding: over }, calls }
}
