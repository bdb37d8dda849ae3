import { describe, expect, it } from 'vitest'
import { encodeSafetensors } from './safetensors'

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
  it('writes files that a reader of the format’s specification reads back', () => {
    expect(decode(encodeSafetensors(tensors, { arch: 'resnet-8' }))).toEqual({
      'stem.kernel': { shape: [1, 2, 1, 2], values: [1, -2, 0.5, Math.fround(1e-30)] },
      'dense.bias': { shape: [3], values: [9, 7, 8] },
    })
  })

  it('keeps the numbers aligned for any metadata', () => {
    for (const note of ['', '±', 'ü×3', '√2'])
      expect(Object.keys(decode(encodeSafetensors(tensors, { note })))).toEqual(['stem.kernel', 'dense.bias'])
  })
})
