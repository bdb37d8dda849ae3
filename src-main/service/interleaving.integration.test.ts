/**
 * Runs two calls that change the same state, one within the other: the second runs to its end at each await point of
 * the first. The result must equal that of one of the two sequential orders.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServiceParams } from '../contract/calls'
import { messageOf, WorkbenchError } from '../contract/errors'
import type { DatasetId } from '../contract/experiment'
import type { DeviceProbe } from '../contract/trainer/messages'
import { classNames } from '../datasets'
import { FileServer } from '../datasets/download/testServer'
import { archiveOf, fakeCifar10 } from '../datasets/testSupport'
import { Bench, planOf } from './fixtures/bench'
import { interleaved, type Outcome } from './fixtures/interleave'
import { repairHistory } from './storage/repair'
import type { Service } from './app/service'

const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-interleaving-'))
const template = path.join(scratch, 'template')
const archive = path.join(scratch, 'study.tar.gz')
const archivesEntry = path.resolve('out/main/archives.js')

/** Each state has a finished study on CIFAR-10 with a finished, a stopped and a queued (paused) run. */
interface State {
  bench: Bench
  service: Service
}
let studyId = ''
let done = ''
let stopped = ''
let held = ''
/** A second finished run, in the states that need one. */
let other = ''
let server: FileServer
const small = fakeCifar10()

/** A sparse file of the real size: nothing here reads the images. */
function putCifar(dataDir: string): void {
  const folder = path.join(dataDir, 'datasets', 'cifar-10')
  mkdirSync(folder, { recursive: true })
  const split = (count: number): { count: number; bytes: number; sha256: string } => ({
    count,
    bytes: count * 3073,
    sha256: '0'.repeat(64),
  })
  const splits = { train: split(50_000), test: split(10_000) }
  for (const [name, { bytes }] of Object.entries(splits)) {
    writeFileSync(path.join(folder, `${name}.bin`), '')
    truncateSync(path.join(folder, `${name}.bin`), bytes)
  }
  writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({
      format: 1,
      id: 'cifar-10',
      classes: classNames('cifar-10'),
      labelBytes: 1,
      ...splits,
      official: null,
      source: 'a test',
      importedAt: new Date().toISOString(),
    }),
  )
}

const cifar: Parameters<typeof planOf>[1] = (() => {
  const { training } = planOf({})
  return { training: { ...training, dataset: 'cifar-10', trainExamples: 100, testExamples: 100 } }
})()

beforeAll(async () => {
  process.env['MCNN_FAKE_PROBE'] = JSON.stringify({
    version: '2.0',
    tfjs: '4.0',
    device: 'cpu',
    gpus: [],
    bfloat16: 'avx512_bf16',
    kernels: 'x86-64-v4',
  } satisfies DeviceProbe)
  server = await FileServer.open(archiveOf('cifar-10-batches-bin', small.binary, 0))
  server.piece = 1 << 20
  const bench = new Bench(template)
  putCifar(template)
  const service = await bench.open({}, { archivesEntry })
  const { id, runIds } = await service.call('studies.create', {
    plan: planOf({ 1: 'good', 2: 'waits', 3: 'waits' }, cifar),
  })
  studyId = id
  ;[done = '', stopped = '', held = ''] = runIds
  await bench.reached(done, 'done')
  await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === stopped)
  await service.call('runs.pause', { id: held })
  await service.call('runs.stop', { id: stopped })
  await bench.reached(stopped, 'stopped')
  await service.close()
  // The fake trainer's weights are invalid, and it distinguishes two classes only: an archive with these is rejected.
  const weights = Buffer.from('\x02\0\0\0\0\0\0\0{}', 'latin1')
  writeFileSync(path.join(template, 'runs', done, 'weights.safetensors'), weights)
  const db = new Sqlite(path.join(template, 'history.sqlite'))
  db.prepare('UPDATE runs SET weights_sha256 = ? WHERE weights_sha256 IS NOT NULL').run(
    createHash('sha256').update(weights).digest('hex'),
  )
  db.prepare('DELETE FROM evaluations').run()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  const exporting = await bench.open({}, { archivesEntry, access: 'read' })
  await exporting.call('publish.export', { id, out: archive })
  await exporting.close()
})
afterAll(async () => {
  await server.close()
  delete process.env['MCNN_FAKE_PROBE']
  delete process.env['MCNN_FAKE']
  rmSync(scratch, { recursive: true, force: true })
})

