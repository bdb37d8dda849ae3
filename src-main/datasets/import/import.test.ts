import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { xzOf, zipOf, type ZipEntry } from '../../archives/testSupport'
import { WorkbenchError } from '../../contract/errors'
import { datasetSummary } from '../../contract/datasets/datasets'
import type { CifarSpec } from '../catalog'
import { pixelBytes } from './format'
import { importDataset } from './import'
import type { ImportProgress } from './options'
import { sampleImages } from '../images'
import { loadDataset, verifyDataset } from '../load'
import { removeDataset, removeLeftovers } from '../setFolders'
import { listDatasets } from '../store'
import { archiveOf, fakeCifar10, fakeCifar100, pythonBatch, sum, tarOf, type TarEntry } from '../testSupport'

const small = fakeCifar10()
const fine = fakeCifar100()
const specs = [small.spec, fine.spec]

let dir: string
let datasetsDir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcnn-datasets-'))
  datasetsDir = join(dir, 'datasets')
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

async function file(name: string, content: Buffer): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, content)
  return path
}

async function folder(name: string, files: Iterable<[string, Buffer]>): Promise<string> {
  const path = join(dir, name)
  await mkdir(path, { recursive: true })
  for (const [file, content] of files) await writeFile(join(path, file), content)
  return path
}

const archive = (files: Iterable<[string, Buffer]>, name = 'cifar.tar.gz'): Promise<string> =>
  file(name, archiveOf('cifar', files))
const tarGz = (entries: TarEntry[]): Promise<string> => file('odd.tar.gz', gzipSync(tarOf(entries)))
const zip = (entries: ZipEntry[]): Promise<string> => file('odd.zip', zipOf(entries))
const zipped = (files: Iterable<[string, Buffer]>, inside = 'cifar/'): ZipEntry[] =>
  [...files].map(([name, content]) => ({ path: `${inside}${name}`, content }))
const plainTar = gunzipSync(archiveOf('cifar', small.binary))
const [one = Buffer.alloc(0), two = Buffer.alloc(0), test = Buffer.alloc(0)] = small.binary.values()
const clutter: [string, Buffer][] = [
  ['LICENSE', Buffer.from('free')],
  ['.DS_Store', Buffer.alloc(100)],
  ['._data_batch_1.bin', one],
  ['test', Buffer.from('#!/bin/sh')],
  ['virus.exe', Buffer.from('MZ')],
  ['other.bin', Buffer.alloc(one.length)],
]
const take = (path: string, use: readonly CifarSpec[] = specs): ReturnType<typeof importDataset> =>
  importDataset({ path, datasetsDir }, use)
const left = (): Promise<string[]> => readdir(datasetsDir).catch(() => [])

async function refused(path: string, use: readonly CifarSpec[] = specs): Promise<WorkbenchError> {
  const before = await left()
  const error = await take(path, use).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof WorkbenchError)) throw new Error(`not refused as expected: ${String(error)}`)
  expect(await left()).toEqual(before)
  return error
}

function changed(files: Map<string, Buffer>, name: string, change: (content: Buffer) => Buffer): Map<string, Buffer> {
  return new Map([...files].map(([n, content]) => [n, n === name ? change(Buffer.from(content)) : content]))
}

const setByte =
  (at: number, value: number) =>
  (content: Buffer): Buffer => {
    content[at] = value
    return content
  }

