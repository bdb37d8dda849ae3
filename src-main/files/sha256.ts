import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Returns the SHA-256 in hexadecimal. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Returns the first 64 bits of the SHA-256: the key of rows that are stored once per content. */
export function shortSha256Of(content: Uint8Array | string): string {
  return sha256Of(content).slice(0, 16)
}

/**
 * Returns the size and the SHA-256 of consecutive chunks.
 * @param onChunk receives the number of bytes so far after each chunk; if it throws, reading stops
 */
export async function sha256OfChunks(
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (bytes: number, chunk: Uint8Array) => unknown = () => {},
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
    await onChunk(size, chunk)
  }
  return { size, sha256: hash.digest('hex') }
}

/** Reads a file of any size in chunks of 1 MB. @throws what reading it throws */
export function sha256OfFile(
  path: string,
  onChunk?: (bytes: number) => unknown,
): Promise<{ size: number; sha256: string }> {
  return sha256OfChunks(createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>, onChunk)
}
