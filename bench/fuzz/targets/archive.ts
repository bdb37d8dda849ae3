/** Imports of archives and folders. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { ArchiveFault } from '../../../src-main/archives/fault'
import { readMembers } from '../../../src-main/archives/readMembers'
import { xzOf, zipOf, type ZipEntry } from '../../../src-main/archives/testSupport'
import { WorkbenchError } from '../../../src-main/contract/errors'
import { importDataset } from '../../../src-main/datasets/import/import'
import { archiveOf, fakeCifar10, tarOf, type TarEntry } from '../../../src-main/datasets/testSupport'
import { refusedWith, target } from '../check'
import { mutatedBytes } from '../mutations/bytes'
import { hostileTars, zipped } from './binaries'

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

export const archive = target<Buffer>('archives (tar in gzip, xz and zstd; zip)', (folder) => {
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
      const verdict = await refusedWith([ArchiveFault], () =>
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

type Given = { form: 'archive'; bytes: Buffer } | { form: 'folder'; which: number; place: number; bytes: Buffer }

/** A complete import of an archive, or of a folder with any contents. */
export const imported = target<Given>('a data set’s import, with its files', (folder) => {
  const { spec, binary, python } = fakeCifar10()
  const datasetsDir = path.join(folder, 'datasets')
  const given = path.join(folder, 'given')
  const names = [...binary.keys(), ...python.keys()]
  const contents = [...binary.values(), ...python.values()]
  const gzipped = archiveOf('cifar', binary, 1)
  const zipFile = zipOf([...binary].map(([name, content]) => ({ path: `cifar/${name}`, content })))
  const archives = [gzipped, archiveOf('cifar', python, 1), gunzipSync(gzipped), xzOf(gunzipSync(gzipped)), zipFile]
  return {
    inputs: fc.oneof(
      { weight: 1, arbitrary: fc.record({ form: fc.constant('archive' as const), bytes: mutatedBytes(archives, 2) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          form: fc.constant('folder' as const),
          which: fc.constantFrom(0, 3),
          place: fc.nat(2),
          bytes: mutatedBytes(contents, 1),
        }),
      },
    ),
    run: async (input) => {
      rmSync(given, { recursive: true, force: true })
      if (input.form === 'archive') writeFileSync(given, input.bytes)
      else {
        mkdirSync(given)
        for (let i = 0; i < 3; i++)
          writeFileSync(
            path.join(given, names[input.which + i] ?? ''),
            i === input.place ? input.bytes : (contents[input.which + i] ?? ''),
          )
      }
      const verdict = await refusedWith([WorkbenchError], () => importDataset({ path: given, datasetsDir }, [spec]))
      const left = existsSync(datasetsDir) ? readdirSync(datasetsDir) : []
      if (left.some((name) => name !== spec.id)) throw new Error(`left ${left.join(', ')} behind`)
      if (readdirSync(folder).some((name) => name !== 'datasets' && name !== 'given'))
        throw new Error(`left ${readdirSync(folder).join(', ')} behind`)
      return verdict
    },
  }
})
