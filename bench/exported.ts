/** Our recorded graph and what is fed into it, for a session in another language: everything the addon is asked is written down. */
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { TensorFlow } from '../src-main/graph/tensorflow'

/** A session call: tensors fed, as files of little-endian values, and outputs fetched, both by their names in the graph. */
export const sessionCall = z.strictObject({
  feeds: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int()), dtype: z.int(), file: z.string() })),
  fetches: z.array(z.string()),
})
export type SessionCall = z.infer<typeof sessionCall>

/**
 * @param folder gets saved_model.pb and the values of tensors
 * @returns the same TensorFlow, and the list in which its session calls will stand, oldest first
 */
export function watched(tensorflow: TensorFlow, folder: string): { tensorflow: TensorFlow; calls: SessionCall[] } {
  const { binding } = tensorflow
  const calls: SessionCall[] = []
  const tensors = new Map<number, { shape: number[]; dtype: number; values: Uint8Array }>()
  const watching = {
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
        feeds: feeds.split(',').filter(Boolean).map((name, i) => {
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
  const over = Object.create(binding, Object.getOwnPropertyDescriptors(watching)) as typeof binding
  return { tensorflow: { ...tensorflow, binding: over }, calls }
}
