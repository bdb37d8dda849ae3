/** For tests: creates zip and xz files, valid ones and ones with chosen errors. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  path: string
  content?: Buffer
  /** Unix mode, 0 for none. */
  mode?: number
  /** General purpose flags: 1 is encrypted. */
  flags?: number
  /** 0 stores, 8 deflates; other numbers are only written to the header. */
  method?: number
  /** Written to the header instead of the real value. */
  size?: number
  crc?: number
}

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const {
    path,
    content = Buffer.alloc(0),
    mode = 0o100644,
    flags = 0,
    method = 8,
    size = content.length,
    crc = crc32(content),
  } of entries) {
    const name = Buffer.from(path)
    const data = method === 8 ? deflateRawSync(content) : content
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags | 0x800, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc, 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(size, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 3]), common, tail, name]))
    bodies.push(local)
    at += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...bodies, list, Buffer.from('PK\x05\x06', 'latin1'), end])
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
const summed = (bytes: Buffer): Buffer => Buffer.concat([bytes, u32(crc32(bytes))])
const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]

/** Returns an xz stream of one block that is stored, with CRC32. @param dictionary LZMA2's byte for its size */
export function xzOf(content: Buffer, dictionary = 0x10): Buffer {
  const flags = Buffer.from([0, 1])
  const header = summed(Buffer.from([2, 0, 0x21, 1, dictionary, 0, 0, 0]))
  const chunks: Buffer[] = []
  for (let at = 0; at < content.length; at += 0x10000) {
    const piece = content.subarray(at, at + 0x10000)
    chunks.push(Buffer.from([at === 0 ? 1 : 2, (piece.length - 1) >> 8, (piece.length - 1) & 255]), piece)
  }
  const data = Buffer.concat([...chunks, Buffer.from([0])])
  const index = summed(
    padded(Buffer.from([0, 1, ...varint(header.length + data.length + 4), ...varint(content.length)])),
  )
  const footer = Buffer.concat([u32(index.length / 4 - 1), flags])
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ...flags]),
    u32(crc32(flags)),
    header,
    padded(data),
    u32(crc32(content)),
    index,
    u32(crc32(footer)),
    footer,
    Buffer.from('YZ'),
  ])
}
