import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeSafetensors } from '../../nn/safetensors'
import { writeDurably } from './weights'

/** A reader written from the format's description alone. */
function decode(bytes: Uint8Array): Record<string, { shape: number[]; values: number[] }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  expect((8 + length) % 8).toBe(0)
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          expect(dtype).toBe('F32')
          expect(to - from).toBe(4 * shape.reduce((a, b) => a * b, 1))
          return [
            name,
            {
              shape,
              values: Array.from({ length: (to - from) / 4 }, (_, i) =>
                view.getFloat32(8 + length + from + 4 * i, true),
              ),
            },
          ]
        },
      ),
  )
}

const tensors = [
  { name: 'stem.kernel', shape: [1, 2, 1, 2], values: Float32Array.of(1, -2, 0.5, 1e-30) },
  // A view into a larger buffer: only its own part may be written.
  { name: 'dense.bias', shape: [3], values: new Float32Array([9, 9, 7, 8, 9]).subarray(1, 4) },
]

describe('encodeSafetensors', () => {
  it('is read back by the format’s description', () => {
    expect(decode(encodeSafetensors(tensors, { arch: 'resnet-8' }))).toEqual({
      'stem.kernel': { shape: [1, 2, 1, 2], values: [1, -2, 0.5, Math.fround(1e-30)] },
      'dense.bias': { shape: [3], values: [9, 7, 8] },
    })
  })

  it('keeps the numbers aligned whatever the metadata is written in', () => {
    for (const note of ['', '±', 'ü×3', '√2'])
      expect(Object.keys(decode(encodeSafetensors(tensors, { note })))).toEqual(['stem.kernel', 'dense.bias'])
  })
})

describe('writeDurably', () => {
  let dir: string
  beforeEach(async () => void (dir = await mkdtemp(path.join(os.tmpdir(), 'mcnn-weights-'))))
  afterEach(() => rm(dir, { recursive: true }))

  it('replaces the file, leaves no other behind and returns its checksum', async () => {
    const file = path.join(dir, 'w.safetensors')
    await writeDurably(file, Uint8Array.of(1))
    const sum = await writeDurably(file, Uint8Array.of(1, 2, 3))
    expect([...(await readFile(file))]).toEqual([1, 2, 3])
    expect(sum).toBe(
      createHash('sha256')
        .update(Uint8Array.of(1, 2, 3))
        .digest('hex'),
    )
    expect(await readdir(dir)).toEqual(['w.safetensors'])
  })

  it('keeps the old file where the new one cannot be put in place', async () => {
    await expect(writeDurably(path.join(dir, 'missing', 'w'), Uint8Array.of(1))).rejects.toThrow()
    expect(await readdir(dir)).toEqual([])
  })
})
