import { expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from './safetensors'

const tensors = [
  { name: 'a', shape: [2, 1], values: Float32Array.of(1.5, -2) },
  { name: 'b.c', shape: [3], values: Float32Array.of(NaN, 0, 1e-40) },
]

it('reads back what the trainer writes, at any alignment', () => {
  const bytes = encodeSafetensors(tensors, { arch: 'resnet-8' })
  const moved = new Uint8Array(bytes.length + 3)
  moved.set(bytes, 3)
  const { tensors: read, metadata } = decodeSafetensors(moved.subarray(3))
  expect(metadata).toEqual({ arch: 'resnet-8' })
  expect([...read]).toEqual(tensors.map(({ name, shape, values }) => [name, { shape, values }]))
})

it('rejects tensors that share bytes: a small file would fill the memory', () => {
  const entry = { dtype: 'F32', shape: [4], data_offsets: [0, 16] }
  const header = Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, entry]))))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  expect(() => decodeSafetensors(Buffer.concat([length, header, Buffer.alloc(16)]))).toThrow('its tensors overlap')
})

it('rejects every truncated file and never reads past the end', () => {
  const bytes = encodeSafetensors(tensors, {})
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeSafetensors(bytes.subarray(0, length)), String(length)).toThrow(/corrupt/)
})

it('rejects inconsistent headers', () => {
  const withHeader = (header: string): Uint8Array => {
    const out = Buffer.alloc(8 + header.length + 8)
    out.writeBigUInt64LE(BigInt(header.length))
    out.write(header, 8)
    return out
  }
  const tensor = (shape: unknown, offsets: unknown, dtype = 'F32'): string =>
    JSON.stringify({ w: { dtype, shape, data_offsets: offsets } })
  expect(decodeSafetensors(withHeader(tensor([2], [0, 8]))).tensors.get('w')?.values).toHaveLength(2)
  for (const lie of [
    tensor([2], [4, 12]),
    tensor([3], [0, 8]),
    tensor([-2], [0, 8]),
    tensor([2], [8, 0]),
    tensor([1e9, 1e9], [0, 8]),
    tensor([2], [0, 8], 'F64'),
    '[]',
    'null',
    '{',
    '{"w":1}',
    '{"__metadata__":{"a":1}}',
  ])
    expect(() => decodeSafetensors(withHeader(lie)), lie).toThrow(/corrupt/)
})
