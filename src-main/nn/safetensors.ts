/** Reads and writes safetensors files: a length, a JSON header and raw little-endian numbers. Pure. */
import { z } from 'zod'
import { WorkbenchError } from '../contract/errors'

const entry = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const header = z.record(z.string(), z.unknown())

const text = z.record(z.string(), z.string())

export interface Safetensors {
  /** Every float32 tensor, by name. */
  tensors: Map<string, { shape: readonly number[]; values: Float32Array }>
  metadata: Record<string, string>
}

/**
 * Reads a safetensors file. Every offset is checked before it is used.
 * @throws WorkbenchError bad-data if the bytes are not a safetensors file of float32 values
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const damaged = (why: string): WorkbenchError =>
    new WorkbenchError('bad-data', `The weights file is corrupt: ${why}.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 8) throw damaged('it is too short')
  const length = Number(view.getBigUint64(0, true))
  const start = 8 + length
  if (start > bytes.byteLength) throw damaged('its header is longer than the file')
  let entries: Record<string, unknown>
  try {
    entries = header.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))))
  } catch {
    throw damaged('its header cannot be read')
  }
  const tensors: Safetensors['tensors'] = new Map()
  let metadata: Record<string, string> = {}
  let left = bytes.byteLength - start
  for (const [name, given] of Object.entries(entries)) {
    if (name === '__metadata__') {
      const parsed = text.safeParse(given)
      if (!parsed.success) throw damaged('its metadata is not text')
      metadata = parsed.data
      continue
    }
    const parsed = entry.safeParse(given)
    if (!parsed.success) throw damaged(`${name} is not float32`)
    const {
      shape,
      data_offsets: [from, to],
    } = parsed.data
    const count = shape.reduce((product, side) => product * side, 1)
    if (to - from !== 4 * count || start + to > bytes.byteLength)
      throw damaged(`the size of ${name} does not match its shape`)
    // In this format each byte belongs to one tensor: shared bytes could expand a small file to gigabytes.
    left -= to - from
    if (left < 0) throw damaged('its tensors overlap')
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(start + from + 4 * i, true)
    tensors.set(name, { shape, values })
  }
  return { tensors, metadata }
}

export interface NamedTensor {
  name: string
  shape: readonly number[]
  values: Float32Array
}

/** Returns the bytes of a safetensors file. The same tensors and metadata give the same bytes. */
export function encodeSafetensors(tensors: readonly NamedTensor[], metadata: Record<string, string>): Uint8Array {
  let offset = 0
  const entries: Record<string, unknown> = { __metadata__: metadata }
  for (const { name, shape, values } of tensors) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(entries))
  // The format requires an alignment of 8 bytes: spaces pad the header.
  const length = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + length + offset)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(length), true)
  bytes.fill(0x20, 8, 8 + length)
  bytes.set(json, 8)
  let at = 8 + length
  for (const { values } of tensors) {
    bytes.set(littleEndian(values), at)
    at += values.byteLength
  }
  return bytes
}

/** Returns a view of the numbers as little-endian bytes: every supported processor is little endian. */
export function littleEndian(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
