import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serviceCalls } from '../../contract/calls'
import { quickStart } from '../../contract/experiment'
import { sharedMachineKind } from '../../contract/runs/timing'
import type { DeviceProbe } from '../../contract/trainer/messages'
import { Bench, fakeTrainer, planOf } from '../fixtures/bench'
import { createService } from './service'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(async () => {
  await bench.end()
  delete process.env['MCNN_FAKE_PROBE']
})

describe('calls', () => {
  it('reject invalid parameters with the name of the field, and unknown calls', async () => {
    const service = await bench.open()
    const plan = { ...quickStart, training: { ...quickStart.training, epochs: 0 } }
    await expect(service.handle('studies.create', { plan })).rejects.toMatchObject({
      name: 'WorkbenchError',
      code: 'bad-input',
      field: 'plan.training.epochs',
    })
    await expect(service.handle('runs.get', { id: 'a', more: 1 })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(service.handle('runs.get', { id: '../a' })).rejects.toMatchObject({ code: 'bad-input', field: 'id' })
    for (const name of ['constructor', 'studies', ''])
      await expect(service.handle(name, {})).rejects.toMatchObject({ code: 'bad-input' })
    await expect(service.call('runs.get', { id: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.call('studies.compare', { id: 'none' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('create no study on a missing or too small data set', async () => {
    const service = await bench.open()
    const training = { ...quickStart.training, dataset: 'cifar-10' as const }
    await expect(service.call('studies.create', { plan: { ...quickStart, training } })).rejects.toMatchObject({
      code: 'not-found',
      field: 'plan.training.dataset',
      fix: expect.stringContaining('mcnn datasets import') as string,
    })
    const tooMany = { ...quickStart.training, trainExamples: 50_001 }
    await expect(service.call('studies.create', { plan: { ...quickStart, training: tooMany } })).rejects.toMatchObject({
      code: 'bad-input',
      field: 'plan.training.trainExamples',
    })
    expect(await service.call('studies.list', {})).toEqual([])
    // An estimate needs no images.
    expect((await service.call('studies.estimate', { plan: { ...quickStart, training } })).runs).toBe(6)
  })

  it('return what the contract declares', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', {
      plan: planOf({ 1: 'good', 2: 'good' }, { name: 'Two words', variants: ['baseline', 'mcnn-f'] }),
    })
    expect(id).toBe('two-words')
    expect(runIds.map((runId) => runId.replace(/-[a-z0-9]{4}$/, ''))).toEqual([
      'two-words-r8-baseline-s1',
      'two-words-r8-mcnn-f-s1',
      'two-words-r8-baseline-s2',
      'two-words-r8-mcnn-f-s2',
    ])
    await Promise.all(runIds.map((runId) => bench.reached(runId, 'done')))
    const [study] = serviceCalls['studies.list'].result.parse(await service.call('studies.list', {}))
    expect(study).toMatchObject({
      id,
      name: 'Two words',
      total: 4,
      progress: 1,
      etaSeconds: null,
      counts: { done: 4, queued: 0 },
    })
    expect(serviceCalls['runs.list'].result.parse(await service.call('runs.list', {}))).toHaveLength(4)
    const { rows } = serviceCalls['studies.compare'].result.parse(await service.call('studies.compare', { id }))
    expect(rows[0]?.cells.map((cell) => [cell.variant, cell.accuracy?.n, cell.accuracyDrop])).toEqual([
      ['baseline', 2, null],
      ['mcnn-f', 2, 0],
    ])
    // The measured speed: 2 s per epoch, 3 s to start.
    const plan = { ...planOf({ 1: 'good' }), variants: ['baseline' as const] }
    expect(await service.call('studies.estimate', { plan })).toMatchObject({
      seconds: 9,
      basis: 'measured',
      sharedMachine: false,
    })
    // As if each run had trained next to another training.
    const db = new Sqlite(path.join(bench.dataDir, 'history.sqlite'))
    db.prepare(
      `INSERT INTO events (run, at, level, kind, message) SELECT key, '', 'warning', '${sharedMachineKind}', '' FROM runs`,
    ).run()
    db.close()
    expect(await service.call('studies.estimate', { plan })).toMatchObject({ seconds: 9, sharedMachine: true })
    expect(serviceCalls['models.list'].result.parse(await service.call('models.list', {}))).toHaveLength(55)
    const info = serviceCalls['system.info'].result.parse(await service.call('system.info', {}))
    expect(info).toMatchObject({ program: '1.2.3', node: process.versions.node, dataDir: bench.dataDir })
    const sets = serviceCalls['datasets.list'].result.parse(await service.call('datasets.list', {}))
    expect(sets.map((set) => [set.id, set.available])).toEqual([
      ['synthetic', true],
      ['cifar-10', false],
      ['cifar-100', false],
    ])
    const { samples } = serviceCalls['datasets.samples'].result.parse(
      await service.call('datasets.samples', { id: 'synthetic', perClass: 1 }),
    )
    expect(samples).toHaveLength(10)
    expect(Buffer.from(samples[0]?.pixels ?? '', 'base64')).toHaveLength(32 * 32 * 3)
  })

  it('replace `auto` by the precision that the device computes in hardware, and never store `auto`', async () => {
    const service = await bench.open()
    const { training, ...rest } = planOf({ 1: 'good' })
    const plan = { ...rest, training: { ...training, precision: 'auto' as const } }
    // The device is unknown: nothing is created.
    await expect(service.call('studies.create', { plan })).rejects.toMatchObject({ code: 'unavailable' })
    expect(await service.call('studies.list', {})).toEqual([])
    process.env['MCNN_FAKE_PROBE'] = JSON.stringify({
      version: '2.0',
      tfjs: '4.0',
      device: 'cpu',
      gpus: [],
      bfloat16: 'avx512_bf16',
      kernels: 'x86-64-v4',
    } satisfies DeviceProbe)
    expect(serviceCalls['system.device'].result.parse(await service.call('system.device', {}))).toMatchObject({
      bfloat16: 'avx512_bf16',
      kernels: 'x86-64-v4',
    })
    const { id, runIds } = await service.call('studies.create', { plan })
    expect((await service.call('studies.get', { id })).study.plan?.training.precision).toBe('bfloat16')
    const runId = runIds[0] ?? ''
    expect((await service.call('runs.get', { id: runId })).config.precision).toBe('bfloat16')
    await bench.reached(runId, 'done')
    expect((await service.call('studies.estimate', { plan })).basis).toBe('measured')
    expect((await service.call('studies.estimate', { plan: { ...plan, training } })).basis).toBe('unknown')
    const { checks } = await service.call('system.doctor', {})
    expect(checks.find((check) => check.name === 'bfloat16')).toMatchObject({
      ok: true,
      detail: 'in hardware (avx512_bf16)',
    })
  })

  it('give a second study of the same name its own id', async () => {
    const service = await bench.open()
    const plan = planOf({ 1: 'waits' })
    expect((await service.call('studies.create', { plan })).id).toBe('bench')
    expect((await service.call('studies.create', { plan })).id).toBe('bench-2')
  })

  it('report a failed import, and import nothing', async () => {
    const service = await bench.open()
    const file = path.join(bench.dataDir, 'cifar-10-binary.tar.gz')
    writeFileSync(file, 'not an archive')
    await expect(service.call('datasets.import', { path: file })).rejects.toMatchObject({ code: 'bad-data' })
    expect((await service.call('datasets.list', {})).find((set) => set.id === 'cifar-10')?.available).toBe(false)
    expect(await service.call('datasets.cancelImport', {})).toEqual({ ok: true })
  })

  it('keep a data set that an unfinished run needs', async () => {
    const service = await bench.open()
    await service.call('studies.create', { plan: planOf({ 1: 'waits' }) })
    await expect(service.call('datasets.remove', { id: 'synthetic' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('check the machine, and suggest a remedy if TensorFlow does not load', async () => {
    const service = await bench.open()
    // The fake trainer does not support --probe.
    const doctor = serviceCalls['system.doctor'].result.parse(await service.call('system.doctor', {}))
    expect(doctor.ok).toBe(false)
    expect(doctor.tensorflow).toBeNull()
    const failed = doctor.checks.filter((check) => !check.ok)
    expect(failed.map((check) => check.name)).toContain('TensorFlow')
    for (const check of failed) expect(check.fix).toMatch(/\.$/)
    expect(doctor.checks.find((check) => check.name === 'SQLite')).toMatchObject({ ok: true })
  })
})

describe('a service that cannot start', () => {
  const options = { trainerEntry: fakeTrainer, program: '1.2.3' }

  it('rejects a data directory below a file', async () => {
    writeFileSync(path.join(bench.dataDir, 'file'), '')
    await expect(
      createService({ ...options, dataDir: path.join(bench.dataDir, 'file', 'below') }),
    ).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('a part of its path is not a folder') as string,
    })
  })

  it('does not change a newer history', async () => {
    const dataDir = path.join(bench.dataDir, 'newer')
    mkdirSync(dataDir)
    const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
    db.pragma('user_version = 1000')
    db.close()
    await expect(createService({ ...options, dataDir })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer') as string,
    })
    expect(existsSync(path.join(dataDir, 'history.sqlite-wal'))).toBe(false)
  })
})
