import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { markerName } from '../../contract/system/dataDirMarker'
import { cifarSpecs } from '../../datasets/catalog'
import { locateDataDir } from './dataDirIdentity'
import { Bench, planOf } from '../fixtures/bench'
import { makeRunFolder } from './ownFiles'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(() => bench.end())

/** A data set as an import writes it, with black images. */
function putSet(): string {
  const folder = path.join(bench.dataDir, 'datasets', 'cifar-10')
  mkdirSync(folder, { recursive: true })
  const split = (name: 'train' | 'test', count: number) => {
    writeFileSync(path.join(folder, `${name}.bin`), '')
    truncateSync(path.join(folder, `${name}.bin`), count * 3073)
    return { count, bytes: count * 3073, sha256: '0'.repeat(64) }
  }
  const sizes = { train: split('train', 50_000), test: split('test', 10_000) }
  writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({
      format: 1,
      id: 'cifar-10',
      classes: cifarSpecs.find((spec) => spec.id === 'cifar-10')?.classes,
      labelBytes: 1,
      ...sizes,
      official: null,
      source: 'test',
      importedAt: '2026-01-01T00:00:00Z',
    }),
  )
  return folder
}

describe('removed data set', () => {
  it('can be restored unchanged until it is purged or the service ends', async () => {
    const folder = putSet()
    const service = await bench.open()
    const available = async (): Promise<boolean | undefined> =>
      (await service.call('datasets.list', {})).find((set) => set.id === 'cifar-10')?.available
    expect(await available()).toBe(true)
    await service.call('datasets.remove', { id: 'cifar-10' })
    expect(await available()).toBe(false)
    await service.call('datasets.restore', { id: 'cifar-10' })
    expect(await available()).toBe(true)
    expect(bench.count('dataset.changed')).toBe(2)

    await service.call('datasets.remove', { id: 'cifar-10' })
    await service.call('datasets.purge', { id: 'cifar-10' })
    await service.call('datasets.purge', { id: 'cifar-10' })
    await expect(service.call('datasets.restore', { id: 'cifar-10' })).rejects.toMatchObject({ code: 'not-found' })

    putSet()
    await service.call('datasets.remove', { id: 'cifar-10' })
    // Imported again in the meantime: nothing is overwritten.
    putSet()
    await expect(service.call('datasets.restore', { id: 'cifar-10' })).rejects.toMatchObject({ code: 'conflict' })
    expect(existsSync(folder)).toBe(true)
    const during = (await service.call('system.storage', {})).parts.find((part) => part.kind === 'datasets')?.bytes ?? 0
    expect(during).toBeGreaterThan(2 * 60_000 * 3073)
    await service.close()
    const again = await bench.open()
    const after = (await again.call('system.storage', {})).parts.find((part) => part.kind === 'datasets')?.bytes ?? 0
    expect(after).toBeLessThan(during)
  })
})