async function setUp(): Promise<State> {
  planOf({ 1: 'waits', 2: 'waits', 3: 'waits', 9: 'waits' })
  const bench = new Bench(mkdtempSync(path.join(scratch, 'state-')))
  cpSync(template, bench.dataDir, { recursive: true, filter: (file) => !file.endsWith('.bin') })
  putCifar(bench.dataDir)
  const service = await bench.open(
    { stopMs: 2000, closeMs: 2000 },
    { archivesEntry, downloads: { specs: [server.publish(small.spec)], ca: [server.ca], env: {}, retryMs: 1 } },
  )
  // The state of the code is read once: a second call must not wait for the query of the first.
  await service.call('system.info', {})
  return { bench, service }
}
const tearDown = ({ bench }: State): Promise<void> => bench.end()

const codeOf = (outcome: Outcome): string =>
  outcome.ok ? 'ok' : outcome.error instanceof WorkbenchError ? outcome.error.code : String(outcome.error)

const messageIn = (outcome: Outcome): string => (outcome.ok ? '' : messageOf(outcome.error))

/** No run is queued or trains if its images are missing, or if it or its study is in the trash. */
async function mustBeSound({ bench, service }: State): Promise<void> {
  const unfinished = await service.call('runs.unfinished', {})
  const there = (dataset: DatasetId): boolean =>
    dataset === 'synthetic' || existsSync(path.join(bench.dataDir, 'datasets', dataset, 'manifest.json'))
  expect(unfinished.filter((run) => !there(run.dataset))).toEqual([])
  const listed = new Set((await service.call('runs.list', {})).map((run) => run.id))
  expect(unfinished.filter((run) => !listed.has(run.id))).toEqual([])
  // Every finished run has its weights.
  for (const run of await service.call('runs.list', {}))
    if (run.state === 'done')
      expect(existsSync(path.join(bench.dataDir, 'runs', run.id, 'weights.safetensors')), run.id).toBe(true)
}

type Call = (state: State) => Promise<unknown>
interface Pair {
  name: string
  before?: Call
  first: Call
  second: Call
  /** Codes of the expected errors, in pairs. */
  right: [first: string, second: string][]
  /** Not tried with the second call first: it waits three seconds for the history at each of sixty await points. */
  isOneWay?: true
  check?: (state: State, first: Outcome, second: Outcome) => Promise<void> | void
}

/** A restored run exists, and a purged one does not. */
const keptIfRestored = async ({ service }: State, _purged: Outcome, restored: Outcome): Promise<void> => {
  const wasRestored = restored.ok && (restored.value as { changed: number }).changed === 1
  expect((await service.call('runs.list', {})).some((run) => run.id === done)).toBe(wasRestored)
}

/** No run trains while a verification reports that it trains. */
function mustBeAlone({ bench }: State): void {
  const running = new Set<string>()
  for (const event of bench.events) {
    if (event.name === 'run.changed') running[event.payload.state === 'running' ? 'add' : 'delete'](event.payload.id)
    else if (event.name === 'task.progress' && event.payload.phase !== 'waiting for the running run')
      expect([...running]).toEqual([])
  }
}

const plan = planOf({ 9: 'waits' }, cifar)
const call =
  <C extends Parameters<Service['call']>[0]>(name: C, params: () => ServiceParams<C>): Call =>
  ({ service }) =>
    service.call(name, params())
const removeData = call('datasets.remove', () => ({ id: 'cifar-10' }))
const stopAll: Call = async ({ service }) => {
  await service.call('runs.stop', { id: held })
}
const trashRun = call('runs.trash', () => ({ ids: [done] }))
const trashStudy: Call = async (state) => {
  await stopAll(state)
  await state.service.call('studies.trash', { id: studyId })
}

const removeStopped = call('runs.delete', () => ({ id: stopped }))
const importStudy = call('publish.import', () => ({ path: archive }))
const purgeStudy: Call = async (state) => {
  await trashStudy(state)
  await state.service.call('studies.purge', { id: studyId })
}

const join = call('studies.join', () => ({
  id: studyId,
  arch: 'resnet-8',
  variant: 'mcnn-f',
  seed: 9,
  training: plan.training,
}))
const backup = call('system.backup', () => ({}))
const backupsAreComplete =
  (count: number): ((state: State) => Promise<void>) =>
  async ({ service }) => {
    const backups = await service.call('system.backups', {})
    expect(backups).toHaveLength(count)
    for (const { file } of backups) {
      const db = new Sqlite(file, { readonly: true })
      expect(db.pragma('quick_check', { simple: true })).toBe('ok')
      db.close()
    }
  }

