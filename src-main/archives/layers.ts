/** Decompresses a stream layer by layer: a browser may decompress a .tar.gz but keep its name, or compress it twice. */
import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
// Node's ESM loader finds no named exports in it, and the module is needed only for xz.
import * as xz from 'xz-decompress'
import type { ArchiveFormat } from '../contract/publish/archiveFormats'
import { codeOf } from '../contract/errors'
import { ArchiveFault, copyAgain } from './fault'
import { formatOf, headBytes } from './formats'

export type Chunks = AsyncIterable<Buffer>

const maxLayers = 3
const chunkSize = 256 << 10

export interface Peeled {
  /** The data inside all layers of compression. */
  format: ArchiveFormat | null
  head: Buffer
  chunks: Chunks
  /** Number of layers of compression. */
  layers: number
  /** MD5 of each compressed layer, outermost first; known when `chunks` has ended. */
  md5s: () => string[]
}

/** @throws ArchiveFault for too many layers */
export async function peel(source: Chunks): Promise<Peeled> {
  const hashes: ReturnType<typeof createHash>[] = []
  let { head, chunks } = await peeked(source)
  for (let format = formatOf(head); ; format = formatOf(head)) {
    const decoder = format === null ? null : decoders[format]
    if (!decoder)
      return { format, head, chunks, layers: hashes.length, md5s: () => hashes.map((hash) => hash.digest('hex')) }
    if (hashes.length === maxLayers) {
      await close(chunks)
      throw new ArchiveFault(`is compressed more than ${maxLayers} times.`)
    }
    const hash = createHash('md5')
    hashes.push(hash)
    ;({ head, chunks } = await peeked(decoder(hashed(chunks, hash))))
  }
}

const decoders: Record<ArchiveFormat, ((chunks: Chunks) => Chunks) | null> = {
  gzip: (chunks) => piped(chunks, createGunzip({ chunkSize })),
  zstd: (chunks) => piped(chunks, createZstdDecompress({ chunkSize })),
  xz: unxz,
  tar: null,
  zip: null,
}

function piped(chunks: Chunks, decoder: NodeJS.ReadWriteStream & AsyncIterable<Buffer | string>): Chunks {
  pipeline(Readable.from(chunks), decoder, () => undefined)
  return decoder as Chunks
}

async function* unxz(chunks: Chunks): Chunks {
  const decoded = new xz.XzReadableStream(Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>)
  for await (const chunk of decoded) {
    // Decoded synchronously on this thread.
    await setImmediate()
    if (chunk.length > 0) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  }
}

async function* hashed(chunks: Chunks, hash: ReturnType<typeof createHash>): Chunks {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** Returns the first bytes of a stream, and a stream that still includes them. */
async function peeked(chunks: Chunks): Promise<{ head: Buffer; chunks: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < headBytes) {
    const next = await iterator.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  const first = head
  let isFirst = first.length > 0
  // Not a generator: one that was never started would not close its source.
  const again: AsyncIterator<Buffer> = {
    next: () => {
      if (!isFirst) return iterator.next()
      isFirst = false
      return Promise.resolve({ done: false, value: first })
    },
    return: async () => {
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
  return { head, chunks: { [Symbol.asyncIterator]: () => again } }
}

/** Closes a stream that is not read to its end, so that resources such as the only xz decoder are released. */
export async function close(chunks: Chunks): Promise<void> {
  // The decoder may have failed on data that was never requested: ignore it.
  await chunks[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined)
}

/** Messages by a decoder's error code, or for xz by the number at the end of its message (xz-embedded's xz_ret). */
const truncated = new Set(['Z_BUF_ERROR', 'ZSTD_error_srcSize_wrong', 'xz 8'])
const unsupported = new Set([
  'xz 2',
  'xz 3',
  'xz 4',
  'xz 6',
  'ZSTD_error_frameParameter_windowTooLarge',
  'ZSTD_error_frameParameter_unsupported',
])

/**
 * Returns a decoder's error as a fault; null for other errors.
 * @param where ' in data_batch_1.bin', or ''
 */
export function decodingFault(error: unknown, where: string): ArchiveFault | null {
  const failed =
    error instanceof Error ? /^get_next_output failed with error code (\d+)$/.exec(error.message)?.[1] : undefined
  const code = failed === undefined ? (codeOf(error) ?? '') : `xz ${failed}`
  if (truncated.has(code))
    return new ArchiveFault(`is truncated: its compressed data ends${where || ' too early'}.`, copyAgain)
  if (unsupported.has(code))
    return new ArchiveFault(
      'is compressed with options that this program does not support.',
      'Unpack it with the program that made it, and import the folder.',
    )
  // The last one is WebAssembly's.
  if (
    failed !== undefined ||
    code.startsWith('Z_') ||
    code.startsWith('ZSTD_') ||
    (error instanceof Error && error.name === 'RuntimeError')
  )
    return new ArchiveFault(`is corrupt: its compressed data is wrong${where}.`, copyAgain)
  return null
}
