import { expect, it } from 'vitest'
import { encodeSafetensors } from '../trainer/weights'
import { decodeSafetensors } from './safetensors'

const tensors = [
  { name: 'a', shape: [2, 1], values: Float32Array.of(1.5, -2) },
  { name: 'b.c', shape: [3], values: Float32Array.of(NaN, 0, 1e-40) },
]

it('reads back what the trainer writes, wherever the bytes lie', () => {
  const bytes = encodeSafetensors(tensors, { arch: 'resnet-8' })
  const moved = new Uint8Array(bytes.length + 3)
  moved.set(bytes, 3)
  const read = decodeSafetensors(moved.subarray(3))
  expect([...read]).toEqual(tensors.map(({ name, shape, values }) => [name, { shape, values }]))
})

it('takes no tensors that share bytes: a small file would fill the memory', () => {
  const entry = { dtype: 'F32', shape: [4], data_offsets: [0, 16] }
  const header = Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, entry]))))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  expect(() => decodeSafetensors(Buffer.concat([length, header, Buffer.alloc(16)]))).toThrow('its tensors overlap')
})

it('tells a damaged file from a whole one', () => {
  const bytes = encodeSafetensors(tensors, {})
  for (const wrong of [bytes.subarray(0, 4), bytes.subarray(0, 20), bytes.subarray(0, bytes.length - 1), Uint8Array.from(bytes, (b, i) => (i === 8 ? 0 : b))])
    expect(() => decodeSafetensors(wrong)).toThrow(/damaged/)
})