const oneOfTwo: Pair['right'] = [
  ['ok', 'conflict'],
  ['not-found', 'ok'],
]
const pairs: Pair[] = [
  {
    name: 'studies.create and datasets.remove',
    before: stopAll,
    first: call('studies.create', () => ({ plan: { ...plan, training: { ...plan.training, precision: 'auto' } } })),
    second: removeData,
    right: oneOfTwo,
  },
  {
    name: 'studies.extend and datasets.remove',
    before: stopAll,
    first: call('studies.extend', () => ({
      id: studyId,
      cells: [{ arch: 'resnet-8', variant: 'mcnn-f', seeds: [9] }],
    })),
    second: removeData,
    right: oneOfTwo,
  },
  { name: 'studies.join and datasets.remove', before: stopAll, first: join, second: removeData, right: oneOfTwo },
  {
    name: 'studies.join and studies.trash',
    first: join,
    second: trashStudy,
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
      ['ok', 'conflict'],
    ],
  },
  {
    name: 'studies.join and studies.join',
    first: join,
    second: join,
    right: [
      ['ok', 'bad-input'],
      ['bad-input', 'ok'],
    ],
  },
  {
    name: 'runs.rerun and datasets.remove',
    before: stopAll,
    first: call('runs.rerun', () => ({ ids: [done] })),
    second: removeData,
    right: oneOfTwo,
  },
  {
    name: 'runs.extend and datasets.remove',
    before: stopAll,
    first: call('runs.extend', () => ({ ids: [done], epochs: 9 })),
    second: removeData,
    right: oneOfTwo,
  },
  {
    name: 'runs.resume and datasets.remove',
    before: stopAll,
    first: call('runs.resume', () => ({ ids: [stopped] })),
    second: removeData,
    right: oneOfTwo,
  },
  {
    name: 'studies.resume and datasets.remove',
    before: stopAll,
    first: call('studies.resume', () => ({ id: studyId })),
    second: removeData,
    right: oneOfTwo,
  },
  {
    name: 'runs.purge and runs.restore',
    before: trashRun,
    first: call('runs.purge', () => ({ ids: [done] })),
    second: call('runs.restore', () => ({ ids: [done] })),
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
    ],
    check: keptIfRestored,
  },
  {
    name: 'purge of all and runs.restore',
    before: trashRun,
    first: call('runs.purge', () => ({ ids: null })),
    second: call('runs.restore', () => ({ ids: [done] })),
    right: [['ok', 'ok']],
    check: keptIfRestored,
  },
  {
    name: 'studies.purge and studies.restore',
    before: trashStudy,
    first: call('studies.purge', () => ({ id: studyId })),
    second: call('studies.restore', () => ({ id: studyId })),
    right: [
      ['ok', 'not-found'],
      ['conflict', 'ok'],
    ],
  },
  {
    name: 'studies.purge and a new study of that name',
    before: trashStudy,
    first: call('studies.purge', () => ({ id: studyId })),
    second: async ({ bench, service }) => {
      planOf({ 1: 'good' })
      const { runIds } = await service.call('studies.create', { plan: { ...plan, seeds: [1] } })
      await bench.reached(runIds[0] ?? '', 'done')
    },
    right: [['ok', 'ok']],
  },
  {
    name: 'runs.delete and a re-run',
    first: call('runs.delete', () => ({ id: done })),
    second: async ({ bench, service }) => {
      planOf({ 1: 'good' })
      const {
        ids: [id = ''],
      } = await service.call('runs.rerun', { ids: [done] })
      await bench.reached(id, 'done')
    },
    right: [
      ['ok', 'ok'],
      ['ok', 'not-found'],
    ],
  },
  {
    name: 'runs.delete and runs.resume',
    first: call('runs.delete', () => ({ id: stopped })),
    second: call('runs.resume', () => ({ ids: [stopped] })),
    right: [
      ['ok', 'not-found'],
      ['conflict', 'ok'],
      ['ok', 'ok'],
    ],
  },
  {
    name: 'runs.extend and runs.trash',
    first: call('runs.extend', () => ({ ids: [done], epochs: 9 })),
    second: trashRun,
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
    ],
  },
  {
    name: 'runs.extend and runs.delete',
    first: call('runs.extend', () => ({ ids: [done], epochs: 9 })),
    second: call('runs.delete', () => ({ id: done })),
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
    ],
  },
  {
    name: 'runs.extend of two runs and runs.delete of the second',
    before: async ({ bench, service }) => {
      await stopAll({ bench, service })
      planOf({ 1: 'good' })
      const { runIds } = await service.call('studies.create', { plan: { ...plan, name: 'Other', seeds: [1] } })
      other = runIds[0] ?? ''
      await bench.reached(other, 'done')
    },
    first: call('runs.extend', () => ({ ids: [done, other], epochs: 9 })),
    second: call('runs.delete', () => ({ id: other })),
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
    ],
    check: async ({ bench, service }, extended) => {
      const runs = await service.call('runs.list', {})
      expect(runs.filter((run) => run.epochs === 9)).toHaveLength(extended.ok ? 2 : 0)
      const folders = readdirSync(path.join(bench.dataDir, 'runs'))
      expect(folders.filter((name) => runs.every((run) => run.id !== name))).toEqual([])
    },
  },
  {
    name: 'studies.extend and studies.trash',
    first: call('studies.extend', () => ({
      id: studyId,
      cells: [{ arch: 'resnet-8', variant: 'mcnn-f', seeds: [9] }],
    })),
    second: trashStudy,
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
      ['ok', 'conflict'],
    ],
  },
  {
    name: 'runs.resume and studies.trash',
    first: call('runs.resume', () => ({ ids: [stopped] })),
    second: trashStudy,
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
      ['ok', 'conflict'],
    ],
  },
  {
    name: 'start and cancel',
    first: call('runs.resume', () => ({ ids: [held] })),
    second: call('runs.stop', () => ({ id: held })),
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
    ],
  },
  {
    name: 'start and reorder',
    first: call('runs.resume', () => ({ ids: [stopped] })),
    second: call('queue.move', () => ({ ids: [held], place: 'first' })),
    right: [['ok', 'ok']],
  },
  {
    name: 'studies.resume and studies.stop',
    first: call('studies.resume', () => ({ id: studyId })),
    second: call('studies.stop', () => ({ id: studyId })),
    right: [['ok', 'ok']],
  },
  {
    name: 'datasets.restore and datasets.purge',
    before: async (state) => {
      await stopAll(state)
      await removeData(state)
    },
    first: call('datasets.restore', () => ({ id: 'cifar-10' })),
    second: call('datasets.purge', () => ({ id: 'cifar-10' })),
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
    ],
    check: async ({ bench, service }) => {
      const [set] = (await service.call('datasets.list', {})).filter(({ id }) => id === 'cifar-10')
      // The import is complete, or absent.
      expect(existsSync(path.join(bench.dataDir, 'datasets', 'cifar-10'))).toBe(set?.available)
    },
  },
  {
    name: 'datasets.remove and datasets.remove',
    before: stopAll,
    first: removeData,
    second: removeData,
    right: [
      ['ok', 'not-found'],
      ['not-found', 'ok'],
    ],
  },
  {
    name: 'datasets.discardDownload and datasets.import',
    first: call('datasets.discardDownload', () => ({ id: 'cifar-10' })),
    second: call('datasets.import', () => ({ path: '/nothing' })),
    right: [
      ['ok', 'conflict'],
      ['ok', 'bad-input'],
      ['conflict', 'bad-input'],
    ],
  },
  {
    name: 'publish.import and studies.purge',
    before: removeStopped,
    first: importStudy,
    second: purgeStudy,
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
      ['ok', 'not-found'],
    ],
  },
  {
    name: 'publish.import and runs.delete',
    before: removeStopped,
    first: importStudy,
    second: call('runs.delete', () => ({ id: done })),
    right: [
      ['ok', 'ok'],
      ['conflict', 'ok'],
    ],
    check: async ({ service }, imported) => {
      const ids = (await service.call('runs.list', {})).map((run) => run.id)
      if (imported.ok) expect(ids).toContain(stopped)
      else expect(ids).toEqual([held])
    },
  },
  {
    name: 'publish.import and datasets.remove',
    before: async (state) => {
      await stopAll(state)
      await removeStopped(state)
    },
    first: importStudy,
    second: removeData,
    right: [['ok', 'ok']],
  },
  {
    name: 'publish.export and studies.purge',
    first: ({ bench, service }) =>
      service.call('publish.export', { id: studyId, out: path.join(bench.dataDir, 'out.tar.gz') }),
    second: purgeStudy,
    right: [
      ['ok', 'ok'],
      ['not-found', 'ok'],
      ['bad-data', 'ok'],
      ['unavailable', 'ok'],
    ],
    check: ({ bench }, exported) => expect(existsSync(path.join(bench.dataDir, 'out.tar.gz'))).toBe(exported.ok),
  },
  {
    name: 'publish.verify and runs.resume',
    before: async () => {
      planOf({ 1: 'good', 2: 'good' })
    },
    first: call('publish.verify', () => ({ id: done })),
    second: call('runs.resume', () => ({ ids: [stopped] })),
    right: [['ok', 'ok']],
    check: mustBeAlone,
    // In the other order, a verification would wait for a start that the rest of the first call makes.
    isOneWay: true,
  },
  {
    name: 'publish.verify and resumption of a paused run',
    before: async ({ bench, service }) => {
      planOf({ 1: 'good', 2: 'waits', 3: 'waits' })
      await service.call('runs.resume', { ids: [held] })
      await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === held)
      await service.call('runs.pause', { id: held })
      await bench.reached(held, 'paused')
      bench.forget()
    },
    first: call('publish.verify', () => ({ id: done })),
    second: async ({ bench, service }) => {
      await service.call('runs.resume', { ids: [held] })
      await service.call('runs.stop', { id: held })
      await bench.reached(held, 'stopped')
    },
    right: [['ok', 'ok']],
    check: mustBeAlone,
    // In the other order, a verification would wait for a run that the rest of the first call stops.
    isOneWay: true,
  },
  {
    name: 'datasets.download and datasets.remove',
    before: stopAll,
    first: call('datasets.download', () => ({ id: 'cifar-10' })),
    second: removeData,
    // While the new set replaces the old one, neither exists.
    right: [
      ['ok', 'ok'],
      ['ok', 'not-found'],
    ],
    check: ({ bench }) => {
      const folder = path.join(bench.dataDir, 'datasets', 'cifar-10')
      expect(existsSync(path.join(folder, 'manifest.json'))).toBe(existsSync(folder))
    },
  },
  {
    name: 'datasets.download and datasets.discardDownload',
    first: call('datasets.download', () => ({ id: 'cifar-10' })),
    second: call('datasets.discardDownload', () => ({ id: 'cifar-10' })),
    right: [
      ['ok', 'conflict'],
      ['conflict', 'ok'],
      ['ok', 'ok'],
    ],
  },
  {
    name: 'system.backup and a repair',
    first: backup,
    second: ({ bench }) => repairHistory(bench.dataDir, '1.2.3'),
    right: [['ok', 'conflict']],
    check: backupsAreComplete(1),
    isOneWay: true,
  },
  {
    name: 'system.backup and system.backup',
    first: backup,
    second: backup,
    right: [['ok', 'ok']],
    check: backupsAreComplete(2),
  },
  {
    name: 'system.backup and runs.delete',
    first: backup,
    second: call('runs.delete', () => ({ id: done })),
    right: [['ok', 'ok']],
    check: backupsAreComplete(1),
  },
]