describe('storage', () => {
  it('is reported by kind, and files that no run needs are deleted on request', async () => {
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'done' }) })
    const [runId = ''] = runIds
    await bench.reached(runId, 'done', 'failed', 'diverged')
    for (const name of ['gone-1', 'gone-2']) {
      makeRunFolder(locateDataDir(bench.dataDir), name)
      writeFileSync(path.join(bench.dataDir, 'runs', name, 'weights.safetensors'), Buffer.alloc(5000))
    }
    writeFileSync(path.join(bench.dataDir, 'logs', 'gone-1.log'), Buffer.alloc(700))
    // Files that the program did not create: a folder, a copy of a run's folder, a file and a link in a run's folder, a
    // log.
    const outside = path.join(bench.dataDir, '..', `${path.basename(bench.dataDir)}-outside`)
    mkdirSync(outside)
    writeFileSync(path.join(outside, 'weights.safetensors'), 'mine')
    cpSync(path.join(bench.dataDir, 'runs', 'gone-1'), path.join(bench.dataDir, 'runs', 'best'), { recursive: true })
    mkdirSync(path.join(bench.dataDir, 'runs', 'thesis'))
    for (const file of ['runs/thesis/weights.safetensors', 'runs/gone-2/notes.txt', 'logs/notes.log'])
      writeFileSync(path.join(bench.dataDir, file), 'mine')
    symlinkSync(outside, path.join(bench.dataDir, 'runs', 'linked'))
    symlinkSync(
      path.join(outside, 'weights.safetensors'),
      path.join(bench.dataDir, 'runs', 'gone-2', 'checkpoint-0000000001-' + '0'.repeat(64) + '.safetensors'),
    )
    writeFileSync(path.join(bench.dataDir, 'logs', 'service.log'), 'first\nsecond\n')

    const before = await service.call('system.storage', {})
    expect(before.reclaimable).toBe(2 * 5000 + 700)
    expect(before.parts.find((part) => part.kind === 'runs')).toMatchObject({ reclaimable: 10_000 })
    expect(before.parts.find((part) => part.kind === 'history')?.bytes).toBeGreaterThan(10_000)
    expect(before.bytes).toBe(before.parts.reduce((sum, part) => sum + part.bytes, 0))
    expect(await service.call('system.reclaim', {})).toEqual({ bytes: 10_700 })
    const after = await service.call('system.storage', {})
    expect(after.reclaimable).toBe(0)
    expect(readdirSync(path.join(bench.dataDir, 'runs')).sort()).toEqual(
      ['best', 'gone-2', 'linked', runId, 'thesis'].sort(),
    )
    for (const file of [
      'runs/best/weights.safetensors',
      'runs/thesis/weights.safetensors',
      'runs/gone-2/notes.txt',
      'logs/notes.log',
    ])
      expect(existsSync(path.join(bench.dataDir, file)), file).toBe(true)
    expect(readFileSync(path.join(outside, 'weights.safetensors'), 'utf8')).toBe('mine')
    rmSync(outside, { recursive: true })
    expect(existsSync(path.join(bench.dataDir, 'logs', `${runId}.log`))).toBe(true)
    expect(await service.call('system.log', {})).toEqual({ lines: ['first', 'second'] })
  })

  it('reclaims run folders that an earlier version left, but no file of the user', async () => {
    const first = await bench.open()
    const { runIds } = await first.call('studies.create', { plan: planOf({ 1: 'done' }) })
    const [runId = ''] = runIds
    await bench.reached(runId, 'done', 'failed', 'diverged')
    await first.close()
    // The directory as an earlier version leaves it.
    for (const name of [markerName, 'mcnn-workbench.runs']) rmSync(path.join(bench.dataDir, name))
    const left = runId.replace(/.{4}$/, '0000')
    const put = (folder: string, bytes: number): void => {
      mkdirSync(path.join(bench.dataDir, 'runs', folder))
      writeFileSync(path.join(bench.dataDir, 'runs', folder, 'weights.safetensors'), Buffer.alloc(bytes))
    }
    put(left, 5000)
    put('best', 300)
    put(runId.replace(/.{4}$/, '1111'), 300)
    for (const id of [left, 'best']) writeFileSync(path.join(bench.dataDir, 'logs', `${id}.log`), Buffer.alloc(700))
    const service = await bench.open()
    // Later files in it belong to the user.
    put(runId.replace(/.{4}$/, '2222'), 300)
    writeFileSync(path.join(bench.dataDir, 'logs', `${runId.replace(/.{4}$/, '2222')}.log`), '')
    expect((await service.call('system.storage', {})).reclaimable).toBe(5700)
    expect(await service.call('system.reclaim', {})).toEqual({ bytes: 5700 })
    expect(readdirSync(path.join(bench.dataDir, 'runs')).sort()).toEqual(
      ['best', runId, ...['1111', '2222'].map((end) => runId.replace(/.{4}$/, end))].sort(),
    )
    expect(existsSync(path.join(bench.dataDir, 'logs', 'best.log'))).toBe(true)
  })
})
