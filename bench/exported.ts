/** Exports our recorded graph and its inputs, to run it in another language: every call of the addon is recorded. */
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TensorFlow } from '../src-main/graph/tensorflow'

/** A session call: fed tensors, as files of little-endian values, and fetched outputs, by their names in the graph. */
export interface SessionCall {
  feeds: { name: string; shape: number[]; dtype: number; file: string }[]
  fetches: string[]
}

/**
 * @param folder receives saved_model.pb and the values of tensors
 * @returns the same TensorFlow, and a list that receives its session calls, oldest first
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
  // Shadows the addon's own members, which are read-only.
  const over = Object.create(binding, Object.getOwnPropertyDescriptors(members)) as typeof binding
  return { watching: { ...tensorflow, binding: over }, calls }
}
