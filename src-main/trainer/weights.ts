/** Weights as a safetensors file: a length, a JSON header and the raw little-endian numbers. */
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

export interface NamedTensor {
  name: string
  shape: readonly number[]
  values: Float32Array
}

/** The bytes of a safetensors file; the same tensors give the same bytes. */
export function encodeSafetensors(tensors: readonly NamedTensor[], metadata: Record<string, string>): Uint8Array {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  // The format wants the numbers aligned to 8 bytes: the header is padded with spaces.
  const json = Buffer.from(JSON.stringify(header))
  const text = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ')
  json.copy(text)
  const bytes = Buffer.alloc(8 + text.length + offset)
  bytes.writeBigUInt64LE(BigInt(text.length), 0)
  text.copy(bytes, 8)
  let at = 8 + text.length
  for (const { values } of tensors) {
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).copy(bytes, at)
    at += values.byteLength
  }
  return bytes
}

/** As `putDurably`; returns the SHA-256 of the content. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<string> {
  await putDurably(file, bytes)
  return sha256Of(bytes)
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes atomically and durably: temp file, fsync, rename, fsync of the folder. */
export async function putDurably(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`
  try {
    const handle = await open(temporary, 'w')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  const folder = await open(path.dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