describe('importDataset', () => {
  const forms: [string, () => Promise<string>][] = [
    ['the binary archive', () => archive(small.binary)],
    ['the Python archive', () => archive(small.python)],
    ['the binary folder', () => folder('cifar-10-batches-bin', small.binary)],
    ['the Python folder', () => folder('cifar-10-batches-py', small.python)],
    [
      'a folder around the folder',
      async () => (await folder('downloads/cifar-10-batches-bin', small.binary), join(dir, 'downloads')),
    ],
    ['an archive with its files in another order', () => archive([...small.binary].reverse())],
    ['a folder with other things in it', () => folder('mixed', [...small.binary, ['holiday.jpg', Buffer.from('x')]])],
    ['a tar that a browser has unpacked under its old name', () => file('cifar-10-binary (1).tar.gz', plainTar)],
    ['a plain tar', () => file('cifar.tar', plainTar)],
    ['an archive without an extension', () => file('download', archiveOf('cifar', small.binary))],
    ['gzip in gzip', () => file('twice.tar.gz', gzipSync(archiveOf('cifar', small.binary)))],
    ['tar.xz', () => file('cifar.tar.xz', xzOf(plainTar))],
    [
      'tar.xz of two streams',
      () => file('cifar.tar.xz', Buffer.concat([xzOf(plainTar.subarray(0, 40_000)), xzOf(plainTar.subarray(40_000))])),
    ],
    ['gzip in xz under the name of a zip', () => file('cifar.zip', xzOf(archiveOf('cifar', small.binary)))],
    ['tar.zst', () => file('cifar.tar.zst', zstdCompressSync(plainTar))],
    [
      'a tar of the folder with ./ before its names',
      () => tarGz([{ path: './', type: '5' }, ...zipped(small.binary, './c/')]),
    ],
    ['a tar without a folder', () => tarGz(zipped(small.binary, ''))],
    ['a tar with files that do not matter', () => archive([...clutter, ...small.binary])],
    ['a tar with the same file twice', () => archive([...small.binary, ...small.binary])],
    [
      'a tar whose files have other names',
      () =>
        archive([
          ['a', test],
          ['b.dat', two],
          ['data_batch_2.bin', one],
        ]),
    ],
    ['a tar with the binary and the Python files', () => archive([...small.python, ...small.binary])],
    ['a zip', () => zip([{ path: 'cifar/', mode: 0o40755, method: 0 }, ...zipped(small.binary)])],
    [
      'a zip of stored files, Windows’ separators and none of Unix’ modes',
      () => zip(zipped(small.binary, 'cifar\\').map((entry) => ({ ...entry, mode: 0, method: 0 }))),
    ],
    [
      'a zip that macOS made',
      () =>
        zip([
          ...zipped(small.python),
          ...zipped(small.binary, '__MACOSX/cifar/._'),
          { path: 'cifar/.DS_Store', content: Buffer.alloc(9) },
        ]),
    ],
    ['a zip under the name of a tar.gz', () => file('cifar.tar.gz', zipOf(zipped(small.binary)))],
    ['a folder with files that do not matter', () => folder('cluttered', [...clutter, ...small.binary])],
    [
      'a folder whose files have other names',
      () =>
        folder('renamed', [
          ['A.BIN', two],
          ['data_batch_1 (copy).bin', one],
          ['x', test],
        ]),
    ],
    [
      'a folder around the folder, with its archive next to it',
      async () => {
        await folder('around/inner/cifar-10-batches-bin', small.binary)
        await folder('around', [
          ['cifar-10-binary.tar.gz', archiveOf('c', small.binary)],
          ['train', Buffer.from('x')],
        ])
        return join(dir, 'around')
      },
    ],
    [
      'a linked folder',
      async () => (await symlink(await folder('real', small.binary), join(dir, 'link')), join(dir, 'link')),
    ],
    [
      'a folder with a linked folder in it, that leads back too',
      async () => {
        const real = await folder('elsewhere/real', small.binary)
        const path = await folder('linking', [])
        await symlink(real, join(path, 'set'))
        await symlink(path, join(path, 'back'))
        return path
      },
    ],
    [
      'a folder of linked files, one of them to nowhere',
      async () => {
        const real = await folder('files', small.binary)
        const path = await folder('links', [])
        for (const name of small.binary.keys()) await symlink(join(real, name), join(path, name))
        await symlink(join(real, 'gone'), join(path, 'readme.html'))
        return path
      },
    ],
    [
      'a linked archive',
      async () => (await symlink(await archive(small.binary), join(dir, 'latest')), join(dir, 'latest')),
    ],
    [
      'parts in several folders',
      async () => (
        await folder('split/train', [...small.binary].slice(0, 2)),
        await folder('split/test', [...small.binary].slice(2)),
        join(dir, 'split')
      ),
    ],
  ]
  it.each(forms)('stores the same data from %s', async (_, source) => {
    const path = await source()
    const summary = await take(path)
    expect(datasetSummary.parse(summary)).toEqual(summary)
    expect(summary).toMatchObject({
      id: 'cifar-10',
      available: true,
      synthetic: false,
      official: true,
      train: 20,
      test: 10,
      classes: ['left', 'right'],
      bytes: 30 * 3073,
    })
    expect(summary.source).toBe(path.split('/').at(-1))
    expect(await left()).toEqual(['cifar-10'])
    expect((await readdir(join(datasetsDir, 'cifar-10'))).sort()).toEqual(['manifest.json', 'test.bin', 'train.bin'])
    expect(await readFile(join(datasetsDir, 'cifar-10/train.bin'))).toEqual(Buffer.concat([one, two]))
    expect(await readFile(join(datasetsDir, 'cifar-10/test.bin'))).toEqual(test)
    expect(await verifyDataset(datasetsDir, 'cifar-10', specs)).toEqual(summary)
    expect((await listDatasets(datasetsDir, specs))[1]).toEqual(summary)
  })

  it('reads Python arrays in column order', async () => {
    const files = new Map(
      [...small.binary].map(([name, content]) => [
        name.replace('.bin', ''),
        pythonBatch(content, 1, { fortran: true }),
      ]),
    )
    expect(await take(await archive(files))).toMatchObject({ official: true })
  })

  it('stores CIFAR-100 with both labels, as official only if a checksum could be compared', async () => {
    expect(await take(await archive(fine.binary))).toMatchObject({
      id: 'cifar-100',
      official: null,
      train: 20,
      test: 8,
    })
    expect(await take(await folder('bin', fine.binary))).toMatchObject({ official: null })
    const published = archiveOf('cifar-100-binary', fine.binary)
    expect(
      await take(await file('x.tar.gz', published), [{ ...fine.spec, binaryArchiveMd5: sum('md5', published) }]),
    ).toMatchObject({
      official: true,
    })
    expect(await take(await archive(fine.python))).toMatchObject({ official: true })
    expect(await readFile(join(datasetsDir, 'cifar-100/train.bin'))).toEqual(fine.binary.get('train.bin'))
  })

  it('reports its progress until the end', async () => {
    const seen: ImportProgress[] = []
    await importDataset({ path: await archive(small.binary), datasetsDir, onProgress: (p) => seen.push(p) }, specs)
    expect(new Set(seen.map((p) => p.phase))).toEqual(new Set(['Reading', 'Checking']))
    for (const p of seen) expect(p.done).toBeLessThanOrEqual(p.total)
    expect(seen.at(-1)).toMatchObject({ id: 'cifar-10', done: 30 * 3073, total: 30 * 3073 })
  })

  it('replaces an existing set, and keeps it if the new one is rejected', async () => {
    await take(await archive(small.binary))
    await writeFile(join(datasetsDir, 'cifar-10/train.bin'), 'damaged')
    await refused(await archive(changed(small.binary, 'data_batch_1.bin', setByte(5, 0))))
    expect(await readFile(join(datasetsDir, 'cifar-10/train.bin'), 'utf8')).toBe('damaged')
    await take(await archive(small.binary))
    await verifyDataset(datasetsDir, 'cifar-10', specs)
    expect(await left()).toEqual(['cifar-10'])
  })

  it('stops when cancelled, and keeps nothing', async () => {
    const controller = new AbortController()
    const path = await archive(small.binary)
    const promise = importDataset(
      { path, datasetsDir, signal: controller.signal, onProgress: () => controller.abort() },
      specs,
    )
    await expect(promise).rejects.toMatchObject({ code: 'cancelled' })
    expect(await left()).toEqual([])
    await expect(importDataset({ path, datasetsDir, signal: AbortSignal.abort() }, specs)).rejects.toMatchObject({
      code: 'cancelled',
    })
    const folderPath = await folder('cancelled', small.binary)
    const again = new AbortController()
    await expect(
      importDataset({ path: folderPath, datasetsDir, signal: again.signal, onProgress: () => again.abort() }, specs),
    ).rejects.toMatchObject({ code: 'cancelled' })
    expect(await left()).toEqual([])
  })
})

