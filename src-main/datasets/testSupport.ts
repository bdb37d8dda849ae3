/** For tests: data sets of a few records in CIFAR's layout, with their archives and pickles. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { CifarSpec, Part } from './catalog'
import { pixelBytes } from './import/format'

/** Deterministic bytes; different for different seeds. */
export function fakePixels(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count)
  let state = (seed + 1) * 2654435761
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** Records of one part: labels are given by position in the split. */
function fakeRecords(spec: CifarSpec, part: Part, seed: number): Buffer {
  return Buffer.concat(
    Array.from({ length: part.count }, (_, i) => {
      const label = (part.first + i) % spec.classes.length
      const labels = spec.coarse === 0 ? [label] : [Math.floor((label * spec.coarse) / spec.classes.length), label]
      return Buffer.concat([Buffer.from(labels), fakePixels(pixelBytes, seed * 1000 + i)])
    }),
  )
}

const nowhere = { url: 'https://127.0.0.1:1/none.tar.gz', bytes: 1, md5: '', sha256: '' }

export interface FakeSet {
  spec: CifarSpec
  /** By name. */
  binary: Map<string, Buffer>
  python: Map<string, Buffer>
}

/** 2 × 10 and 10 records of 2 classes, with known checksums, like CIFAR-10. */
export function fakeCifar10(): FakeSet {
  const part = (split: 'train' | 'test', first: number, name: string): Part => ({
    split,
    first,
    count: 10,
    binary: `${name}.bin`,
    python: name,
    sha256: null,
    pythonMd5: null,
  })
  const parts = [part('train', 0, 'data_batch_1'), part('train', 10, 'data_batch_2'), part('test', 0, 'test_batch')]
  const spec: CifarSpec = {
    id: 'cifar-10',
    name: 'CIFAR-10',
    classes: ['left', 'right'],
    coarse: 0,
    parts,
    binaryArchiveMd5: null,
    archive: 'cifar-10-binary.tar.gz',
    download: nowhere,
  }
  const { binary, python } = contents(spec)
  return {
    spec: { ...spec, parts: parts.map((p) => ({ ...p, sha256: sum('sha256', binary.get(p.binary)) })) },
    binary,
    python,
  }
}

/** 20 and 8 records of 4 classes in 2 superclasses; only the Python files have known checksums, like CIFAR-100. */
export function fakeCifar100(): FakeSet {
  const parts: Part[] = [
    { split: 'train', first: 0, count: 20, binary: 'train.bin', python: 'train', sha256: null, pythonMd5: null },
    { split: 'test', first: 0, count: 8, binary: 'test.bin', python: 'test', sha256: null, pythonMd5: null },
  ]
  const spec: CifarSpec = {
    id: 'cifar-100',
    name: 'CIFAR-100',
    classes: ['a', 'b', 'c', 'd'],
    coarse: 2,
    parts,
    binaryArchiveMd5: null,
    archive: 'cifar-100-binary.tar.gz',
    download: nowhere,
  }
  const { binary, python } = contents(spec)
  return {
    spec: { ...spec, parts: parts.map((p) => ({ ...p, pythonMd5: sum('md5', python.get(p.python)) })) },
    binary,
    python,
  }
}

function contents(spec: CifarSpec): { binary: Map<string, Buffer>; python: Map<string, Buffer> } {
  const records = spec.parts.map((part, i) => fakeRecords(spec, part, i + 1))
  const labelBytes = spec.coarse === 0 ? 1 : 2
  return {
    binary: new Map(spec.parts.map((part, i) => [part.binary, records[i] ?? Buffer.alloc(0)])),
    python: new Map(spec.parts.map((part, i) => [part.python, pythonBatch(records[i] ?? Buffer.alloc(0), labelBytes)])),
  }
}

