/** Calls every call of the contract on a read-only service: only the declared access decides. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceCalls, type ServiceCall, type ServiceParams } from '../contract/calls'
import { WorkbenchError, type ErrorCode } from '../contract/errors'
import { quickStart } from '../contract/experiment'
import type { DeviceProbe } from '../contract/trainer/messages'
import { Bench, planOf } from './fixtures/bench'
import type { Access } from './access/openHistory'
import type { Service } from './app/service'

const writer = new Bench()
const outside = mkdtempSync(path.join(tmpdir(), 'mcnn-access-'))
let studyId = ''
let runId = ''

beforeAll(async () => {
  process.env['MCNN_FAKE_PROBE'] = JSON.stringify({
    version: '2.0',
    tfjs: '4.0',
    device: 'cpu',
    gpus: [],
    bfloat16: 'avx512_bf16',
    kernels: 'x86-64-v4',
  } satisfies DeviceProbe)
  const service = await writer.open()
  const { id, runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
  studyId = id
  runId = runIds[0] ?? ''
  await writer.reached(runId, 'done')
})

afterAll(async () => {
  delete process.env['MCNN_FAKE_PROBE']
  await writer.end()
  rmSync(outside, { recursive: true, force: true })
})

/** Valid parameters for each call: the compiler demands those of a new one. */
function paramsOf(): { [C in ServiceCall]: ServiceParams<C> } {
  const id = runId
  const picture = Buffer.alloc(32 * 32 * 3).toString('base64')
  const plan = { ...quickStart, training: { ...quickStart.training, precision: 'float32' as const } }
  return {
    'system.info': {},
    'system.doctor': {},
    'system.device': {},
    'system.condition': {},
    'system.reportUse': {},
    'system.backup': {},
    'system.backups': {},
    'system.trainedOn': {},
    'system.storage': {},
    'system.reclaim': {},
    'system.slots': {},
    'system.chooseSlots': { count: 1, freeGpus: [] },
    'system.log': {},
    'models.list': {},
    'models.get': { arch: 'resnet-8', variant: 'mcnn-f' },
    'datasets.list': {},
    'datasets.import': { path: '/nothing' },
    'datasets.cancelImport': {},
    'datasets.sources': {},
    'datasets.download': { id: 'cifar-10' },
    'datasets.discardDownload': { id: 'cifar-10' },
    'datasets.verify': { id: 'synthetic' },
    'datasets.remove': { id: 'cifar-10' },
    'datasets.restore': { id: 'cifar-10' },
    'datasets.purge': { id: 'cifar-10' },
    'datasets.samples': { id: 'synthetic', perClass: 1 },
    'datasets.statistics': { id: 'synthetic' },
    'datasets.augmented': { id: 'synthetic', label: 0 },
    'studies.list': {},
    'studies.get': { id: studyId },
    'studies.create': { plan },
    'studies.estimate': { plan },
    'studies.compare': { id: studyId },
    'studies.moreSeeds': { id: studyId, want: { seeds: 1 } },
    'studies.extend': { id: studyId, cells: [{ arch: 'resnet-8', variant: 'mcnn-f', seeds: [9] }] },
    'studies.join': { id: studyId, arch: 'resnet-8', variant: 'mcnn-f', seed: 9, training: plan.training },
    'studies.withdraw': { id: studyId, runIds: [id] },
    'studies.findings': {},
    'studies.curves': { id: studyId, dataset: 'synthetic', arch: 'resnet-8' },
    'studies.pause': { id: studyId },
    'studies.resume': { id: studyId },
    'studies.stop': { id: studyId },
    'studies.trash': { id: studyId },
    'studies.restore': { id: studyId },
    'studies.purge': { id: studyId },
    'studies.trashed': {},
    'queue.move': { ids: [id], place: 'first' },
    'runs.list': {},
    'runs.unfinished': {},
    'runs.get': { id },
    'runs.updates': { id, epoch: 0, step: 0, events: 0 },
    'runs.evaluation': { id },
    'runs.mistakes': { id },
    'runs.log': { id },
    'runs.pause': { id },
    'runs.resume': { ids: [id] },
    'runs.stop': { id },
    'runs.interrupted': {},
    'runs.resumeInterrupted': {},
    'runs.checkpoint': {},
    'runs.extend': { ids: [id], epochs: 9 },
    'runs.rerun': { ids: [id] },
    'runs.delete': { id },
    'runs.export': { id, format: 'onnx', path: path.join(outside, 'model.onnx') },
    'runs.classify': { id, picture },
    'runs.query': {},
    'runs.ids': {},
    'runs.rows': { ids: [id] },
    'runs.curves': { ids: [id] },
    'runs.filterValues': {},
    'runs.tag': { ids: [id], add: ['paper'] },
    'runs.note': { id, note: 'a note' },
    'runs.archive': { ids: [id], archived: true },
    'runs.trash': { ids: [id] },
    'runs.restore': { ids: [id] },
    'runs.purge': { ids: null },
    'search.find': { text: 'bench' },
    'filters.runs': { text: '' },
    'filters.defaultRun': { id: null },
    'filters.layers': { id },
    'filters.figures': { id },
    'filters.bank': { id },
    'filters.layer': { id, layer: 'stem' },
    'filters.coverage': { id, layer: 'stem', filters: [0], channels: [0], edge: 3 },
    'filters.scale': { id, layer: 'stem', channels: [0] },
    'filters.input': { id, layer: 'stem', picture },
    'publish.runManifest': { id },
    'publish.studyManifest': { id: studyId },
    'publish.verifiable': { id },
    'publish.verify': { id },
    'publish.export': { id: studyId, out: path.join(outside, 'study.tar.gz') },
    'publish.import': { path: '/nothing' },
    'publish.report': { id: studyId, out: path.join(outside, 'report') },
    'publish.cancel': { kind: 'export' },
  }
}

/** The fake trainer's weights are invalid. */
const failing: Partial<Record<ServiceCall, ErrorCode>> = {
  'runs.export': 'bad-data',
  'runs.classify': 'bad-data',
  'publish.export': 'bad-data',
}

async function outcomeOf(service: Service, call: ServiceCall): Promise<ErrorCode | 'answered'> {
  return service.handle(call, paramsOf()[call]).then(
    () => 'answered' as const,
    (thrown: unknown) => {
      if (thrown instanceof WorkbenchError) return thrown.code
      throw thrown
    },
  )
}

const names = Object.keys(serviceCalls) as ServiceCall[]

describe.each<Access>(['either', 'read'])('a service opened to %s while another program writes', (access) => {
  const reader = new Bench(writer.dataDir)
  let service: Service

  beforeAll(async () => {
    service = await reader.open({}, { access, archivesEntry: path.resolve('out/main/archives.js') })
  })
  afterAll(() => service.close())

  it.each(names.filter((name) => serviceCalls[name].access === 'read'))('answers %s', async (name) => {
    expect(await outcomeOf(service, name)).toBe(failing[name] ?? 'answered')
    rmSync(path.join(outside, 'report'), { recursive: true, force: true })
  })

  it.each(names.filter((name) => serviceCalls[name].access === 'write'))('rejects %s as a conflict', async (name) => {
    const before = await service.call('runs.get', { id: runId })
    expect(await outcomeOf(service, name)).toBe('conflict')
    expect(await service.call('runs.get', { id: runId })).toEqual(before)
  })
})
