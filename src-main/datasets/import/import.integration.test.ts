/** With the real CIFAR-10; skipped unless its archives are in the folder next to the repository. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cifarSpecs } from '../catalog'
import {
  importDataset,
  listDatasets,
  loadDataset,
  loadNormalisation,
  removeDataset,
  sampleImages,
  testImages,
  verifyDataset,
} from '..'
import { archiveOf, pythonBatch } from '../testSupport'

const packed = resolve('../shared/datasets/cifar-10-batches-bin.tar.xz')
const names = cifarSpecs.flatMap((spec) => (spec.id === 'cifar-10' ? spec.parts.map((part) => part.binary) : []))

describe.skipIf(!existsSync(packed))('real CIFAR-10', () => {
  let dir: string
  let datasetsDir: string
  const files = new Map<string, Buffer>()
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mcnn-cifar-'))
    datasetsDir = join(dir, 'datasets')
    execFileSync('tar', ['xJf', packed, '-C', dir])
    const [folder] = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory())
    const root = (await readdir(dir)).includes('test_batch.bin') ? dir : join(dir, folder?.name ?? '')
    for (const name of names) files.set(name, await readFile(join(root, name)))
  })
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true })
  })

  const archive = async (content: Iterable<[string, Buffer]>, level: number): Promise<string> => {
    const path = join(dir, 'cifar-10-binary.tar.gz')
    await writeFile(path, archiveOf('cifar-10-batches-bin', content, level))
    return path
  }
  const setByte =
    (at: number, value: number) =>
    (bytes: Buffer): Buffer => {
      bytes[at] = value
      return bytes
    }

  it('is imported from an archive, verified, loaded and sampled', async () => {
    const summary = await importDataset({ path: await archive(files, 1), datasetsDir })
    expect(summary).toMatchObject({
      id: 'cifar-10',
      official: true,
      available: true,
      train: 50000,
      test: 10000,
      source: 'cifar-10-binary.tar.gz',
    })
    expect(await verifyDataset(datasetsDir, 'cifar-10')).toEqual(summary)

    const data = await loadDataset({
      datasetsDir,
      dataset: 'cifar-10',
      trainExamples: null,
      testExamples: null,
      seed: 1,
    })
    expect(data.fingerprint).toBe(summary.fingerprint)
    expect([...data.train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1])
    ;[0.4914, 0.48216, 0.44653].forEach((value, c) => expect(data.mean[c]).toBeCloseTo(value, 4))
    ;[0.24703, 0.24349, 0.26159].forEach((value, c) => expect(data.std[c]).toBeCloseTo(value, 4))
    // The frog: its first pixel, as every tutorial prints it.
    expect([...data.train.images.subarray(0, 3)]).toEqual([59, 62, 63])

    const options = { datasetsDir, dataset: 'cifar-10', trainExamples: 10000, testExamples: 2000, seed: 1 } as const
    const subset = await loadDataset(options)
    const pictureOf = (place: number): Uint8Array => subset.test.images.slice(place * 3072, (place + 1) * 3072)
    expect(await testImages(options, [1999, 0, 7])).toEqual([1999, 0, 7].map(pictureOf))
    expect(data.classes.map((_, c) => subset.train.labels.filter((label) => label === c).length)).toEqual(
      new Array(10).fill(1000),
    )
    expect(subset.test.count).toBe(2000)
    for (const [trainExamples, whole] of [
      [null, data],
      [10000, subset],
    ] as const)
      expect(await loadNormalisation({ datasetsDir, dataset: 'cifar-10', trainExamples, seed: 1 })).toEqual({
        mean: whole.mean,
        std: whole.std,
      })
    expect(await sampleImages(datasetsDir, 'cifar-10', 8)).toHaveLength(80)
    await removeDataset(datasetsDir, 'cifar-10')
    expect((await listDatasets(datasetsDir))[1]).toMatchObject({ available: false })
  })

  it('is imported from the tar.xz itself', async () => {
    expect(await importDataset({ path: packed, datasetsDir })).toMatchObject({
      official: true,
      source: 'cifar-10-batches-bin.tar.xz',
    })
    await removeDataset(datasetsDir, 'cifar-10')
  })

  it('is imported from Python files', async () => {
    const python = new Map([...files].map(([name, bytes]) => [name.replace('.bin', ''), pythonBatch(bytes, 1)]))
    const path = join(dir, 'cifar-10-python.tar.gz')
    await writeFile(path, archiveOf('cifar-10-batches-py', python, 0))
    expect(await importDataset({ path, datasetsDir })).toMatchObject({
      official: true,
      source: 'cifar-10-python.tar.gz',
    })
    await removeDataset(datasetsDir, 'cifar-10')
  })

  const cases: [string, string, (bytes: Buffer) => Buffer, RegExp][] = [
    [
      'truncated',
      'data_batch_3.bin',
      (bytes) => bytes.subarray(0, 30_000_000),
      /data_batch_3\.bin is 730,000 bytes short: 30,000,000 bytes instead of 30,730,000\.$/,
    ],
    [
      'with a label that is none',
      'data_batch_5.bin',
      setByte(3073 * 4711, 10),
      /data_batch_5\.bin has the label 10 in record 4,711/,
    ],
    [
      'with another label',
      'test_batch.bin',
      (bytes) => setByte(0, ((bytes[0] ?? 0) + 1) % 10)(bytes),
      /test_batch\.bin has been changed/,
    ],
    [
      'with one pixel changed by one',
      'data_batch_1.bin',
      (bytes) => setByte(1000, (bytes[1000] ?? 0) ^ 1)(bytes),
      /data_batch_1\.bin has been changed/,
    ],
  ]
  it.each(cases)('is rejected %s', async (_, name, change, message) => {
    const bytes = files.get(name)
    if (!bytes) throw new Error(`no ${name}`)
    // One valid file is stored before the corrupt one; the rest would only take time.
    const good: [string, Buffer] = ['data_batch_2.bin', files.get('data_batch_2.bin') ?? bytes]
    const promise = importDataset({ path: await archive([good, [name, change(Buffer.from(bytes))]], 0), datasetsDir })
    await expect(promise).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(message) as unknown,
    })
    expect(await readdir(datasetsDir)).toEqual([])
  })
})