export function sum(algorithm: 'sha256' | 'md5', bytes: Buffer | undefined): string {
  return createHash(algorithm)
    .update(bytes ?? '')
    .digest('hex')
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const short = (value: string): Buffer => Buffer.concat([text('U'), Buffer.from([value.length]), text(value)])
const int = (value: number): Buffer =>
  value >= 0 && value < 256
    ? Buffer.from([0x4b, value])
    : value >= 0 && value < 65536
      ? Buffer.from([0x4d, value & 255, value >> 8])
      : Buffer.concat([text('J'), Buffer.from(Int32Array.of(value).buffer)])

/**
 * Writes pickles as Python 2's cPickle does with protocol 2: memo entries for everything but numbers, lists in chunks
 * of 1,000.
 */
export class Pickler {
  private memo = 1
  private readonly parts: Buffer[] = [Buffer.from([0x80, 2])]

  put(...parts: Buffer[]): this {
    this.parts.push(...parts)
    return this
  }

  remember(): this {
    const index = this.memo++
    return this.put(index < 256 ? Buffer.from([0x71, index]) : Buffer.concat([text('r'), u32(index)]))
  }

  string(value: string): this {
    return this.put(short(value)).remember()
  }

  list<T>(items: T[], write: (item: T) => void): this {
    this.put(text(']')).remember()
    for (let at = 0; at < items.length; at += 1000) {
      this.put(text('('))
      items.slice(at, at + 1000).forEach(write)
      this.put(text('e'))
    }
    return this
  }

  /** A two-dimensional numpy array of bytes. */
  array(rows: number, columns: number, bytes: Buffer, options: { fortran?: boolean; dtype?: string } = {}): this {
    this.put(text('cnumpy.core.multiarray\n_reconstruct\n')).remember().put(text('cnumpy\nndarray\n')).remember()
    this.put(int(0), Buffer.from([0x85]))
      .remember()
      .string('b')
      .put(Buffer.from([0x87]))
      .remember()
      .put(text('R'))
      .remember()
    this.put(text('('), int(1), int(rows), int(columns), Buffer.from([0x86])).remember()
    this.put(text('cnumpy\ndtype\n'))
      .remember()
      .string(options.dtype ?? 'u1')
      .put(int(0), int(1), Buffer.from([0x87]))
      .remember()
      .put(text('R'))
      .remember()
    this.put(text('('), int(3))
      .string('|')
      .put(text('NNN'), int(-1), int(-1), int(0), text('t'))
      .remember()
      .put(text('b'))
    this.put(Buffer.from([options.fortran ? 0x88 : 0x89]), text('T'), u32(bytes.length), bytes).remember()
    return this.put(text('t')).remember().put(text('b'))
  }

  integers(values: number[]): this {
    return this.list(values, (value) => void this.put(int(value)))
  }

  dictionary(entries: Record<string, () => void>): this {
    this.put(text('}')).remember().put(text('('))
    for (const [key, write] of Object.entries(entries)) {
      this.string(key)
      write()
    }
    return this.put(text('u'))
  }

  done(): Buffer {
    return Buffer.concat([...this.parts, text('.')])
  }
}

/** Converts binary records to the equivalent Python file. */
export function pythonBatch(records: Buffer, labelBytes: number, options: { fortran?: boolean } = {}): Buffer {
  const size = labelBytes + pixelBytes
  const count = records.length / size
  const label = (k: number): number[] => Array.from({ length: count }, (_, i) => records[i * size + k] ?? 0)
  let data = Buffer.concat(
    Array.from({ length: count }, (_, i) => records.subarray(i * size + labelBytes, (i + 1) * size)),
  )
  if (options.fortran)
    data = Buffer.from(Uint8Array.from(data, (_, k) => data[(k % count) * pixelBytes + Math.floor(k / count)] ?? 0))
  const pickler = new Pickler()
  const names = Array.from({ length: count }, (_, i) => `picture_s_${String(i).padStart(6, '0')}.png`)
  return pickler
    .dictionary({
      batch_label: () => pickler.string('training batch 1 of 5'),
      ...(labelBytes === 1
        ? { labels: () => pickler.integers(label(0)) }
        : { fine_labels: () => pickler.integers(label(1)), coarse_labels: () => pickler.integers(label(0)) }),
      data: () => pickler.array(count, pixelBytes, data, options),
      filenames: () => pickler.list(names, (name) => void pickler.string(name)),
    })
    .done()
}

export interface TarEntry {
  path: string
  content?: Buffer
  /** '0' file, '2' symbolic link, '3' device, '5' folder. */
  type?: string
  link?: string
  /** Written to the header instead of the content's size. */
  size?: number
}

export function tarOf(entries: TarEntry[]): Buffer {
  return Buffer.concat([
    ...entries.flatMap(({ path, content = Buffer.alloc(0), type = '0', link = '', size = content.length }) => {
      const header = Buffer.alloc(512)
      header.write(path, 0, 100)
      header.write('0000644\0', 100)
      header.write('0000000\0', 108)
      header.write('0000000\0', 116)
      header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
      header.write('00000000000\0', 136)
      header.write('        ', 148)
      header.write(type, 156)
      header.write(link, 157, 100)
      header.write('ustar\x0000', 257)
      const check = header.reduce((total, byte) => total + byte, 0)
      header.write(`${check.toString(8).padStart(6, '0')}\0 `, 148)
      return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
    }),
    Buffer.alloc(1024),
  ])
}

/** An archive as published: a folder with the parts and text files. */
export function archiveOf(folder: string, files: Iterable<[string, Buffer]>, level = 6): Buffer {
  const texts: TarEntry[] = [
    { path: `${folder}/readme.html`, content: Buffer.from('<html>') },
    { path: `${folder}/batches.meta.txt`, content: Buffer.from('left\nright\n') },
  ]
  return gzipSync(
    tarOf([
      { path: `${folder}/`, type: '5' },
      ...[...files].map(([name, content]) => ({ path: `${folder}/${name}`, content })),
      ...texts,
    ]),
    { level },
  )
}