it('reads an xz archive after others were rejected or cancelled half way', async () => {
  const rest = Buffer.alloc(300_000, 'not a tar ')
  await refused(await file('text.xz', xzOf(rest)))
  await refused(await file('zip.xz', xzOf(Buffer.concat([zipOf(zipped(small.binary)), rest]))))
  await refused(await file('deep.xz', xzOf(xzOf(xzOf(xzOf(plainTar))))))
  await refused(
    await file(
      'links.tar.xz',
      xzOf(
        tarOf([
          { path: 'a', type: '2', link: '/etc/passwd' },
          { path: 'b', content: rest },
        ]),
      ),
    ),
  )
  const controller = new AbortController()
  const good = await file('good.tar.xz', xzOf(plainTar))
  await expect(
    importDataset({ path: good, datasetsDir, signal: controller.signal, onProgress: () => controller.abort() }, specs),
  ).rejects.toMatchObject({ code: 'cancelled' })
  expect(await take(good)).toMatchObject({ official: true })
})

describe('importDataset rejects', () => {
  const size = 10 * 3073
  const cases: [string, () => Promise<string>, RegExp][] = [
    [
      'a truncated file',
      () => archive(changed(small.binary, 'data_batch_2.bin', (c) => c.subarray(0, 30000))),
      /^Cannot import cifar\.tar\.gz: data_batch_2\.bin is 730 bytes short: 30,000 bytes instead of 30,730\.$/,
    ],
    [
      'a truncated file in a folder',
      () =>
        folder(
          'f',
          changed(small.binary, 'test_batch.bin', (c) => c.subarray(0, 1)),
        ),
      /^Cannot import f: test_batch\.bin is 30,729 bytes short: 1 bytes instead of 30,730\.$/,
    ],
    [
      'a file too large',
      () => archive(changed(small.binary, 'data_batch_1.bin', (c) => Buffer.concat([c, c]))),
      /: data_batch_1\.bin is 30,730 bytes too long: 61,460 bytes instead of 30,730\.$/,
    ],
    [
      'a Python file too small',
      () => archive(changed(small.python, 'data_batch_1', (c) => c.subarray(0, 3000))),
      /: data_batch_1 is about 27,720 bytes short: 3,000 bytes instead of about 30,720\.$/,
    ],
    [
      'a Python file too large',
      () => archive(changed(small.python, 'data_batch_1', () => Buffer.alloc(99999))),
      /: data_batch_1 is about 63,\d+ bytes too long: 99,999 bytes instead of about/,
    ],
    [
      'a Python file that ends early',
      () => archive(changed(small.python, 'data_batch_1', (c) => c.subarray(0, c.length - 100))),
      /: data_batch_1 is truncated: it ends in the middle/,
    ],
    [
      'a Python file of something else',
      () => archive(changed(small.python, 'test_batch', () => Buffer.alloc(31000, 'x'))),
      /: test_batch is not a Python pickle/,
    ],
    [
      'a label out of range',
      () => archive(changed(small.binary, 'data_batch_2.bin', setByte(3 * 3073, 2))),
      /: data_batch_2\.bin has the label 2 in record 3, which is not in 0 to 1/,
    ],
    [
      'a valid but wrong label',
      () => archive(changed(small.binary, 'test_batch.bin', setByte(0, 1))),
      /: test_batch\.bin has been changed/,
    ],
    [
      'a changed pixel',
      () => archive(changed(small.binary, 'data_batch_1.bin', setByte(2000, 255))),
      /: data_batch_1\.bin has been changed.*official CIFAR-10/,
    ],
    [
      'a changed pixel in a Python file',
      () =>
        archive(
          new Map(
            [...small.binary].map(([n, c]) => [
              n.replace('.bin', ''),
              pythonBatch(setByte(1500, 255)(Buffer.from(c)), 1),
            ]),
          ),
        ),
      /: data_batch_1 has been changed/,
    ],
    [
      'missing files',
      () => archive([...small.binary].slice(1, 2)),
      /^Cannot import cifar\.tar\.gz: data_batch_1\.bin, test_batch\.bin of CIFAR-10 are missing\.$/,
    ],
    [
      'missing files in a folder',
      () => folder('part', [...small.binary].slice(1)),
      /^Cannot import part: data_batch_1\.bin of CIFAR-10 is missing/,
    ],
    [
      'a foreign archive',
      () => archive([['holiday.jpg', Buffer.from('jpg')]]),
      /^Cannot import cifar\.tar\.gz: it contains no file of CIFAR-10 or CIFAR-100\.$/,
    ],
    [
      'files of both sets',
      () => archive([...small.binary, ...fine.binary]),
      /it contains train\.bin of CIFAR-100 next to files of CIFAR-10/,
    ],
    [
      'a file twice',
      () => archive([...small.binary, ['data_batch_1.bin', Buffer.alloc(size)]]),
      /contains data_batch_1\.bin twice/,
    ],
    [
      'an archive without a file',
      () => tarGz([{ path: 'cifar/', type: '5' }]),
      /^Cannot import odd\.tar\.gz: it contains no file of CIFAR-10 or CIFAR-100/,
    ],
    [
      'a symbolic link',
      () => tarGz([{ path: 'cifar/data_batch_1.bin', type: '2', link: '/etc/passwd' }]),
      /data_batch_1\.bin", which is not a file \(SymbolicLink\)/,
    ],
    [
      'a hard link',
      () => tarGz([{ path: 'cifar/data_batch_1.bin', type: '1', link: '../x' }]),
      /which is not a file \(Link\)/,
    ],
    ['a device', () => tarGz([{ path: 'data_batch_1.bin', type: '3' }]), /which is not a file \(CharacterDevice\)/],
    [
      'a path that leads out',
      () => tarGz([{ path: '../data_batch_1.bin', content: Buffer.alloc(size) }]),
      /leads out of it/,
    ],
    [
      'an absolute path',
      () => tarGz([{ path: '/tmp/data_batch_1.bin', content: Buffer.alloc(size) }]),
      /leads out of it/,
    ],
    [
      'a header that claims too much',
      () => tarGz([{ path: 'data_batch_1.bin', content: Buffer.alloc(size), size: 8 ** 10 }]),
      /it is truncated: it ends after [\d,]+ of 1,073,741,824 bytes of data_batch_1\.bin\.$/,
    ],
    [
      'a tar that ends in a file',
      () => file('cut.tar.gz', gzipSync(gunzipSync(archiveOf('c', small.binary)).subarray(0, 20000))),
      /^Cannot import cut\.tar\.gz: it is truncated: it ends after 18,976 of 30,730 bytes of c\/data_batch_1\.bin\.$/,
    ],
    [
      'a truncated gzip',
      () => file('cut.tar.gz', archiveOf('c', small.binary).subarray(0, 50000)),
      /^Cannot import cut\.tar\.gz: it is truncated: its compressed data ends after \d+,\d+ of 30,730 bytes of c\/data_batch_2\.bin\.$/,
    ],
    [
      'a damaged gzip',
      () => file('bad.tar.gz', setByte(40000, 1)(setByte(40001, 2)(archiveOf('c', small.binary)))),
      /^Cannot import bad\.tar\.gz: it is corrupt/,
    ],
    [
      'a wrong gzip check sum',
      () =>
        file(
          'bad.tar.gz',
          (() => {
            const b = archiveOf('c', small.binary)
            return setByte(b.length - 8, (b[b.length - 8] ?? 0) ^ 1)(b)
          })(),
        ),
      /^Cannot import bad\.tar\.gz: it is corrupt/,
    ],
    [
      'a gzip of no tar',
      () => file('text.tar.gz', gzipSync(Buffer.alloc(2000, 'hello '))),
      /^Cannot import text\.tar\.gz: it is compressed, but its content is not a tar archive\.$/,
    ],
    [
      'a gzip of almost nothing',
      () => file('a.tar.gz', gzipSync(Buffer.from('a'))),
      /^Cannot import a\.tar\.gz: it is compressed, but its content is not a tar archive\.$/,
    ],
    ['an empty gzip', () => file('a.tar.gz', gzipSync(Buffer.alloc(0))), /^Cannot import a\.tar\.gz: it is empty/],
    [
      'gzip in gzip without end',
      () => file('a.tar.gz', gzipSync(gzipSync(gzipSync(archiveOf('c', small.binary))))),
      /it is compressed more than 3 times/,
    ],
    [
      'an archive that unpacks without end',
      () => file('bomb.tar.gz', gzipSync(Buffer.concat([tarOf([]), Buffer.alloc(40 << 20)]))),
      /^Cannot import bomb\.tar\.gz: it unpacks to more than/,
    ],
    [
      'a password',
      () => zip(zipped(small.binary).map((entry) => ({ ...entry, flags: 1 }))),
      /it is protected by a password\.$/,
    ],
    [
      'a method of compression that is not read',
      () => zip(zipped(small.binary).map((entry) => ({ ...entry, method: 93 }))),
      /it contains cifar\/data_batch_1\.bin, compressed by a method/,
    ],
    [
      'a link in a zip',
      () => zip([{ path: 'data_batch_1.bin', content: Buffer.from('/etc/passwd'), mode: 0o120777 }]),
      /it contains "data_batch_1\.bin", which is not a file\.$/,
    ],
    [
      'a path that leads out of a zip',
      () => zip(zipped(small.binary, '../')),
      /it contains the path "\.\.\/data_batch_1\.bin", which leads out of it\.$/,
    ],
    [
      'an absolute path in a zip',
      () => zip(zipped(small.binary, '/tmp/')),
      /it contains the path "\/tmp\/data_batch_1\.bin", which leads out of it\.$/,
    ],
    [
      'a wrong checksum in a zip',
      () => zip(zipped(small.binary).map((entry) => ({ ...entry, crc: 1 }))),
      /it is corrupt: cifar\/data_batch_1\.bin does not have the checksum/,
    ],
    [
      'a zip that says other sizes',
      () => zip([{ path: 'data_batch_1.bin', content: Buffer.concat([one, one]), size: one.length }]),
      /it is corrupt: .*data_batch_1\.bin/,
    ],
    [
      'a zip without its end',
      () => file('cut.zip', zipOf(zipped(small.binary)).subarray(0, 50_000)),
      /it is truncated: its list of files, at the end of a zip archive, is missing\.$/,
    ],
    ['a zip without a file', () => zip([]), /it contains no file of CIFAR-10/],
    [
      'a zip with a truncated file',
      () => zip(zipped(changed(small.binary, 'test_batch.bin', (c) => c.subarray(100)))),
      /: test_batch\.bin is 100 bytes short: 30,630 bytes instead of 30,730\.$/,
    ],
    [
      'an archive in a zip',
      () => zip([{ path: 'kaggle/cifar-10-python.tar.gz', content: archiveOf('c', small.python) }]),
      /it contains no file of CIFAR-10 or CIFAR-100\. It contains an archive: unpack cifar-10-python\.tar\.gz/,
    ],
    [
      'a truncated xz',
      () => file('cut.tar.xz', xzOf(plainTar).subarray(0, 50_000)),
      /^Cannot import cut\.tar\.xz: it is truncated: its compressed data ends/,
    ],
    [
      'a corrupt xz',
      () => file('bad.tar.xz', setByte(30_000, 0xfe)(setByte(30_001, 0xfd)(xzOf(plainTar)))),
      /^Cannot import bad\.tar\.xz: it is corrupt: its compressed data is wrong/,
    ],
    [
      'an xz that wants more memory than is sound',
      () => file('big.tar.xz', xzOf(plainTar, 0x26)),
      /it is compressed with options that this program does not support\.$/,
    ],
    [
      'a truncated zst',
      () => file('cut.tar.zst', zstdCompressSync(plainTar).subarray(0, 50_000)),
      /it is truncated: its compressed data ends/,
    ],
    [
      'a 7-Zip archive',
      () => file('c.7z', Buffer.concat([Buffer.from('377abcaf271c', 'hex'), Buffer.alloc(600)])),
      /it is a 7-Zip archive, which this program does not support\.$/,
    ],
    [
      'a bzip2 archive',
      () => file('c.tar.bz2', Buffer.from('BZh91AY&SY')),
      /it is a bzip2 archive, which this program does not support\.$/,
    ],
    [
      'a link to nowhere in place of a file',
      async () => (
        await symlink('/nowhere', join(await folder('gone', [...small.binary].slice(1)), 'data_batch_1.bin')),
        join(dir, 'gone')
      ),
      /: data_batch_1\.bin is a link to a file that does not exist\.$/,
    ],
    [
      'a file with a batch’s size alone',
      () => archive([...[...small.binary].slice(1), ['copy.bin', Buffer.alloc(one.length)]]),
      /: data_batch_1\.bin of CIFAR-10 is missing\. copy\.bin has the size of such a file but other content\.$/,
    ],
    [
      'thousands of files in a zip',
      () => zip(Array.from({ length: 1500 }, (_, i) => ({ path: `${i}.png` }))),
      /it contains more than 1000 files/,
    ],
    [
      'thousands of files',
      () => tarGz(Array.from({ length: 1500 }, () => ({ path: 'readme.html' }))),
      /it contains more than 1000 files/,
    ],
    [
      'a text',
      () => file('notes.txt', Buffer.from('hello')),
      /^Cannot import notes\.txt: it is not an archive \(tar\.gz, tar\.xz, tar\.zst, tar or zip\)\.$/,
    ],
    ['an empty file', () => file('empty.tar.gz', Buffer.alloc(0)), /^Cannot import empty\.tar\.gz: it is empty/],
    [
      'one file of the set',
      () => file('data_batch_1.bin', small.binary.get('data_batch_1.bin') ?? Buffer.alloc(0)),
      /^Cannot import data_batch_1\.bin: data_batch_1\.bin is one file of CIFAR-10, not the complete set/,
    ],
    ['an empty folder', () => folder('empty', []), /^Cannot import empty: it is an empty folder/],
    [
      'a folder of other things',
      () => folder('photos', [['a.jpg', Buffer.from('x')]]),
      /^Cannot import photos: it contains no file of CIFAR-10 or CIFAR-100/,
    ],
    [
      'a folder of several sets',
      async () => (await folder('both/a', small.binary), await folder('both/b', small.python), join(dir, 'both')),
      /^Cannot import both: it contains several data sets: a, b/,
    ],
    [
      'a device in place of a file',
      async () => {
        const path = await folder('device', [...small.binary].slice(1))
        await symlink('/dev/zero', join(path, 'data_batch_1.bin'))
        return path
      },
      /: data_batch_1\.bin is not a file\.$/,
    ],
  ]
  it.each(cases)('%s, and leaves no files', async (_, source, message) => {
    const error = await refused(await source())
    expect(error.code).toBe('bad-data')
    expect(error.message).toMatch(message)
  })

  const fineCases: [string, () => Promise<string>, RegExp][] = [
    [
      'a label out of range',
      () => archive(changed(fine.binary, 'train.bin', setByte(2 * 3074 + 1, 4))),
      /: train\.bin has the label 4 in record 2/,
    ],
    [
      'a superclass out of range',
      () => archive(changed(fine.binary, 'train.bin', setByte(3074, 2))),
      /: train\.bin has the superclass 2 in record 1/,
    ],
    [
      'a class in two superclasses',
      () => archive(changed(fine.binary, 'train.bin', setByte(4 * 3074, 1))),
      /: train\.bin gives class 0 the superclass 1 in record 4; in an earlier record it was 0/,
    ],
    [
      'classes out of balance',
      () => archive(changed(fine.binary, 'test.bin', setByte(1, 1))),
      /: test\.bin has 1 images of class 0 \(a\) instead of 2/,
    ],
    [
      'a Python file that was changed',
      () => archive(changed(fine.python, 'test', (c) => setByte(c.indexOf('picture_s'), 0x41)(c))),
      /: test has been changed/,
    ],
  ]
  it.each(fineCases)('CIFAR-100 with %s', async (_, source, message) => {
    expect((await refused(await source())).message).toMatch(message)
  })

  it('superclasses of unequal size', async () => {
    let files = fine.binary
    for (const name of files.keys())
      files = changed(
        files,
        name,
        (c) => (Array.from({ length: c.length / 3074 }, (_, i) => (c[i * 3074 + 1] === 1 ? (c[i * 3074] = 1) : 0)), c),
      )
    expect((await refused(await archive(files))).message).toMatch(
      /: train\.bin has 1 classes in superclass 0 instead of 2/,
    )
  })

  it('wrong paths as bad input', async () => {
    expect(await refused('')).toMatchObject({ code: 'bad-input', field: 'path' })
    expect(await refused('  ')).toMatchObject({ code: 'bad-input' })
    const missing = await refused(join(dir, 'nowhere.tar.gz'))
    expect(missing).toMatchObject({ code: 'bad-input', field: 'path' })
    expect(await refused('/dev/zero')).toMatchObject({
      code: 'bad-input',
      message: 'Cannot import /dev/zero: it is neither a file nor a folder.',
    })
    expect(missing.message).toMatch(/nowhere\.tar\.gz: there is no such file or folder\.$/)
  })

  it('a folder that it cannot write to', async () => {
    await writeFile(join(dir, 'plain'), '')
    const promise = importDataset(
      { path: await archive(small.binary), datasetsDir: join(dir, 'plain/datasets') },
      specs,
    )
    await expect(promise).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('store of data sets', () => {
  it('lists installed and available sets', async () => {
    const list = await listDatasets(datasetsDir, specs)
    expect(list.map((d) => [d.id, d.available, d.synthetic])).toEqual([
      ['synthetic', true, true],
      ['cifar-10', false, false],
      ['cifar-100', false, false],
    ])
    for (const summary of list) datasetSummary.parse(summary)
    expect(list[1]).toMatchObject({ train: 20, test: 10, fingerprint: null, official: null })
  })

  it('explains how to import a missing set', async () => {
    const load = { datasetsDir, dataset: 'cifar-10', trainExamples: null, testExamples: null, seed: 1 } as const
    for (const use of [
      () => loadDataset(load, specs),
      () => verifyDataset(datasetsDir, 'cifar-10', specs),
      () => sampleImages(datasetsDir, 'cifar-10', 1, specs),
    ]) {
      const error = await use().then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ code: 'not-found', message: 'CIFAR-10 has not been imported.' })
      expect(error instanceof WorkbenchError && error.fix).toContain('mcnn datasets import cifar-10-binary.tar.gz')
    }
    await expect(removeDataset(datasetsDir, 'cifar-10', specs)).rejects.toMatchObject({ code: 'not-found' })
  })

  const damages: [string, (path: string) => Promise<void>, RegExp][] = [
    [
      'a changed byte',
      async (path) => writeFile(join(path, 'train.bin'), setByte(100, 7)(await readFile(join(path, 'train.bin')))),
      /^cifar-10\/train\.bin has changed/,
    ],
    [
      'a truncated file',
      async (path) => writeFile(join(path, 'test.bin'), (await readFile(join(path, 'test.bin'))).subarray(1)),
      /^cifar-10\/test\.bin has 30,729 bytes, 30,730 expected/,
    ],
    ['a missing file', (path) => rm(join(path, 'test.bin')), /^cifar-10\/test\.bin is missing/],
    ['a missing manifest', (path) => rm(join(path, 'manifest.json')), /^cifar-10\/manifest\.json is missing/],
    [
      'a broken manifest',
      (path) => writeFile(join(path, 'manifest.json'), '{'),
      /^cifar-10\/manifest\.json is not JSON/,
    ],
    [
      'a foreign manifest',
      (path) => writeFile(join(path, 'manifest.json'), '{"id":"cifar-100"}'),
      /^cifar-10\/manifest\.json is not a manifest/,
    ],
  ]
  it.each(damages)('finds %s', async (_, damage, message) => {
    await take(await archive(small.binary))
    await damage(join(datasetsDir, 'cifar-10'))
    const load = { datasetsDir, dataset: 'cifar-10', trainExamples: null, testExamples: null, seed: 1 } as const
    for (const use of [() => verifyDataset(datasetsDir, 'cifar-10', specs), () => loadDataset(load, specs)]) {
      const error = await use().then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ code: 'bad-data', fix: 'Import CIFAR-10 again.' })
      expect(error instanceof Error && error.message).toMatch(message)
    }
    await expect(listDatasets(datasetsDir, specs)).resolves.toHaveLength(3)
    await take(await archive(small.binary))
    await verifyDataset(datasetsDir, 'cifar-10', specs)
  })

  it('removes a set, but not the built-in one', async () => {
    await take(await archive(small.binary))
    await removeDataset(datasetsDir, 'cifar-10', specs)
    expect(await left()).toEqual([])
    await expect(removeDataset(datasetsDir, 'synthetic', specs)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('removes only the leftovers of a dead process', async () => {
    const host =
      hostname()
        .toLowerCase()
        .replace(/[^a-z0-9]/g, '')
        .slice(0, 40) || 'host'
    // A process that has certainly ended.
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
    const put = (name: string): Promise<string> => folder(`datasets/${name}`, [['train.bin', Buffer.from('x')]])
    await put(`.import-${host}-${dead}-00ff`)
    await put(`.removed-cifar-10-${host}-${dead}-00ff`)
    await put(`.import-${host}-${process.pid}-00ff`)
    await put(`.replaced-cifar-100-${host}-${dead}-00ff`)
    await put(`.import-${host}-${process.ppid}-00ff`)
    await put('.import-anotherhost-1-00ff')
    await put('.mine')
    const before = (await left()).sort()
    await listDatasets(datasetsDir, specs)
    expect((await left()).sort()).toEqual(before)
    await removeLeftovers(datasetsDir)
    expect((await left()).sort()).toEqual(
      ['.import-anotherhost-1-00ff', `.import-${host}-${process.ppid}-00ff`, '.mine', 'cifar-100'].sort(),
    )
  })
})

describe('imported set', () => {
  it('is loaded as rows of RGB pixels, with its statistics and fingerprint', async () => {
    const summary = await take(await archive(fine.binary))
    const data = await loadDataset(
      { datasetsDir, dataset: 'cifar-100', trainExamples: null, testExamples: null, seed: 1 },
      specs,
    )
    const records = fine.binary.get('train.bin') ?? Buffer.alloc(0)
    expect(data.classes).toEqual(['a', 'b', 'c', 'd'])
    expect([data.train.count, data.test.count]).toEqual([20, 8])
    expect(data.fingerprint).toBe(summary.fingerprint)
    expect([...data.train.labels]).toEqual(Array.from({ length: 20 }, (_, i) => i % 4))
    const all: number[][] = [[], [], []]
    for (let i = 0; i < 20; i++)
      for (let p = 0; p < 1024; p++)
        for (let c = 0; c < 3; c++) {
          const value = records[i * 3074 + 2 + c * 1024 + p] ?? 0
          if (data.train.images[i * pixelBytes + p * 3 + c] !== value)
            throw new Error(`example ${i}, pixel ${p}, channel ${c}`)
          all[c]?.push(value / 255)
        }
    all.forEach((values, c) => {
      const mean = values.reduce((a, b) => a + b) / values.length
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
      expect(data.mean[c]).toBeCloseTo(mean, 10)
      expect(data.std[c]).toBeCloseTo(Math.sqrt(variance), 10)
    })
  })

  it('returns balanced subsets by seed, each with its own fingerprint', async () => {
    await take(await archive(fine.binary))
    const load = (seed: number, trainExamples: number | null): ReturnType<typeof loadDataset> =>
      loadDataset({ datasetsDir, dataset: 'cifar-100', trainExamples, testExamples: 4, seed }, specs)
    const one = await load(1, 12)
    expect(one.train.count).toBe(12)
    expect([0, 1, 2, 3].map((c) => one.train.labels.filter((l) => l === c).length)).toEqual([3, 3, 3, 3])
    expect((await load(1, 12)).fingerprint).toBe(one.fingerprint)
    expect((await load(1, 12)).train.images).toEqual(one.train.images)
    expect(
      new Set([one, await load(2, 12), await load(1, 13), await load(1, null)].map((d) => d.fingerprint)).size,
    ).toBe(4)
  })

  it('returns sample images of each class', async () => {
    await take(await archive(fine.binary))
    const samples = await sampleImages(datasetsDir, 'cifar-100', 3, specs)
    expect(samples.map((s) => s.label)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    const data = await loadDataset(
      { datasetsDir, dataset: 'cifar-100', trainExamples: null, testExamples: null, seed: 1 },
      specs,
    )
    expect(samples[4]?.pixels).toEqual(data.train.images.slice(5 * pixelBytes, 6 * pixelBytes))
  })
})
