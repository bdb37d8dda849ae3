/** Reads tar and zip archives with any compression and name, and folders. The content decides. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { archiveFormatWords } from '../contract/publish/archiveFormats'
import { ArchiveFault } from './fault'
import { listFolder, readFolder } from './folder'
import { unreadableFormat } from './formats'
import { close, decodingFault, peel, type Chunks } from './layers'
import { readTar } from './tar'
import type { Member, ReadOptions, Visitor } from './visitor'
import { readZip } from './zip'

/** Thrown for a file that is not an archive. */
export class NoArchive extends ArchiveFault {}

export interface Read {
  /** MD5 of each compressed layer, outermost first; empty for a zip, a plain tar and a folder. */
  md5s: string[]
}

/**
 * Passes each file of an archive or folder to `visitor`. Writes nothing. Rejects links, devices and names that lead out
 * of an archive; follows the links of a folder.
 * @param options.members wanted members of a folder, as `listFolder` returned them; default: all
 * @throws ArchiveFault, what `visitor` throws, AbortError, and errors of the file system
 */
export async function readMembers(
  options: ReadOptions & { members?: readonly Member[] },
  visitor: Visitor,
): Promise<Read> {
  const info = await stat(options.path)
  if (info.isDirectory()) {
    await readFolder(options.members ?? (await listFolder(options.path, options)), options, visitor)
    return { md5s: [] }
  }
  if (info.size === 0) throw new NoArchive('is empty.')
  const { head, format, chunks, layers, md5s } = await peel(fileChunks(options)).catch((error: unknown) => {
    throw decodingFault(error, '') ?? error
  })
  if (format === 'tar') {
    await readTar(chunks, options, visitor)
    return { md5s: md5s() }
  }
  await close(chunks)
  // The directory of a zip is at its end.
  if (format === 'zip' && layers === 0) {
    await readZip(options, visitor)
    return { md5s: [] }
  }
  throw noArchive(head, layers > 0)
}

async function* fileChunks({ path, signal, onRead }: ReadOptions): Chunks {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted()
    onRead(chunk.length)
    yield chunk
  }
}

function noArchive(head: Buffer, isCompressed: boolean): ArchiveFault {
  if (isCompressed && head.length === 0) return new NoArchive('is empty.')
  const known = unreadableFormat(head)
  if (known !== null)
    return new NoArchive(`is ${known}, which this program does not support.`, 'Unpack it, and import the folder.')
  return new NoArchive(
    isCompressed
      ? 'is compressed, but its content is not a tar archive.'
      : `is not an archive (${archiveFormatWords}).`,
  )
}
