/** Reads the members of a zip file in the order of its directory. */
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { codeOf } from '../contract/errors'
import { ArchiveFault, copyAgain, count, shown } from './fault'
import { innerPath, type ReadOptions, type Visitor } from './visitor'

const typeMask = 0o170000
const regularFile = 0o100000
const madeOnUnix = 3

/** @throws ArchiveFault, and what the visitor throws */
export async function readZip(options: ReadOptions, visitor: Visitor): Promise<void> {
  const zip = await openPromise(options.path, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
    decodeStrings: true,
  }).catch((error: unknown) => {
    throw zipFault(error)
  })
  let unpacked = 0
  const add = (bytes: number): void => {
    unpacked += bytes
    if (unpacked > options.limit()) throw new ArchiveFault(`unpacks to more than ${count(options.limit())} bytes.`)
  }
  let name: string | null = null
  try {
    if (zip.entryCount > options.maxMembers) throw new ArchiveFault(`contains more than ${options.maxMembers} files.`)
    for await (const entry of zip.eachEntry()) {
      options.signal?.throwIfAborted()
      name = entry.fileName
      await readEntry(zip, entry, options, visitor, add)
      name = null
    }
  } catch (error) {
    throw zipFault(error, name)
  } finally {
    zip.close()
  }
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  options: ReadOptions,
  visitor: Visitor,
  add: (bytes: number) => void,
): Promise<void> {
  const path = innerPath(entry.fileName)
  if (path.endsWith('/') || path === '') return
  const type = entry.versionMadeBy >> 8 === madeOnUnix ? (entry.externalFileAttributes >>> 16) & typeMask : 0
  if (type !== 0 && type !== regularFile) throw new ArchiveFault(`contains ${shown(path)}, which is not a file.`)
  const size = entry.uncompressedSize
  const sink = visitor.open({ path, size, problem: null })
  if (!sink) return
  if (entry.isEncrypted()) throw new ArchiveFault('is protected by a password.', 'Unpack it, and import the folder.')
  if (!entry.canDecodeFileData())
    throw new ArchiveFault(
      `contains ${path}, compressed by a method that this program does not support.`,
      'Unpack it, and import the folder.',
    )
  // Sizes in the directory are not trusted until the bytes are read.
  let got = 0
  let sum = 0
  let read = 0
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    options.signal?.throwIfAborted()
    got += chunk.length
    if (got > size) throw new ArchiveFault(`is corrupt: ${path} has more than its ${count(size)} bytes.`, copyAgain)
    add(chunk.length)
    sum = crc32(chunk, sum)
    sink.write(chunk)
    const packed = Math.floor((entry.compressedSize * got) / Math.max(1, size))
    options.onRead(packed - read)
    read = packed
  }
  if (got !== size)
    throw new ArchiveFault(`is truncated: it has ${count(got)} of ${count(size)} bytes of ${path}.`, copyAgain)
  if (sum !== entry.crc32)
    throw new ArchiveFault(`is corrupt: ${path} does not have the checksum in the archive.`, copyAgain)
  sink.end?.()
  await sink.settle?.()
}

function zipFault(error: unknown, name: string | null = null): unknown {
  if (error instanceof ArchiveFault || !(error instanceof Error) || error.name === 'AbortError') return error
  const code = codeOf(error) ?? ''
  const outside = /^(?:invalid relative path|absolute path|invalid characters in fileName): (.*)$/s.exec(
    error.message,
  )?.[1]
  if (outside !== undefined) return new ArchiveFault(`contains the path ${shown(outside)}, which leads out of it.`)
  const where = name === null ? '' : ` in ${name}`
  if (/end of central directory/i.test(error.message))
    return new ArchiveFault('is truncated: its list of files, at the end of a zip archive, is missing.', copyAgain)
  if (
    /^(too many bytes in the stream|not enough bytes in the stream|unexpected EOF)/.test(error.message) ||
    code === 'Z_BUF_ERROR'
  )
    return new ArchiveFault(`is corrupt: its number of bytes is wrong${where}.`, copyAgain)
  if (code.startsWith('Z_')) return new ArchiveFault(`is corrupt: its compressed data is wrong${where}.`, copyAgain)
  // Errors of yauzl have no code; those of the file system do.
  return code === '' && isYauzls(error)
    ? new ArchiveFault(`is corrupt: its list of files is wrong${where}.`, copyAgain)
    : error
}

/** Returns whether an error is one of yauzl's own, which are plain errors from its own file. */
function isYauzls(error: Error): boolean {
  return error.constructor === Error && /[\\/]yauzl[\\/]/.test(error.stack ?? '')
}