const swapped = (pair: Pair): Pair => ({
  ...pair,
  check: (state, one, two) => pair.check?.(state, two, one),
  name: pair.name.split(' and ').reverse().join(' and '),
  first: pair.second,
  second: pair.first,
  right: pair.right.map(([a, b]) => [b, a]),
})

describe('two concurrent calls on the same state', () => {
  it('make two backups at the same moment', async () => {
    const state = await setUp()
    try {
      await Promise.all([backup(state), backup(state)])
      await backupsAreComplete(2)(state)
    } finally {
      await tearDown(state)
    }
  })

  it.each([...pairs, ...pairs.filter(({ isOneWay }) => isOneWay !== true).map(swapped)])(
    '$name give what one after the other gives',
    async ({ before, first, second, right, check }) => {
      const unexpected = new Set<string>()
      const points = await interleaved(
        async () => {
          const state = await setUp()
          await before?.(state)
          return state
        },
        tearDown,
        first,
        second,
        async (state, one, two) => {
          const codes = [codeOf(one), codeOf(two)]
          if (!right.some((pair) => pair.join() === codes.join()))
            unexpected.add([...codes, messageIn(one), messageIn(two)].join(' '))
          await mustBeSound(state)
          await check?.(state, one, two)
        },
      )
      expect(points).toBeGreaterThan(0)
      expect([...unexpected]).toEqual([])
    },
  )
})
