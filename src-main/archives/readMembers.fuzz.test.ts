import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { ArchiveFault } from './fault'
import { readMembers } from './readMembers'
import { xzOf, zipOf, type ZipEntry } from './testSupport'
import { tarOf, type TarEntry } from '../datasets/testSupport'
import { rejectedWith, fuzz } from '../testing/fuzz'
import { hostileTars, zipped } from '../testing/hostileArchives'
import { mutatedBytes } from '../testing/mutatedBytes'

/** Limits, as in the importer. */
const largest = 1 << 20
const maxBytes = 4 << 20

const folders = [
  'cifar',
  'cifar/a',
  '.',
  '..',
  '../..',
  '/',
  '/etc',
  'a/../..',
  '~',
  'C:\\',
  'cifar/\0x',
  'cifar\\..',
  '',
]
const entryNames = ['data_batch_1.bin', 'readme.html', '..', '.', '', 'a\\b', 'x'.repeat(90), '__proto__', 'é', 'a:b']
/** Complete archives with valid checksums and invalid entries. */
const entries: fc.Arbitrary<TarEntry[]> = fc.array(
  fc
    .record({
      path: fc
        .tuple(fc.constantFrom(...folders), fc.constantFrom(...entryNames))
        .map(([folder, name]) => `${folder}/${name}`),
      content: fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes)),
      type: fc.constantFrom(
        '0',
        '0',
        '0',
        '',
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
        '7',
        'x',
        'g',
        'L',
        'K',
        'D',
        'M',
        'N',
        'S',
        'V',
        'Z',
      ),
      link: fc.constantFrom('', '/etc/passwd', '../../outside.txt', 'cifar'),
    })
    .chain((entry) =>
      fc
        .constantFrom(entry.content.length, 0, 1, 8 * 1024 ** 3 - 1)
        .map((size): TarEntry => ({ ...entry, size: size > 1 ? size : entry.content.length })),
    ),
  { maxLength: 6 },
)

const zipEntries: fc.Arbitrary<ZipEntry[]> = fc.array(
  fc
    .record({
      path: fc
        .tuple(fc.constantFrom(...folders), fc.constantFrom(...entryNames))
        .map(([folder, name]) => `${folder}/${name}`),
      content: fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes)),
      mode: fc.constantFrom(0, 0o100644, 0o120777, 0o40755, 0o10644, 0o60644),
      flags: fc.constantFrom(0, 0, 0, 1, 8, 0xffff),
      method: fc.constantFrom(8, 8, 0, 0, 1, 9, 12, 93),
      wrong: fc.constantFrom('', '', 'size', 'crc'),
    })
    .map(({ wrong, ...entry }): ZipEntry => ({
      ...entry,
      ...(wrong === 'size' ? { size: 2 ** 32 - 2 } : wrong === 'crc' ? { crc: 1 } : {}),
    })),
  { maxLength: 6 },
)
const wholeZip = zipOf([
  { path: 'cifar/', method: 0 },
  { path: 'cifar/data_batch_1.bin', content: Buffer.alloc(700, 1) },
  { path: 'cifar/readme.html', content: Buffer.from('<html>'), method: 0 },
])
/** Every supported compression. */
const wrappings: readonly ((bytes: Buffer) => Buffer)[] = [
  (bytes) => bytes,
  zipped,
  (bytes) => xzOf(bytes),
  (bytes) => zstdCompressSync(bytes),
  (bytes) => zipped(xzOf(bytes)),
]
const wrapped = (tars: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.tuple(tars, fc.constantFrom(...wrappings)).map(([bytes, wrap]) => wrap(bytes))

fuzz<Buffer>('archives (tar in gzip, xz and zstd; zip)', (folder) => {
  const file = path.join(folder, 'given.tar.gz')
  return {
    inputs: fc.oneof(
      { weight: 3, arbitrary: wrapped(entries.map(tarOf)) },
      { weight: 3, arbitrary: wrapped(mutatedBytes(hostileTars, 4)) },
      {
        weight: 3,
        arbitrary: mutatedBytes(
          hostileTars.flatMap((bytes) => wrappings.map((wrap) => wrap(bytes))),
          4,
        ),
      },
      { weight: 2, arbitrary: zipEntries.map(zipOf) },
      { weight: 2, arbitrary: mutatedBytes([wholeZip], 4) },
    ),
    run: async (bytes) => {
      writeFileSync(file, bytes)
      let taken = 0
      const verdict = await rejectedWith([ArchiveFault], () =>
        readMembers(
          { path: file, limit: () => maxBytes, maxMembers: 1000, onRead: () => undefined },
          {
            open: ({ path: name, size }) => {
              if (name.startsWith('/') || name.split('/').includes('..'))
                throw new Error(`a file is called ${JSON.stringify(name)}`)
              if (size > largest) throw new ArchiveFault('is too large.')
              let got = 0
              return {
                write: (chunk) => {
                  if ((got += chunk.length) > size || (taken += chunk.length) > maxBytes)
                    throw new Error('more than was asked for')
                },
                end: () => {
                  if (got !== size) throw new Error(`${got} bytes instead of ${size}`)
                },
              }
            },
          },
        ),
      )
      if (readdirSync(folder).length !== 1) throw new Error(`left ${readdirSync(folder).join(', ')} behind`)
      return verdict
    },
  }
})
