/** Real histories that are deleted or corrupted, rebuilt, and compared row by row with the original. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expandPlan, quickStart, type StudyPlan } from '../../contract/experiment'
import { openDatabase } from '../../history/files/database'
import { History } from '../../history/history'
import { migrations } from '../../history/migrations'
import { WriterLock } from '../../history/files/writer'
import { listBackups, makeBackup } from './backups'
import type { Paths } from './dataDir'
import { DataDirCreation } from './dataDirCreation'
import { prepareDataDir } from './dataDirIdentity'
import { openHistory } from '../access/openHistory'
import { rowsOf } from '../fixtures/historyRows'
import { repairHistory } from './repair'

let dataDir: string
let paths: Paths

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'mcnn-repair-'))
  paths = prepareDataDir(dataDir)
})

afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const plan: StudyPlan = {
  ...quickStart,
  name: 'S',
  seeds: [1, 2, 3, 4, 5],
  training: { ...quickStart.training, epochs: 40, milestones: [] },
}
const at = '2026-01-01T00:00:00.000Z'

/** 15 runs of 40 epochs, 400 steps, filters and events each: about 2 MB in one file. */
function fill(file: string): void {
  const history = new History(file)
  history.studies.insert({ id: 'study', name: 'S', createdAt: at, plan })
  history.transaction(() => {
    for (const [i, config] of expandPlan(plan).entries()) {
      const { arch, variant, dataset, seed, epochs } = config
      const id = `run-${i + 1}`
      history.runs.insert(
        {
          id,
          studyId: 'study',
          configId: history.configs.put(config),
          arch,
          variant,
          dataset,
          seed,
          epochs,
          trainExamples: 4000,
          testExamples: 1000,
          trainableParameters: 9,
          trainableFilters: 9,
          createdAt: at,
        },
        { pid: 1, start: 'x' },
      )
      const key = history.runs.get(id)?.key ?? 0
      history.metrics.addSteps(
        key,
        Array.from({ length: 400 }, (_, s) => ({
          step: s + 1,
          epoch: 1 + Math.floor(s / 10),
          loss: 1 / (s + 1),
          learningRate: 0.1,
          stepMs: 1.5,
        })),
      )
      history.metrics.addEpochs(
        key,
        Array.from({ length: epochs }, (_, e) => ({
          epoch: e + 1,
          trainLoss: 1,
          trainAccuracy: 0.5,
          testLoss: 1,
          testAccuracy: (e + i) / 100,
          learningRate: 0.1,
          imagesPerSecond: 9,
          seconds: 2,
          waitSeconds: null,
          cpuSeconds: null,
          memoryBytes: null,
        })),
      )
      for (let e = 0; e <= epochs; e++) history.filters.add(key, e, 'stem', [3, 3, 3, 4], Buffer.alloc(432, e))
      for (let e = 0; e < 10; e++) history.events.add(key, 'info', 'note', `event ${e} of ${id}`, at)
      history.runs.end(key, 'done', null, null, at)
    }
  })
  history.close()
}

const pageBytes = 4096

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}

/** Numbers of the pages of each table and index. */
function pagesOf(file: string, name: string): { leaf: number[]; internal: number[] } {
  const db = new Sqlite(file, { readonly: true })
  try {
    const rows = db
      .prepare<[string], { pageno: number; pagetype: string }>('SELECT pageno, pagetype FROM dbstat WHERE name = ?')
      .all(name)
    const of = (type: string): number[] => rows.filter((row) => row.pagetype === type).map((row) => row.pageno)
    return { leaf: of('leaf'), internal: of('internal') }
  } finally {
    db.close()
  }
}

async function opened(): Promise<unknown> {
  return openHistory(paths, 'test', 'write', { canWrite: true, creation: new DataDirCreation() }).then(
    ({ history, lock }) => {
      history.close()
      lock?.release()
      return null
    },
    (thrown: unknown) => thrown,
  )
}

describe('a corrupt history', () => {
  it('is reported at the start and not changed', async () => {
    fill(paths.database)
    const [page = 0] = pagesOf(paths.database, 'steps').leaf
    overwrite(paths.database, (page - 1) * pageBytes, Buffer.alloc(pageBytes, 0xa5))
    const bytes = readFileSync(paths.database)
    expect(await opened()).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('is corrupt') as string,
      fix: expect.stringContaining('mcnn doctor --repair') as string,
    })
    expect(await opened()).toMatchObject({ code: 'damaged' })
    expect(readFileSync(paths.database).equals(bytes)).toBe(true)
  })

  it('is not replaced by an empty one if it is missing or empty while run files exist', async () => {
    mkdirSync(path.join(paths.runs, 'run-1'))
    expect(await opened()).toMatchObject({ code: 'damaged', message: expect.stringContaining('missing') as string })
    writeFileSync(paths.database, '')
    expect(await opened()).toMatchObject({ code: 'damaged', message: expect.stringContaining('empty') as string })
    expect(await repairHistory(dataDir, 'test')).toMatchObject({ from: 'nothing' })
    // Without run files, a new history is created.
    expect(await opened()).toBeNull()
    expect(rowsOf(paths.database).runs).toEqual([])
  })

  it('of which nothing can be read is replaced by the newest intact backup', async () => {
    fill(paths.database)
    const before = rowsOf(paths.database)
    const { file } = await makeBackup(paths)
    const broken = path.join(paths.backups, 'history-20990101-000000000.sqlite')
    writeFileSync(broken, 'no database')
    writeFileSync(paths.database, Buffer.alloc(50_000, 1))
    const repair = await repairHistory(dataDir, 'test')
    expect(repair).toMatchObject({ from: 'backup', backup: file })
    expect(readFileSync(repair.kept ?? '').equals(Buffer.alloc(50_000, 1))).toBe(true)
    expect(rowsOf(paths.database)).toEqual(before)
    expect(
      listBackups(paths)
        .map((one) => one.kind)
        .sort(),
    ).toEqual(['asked', 'asked', 'damaged'])
  })

  it('is not repaired if it is intact, in use, or of a newer program', async () => {
    fill(paths.database)
    expect(await repairHistory(dataDir, 'test')).toMatchObject({ from: 'whole', kept: null })
    const lock = WriterLock.acquire(paths.database, { pid: process.pid, program: 'the other' })
    await expect(repairHistory(dataDir, 'test')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the other') as string,
    })
    lock?.release()
    const db = new Sqlite(paths.database)
    db.pragma(`user_version = ${migrations.length + 1}`)
    db.close()
    await expect(repairHistory(dataDir, 'test')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer') as string,
    })
    expect(existsSync(paths.backups)).toBe(false)
  })
})

describe('backups of a history', () => {
  it('are made before an upgrade, the newest three of them are kept, and requested ones are never deleted', async () => {
    const { file } = await makeBackup({
      ...paths,
      database: (openDatabase(path.join(dataDir, 'other.sqlite')).close(), path.join(dataDir, 'other.sqlite')),
    })
    for (let n = 0; n < 5; n++) {
      for (const end of ['', '-wal', '-shm']) rmSync(paths.database + end, { force: true })
      const old = openDatabase(paths.database, { steps: migrations.slice(0, -1) })
      old.exec(`INSERT INTO studies (id, name, created_at) VALUES ('s${n}', 'n', '')`)
      old.close()
      expect(await opened()).toBeNull()
    }
    const kept = listBackups(paths)
    expect(kept.map((one) => one.kind).sort()).toEqual(['asked', 'migration', 'migration', 'migration'])
    expect(kept.some((one) => one.file === file)).toBe(true)
    const newest = kept.find((one) => one.kind === 'migration')?.file ?? ''
    const db = new Sqlite(newest, { readonly: true })
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length - 1)
    expect(db.prepare('SELECT id FROM studies').pluck().all()).toEqual(['s4'])
    db.close()
    expect(readdirSync(paths.backups).filter((name) => !name.endsWith('.sqlite'))).toEqual([])
  })

  it('are consistent while the history is written, and never replace a file', async () => {
    fill(paths.database)
    const history = new History(paths.database)
    const key = history.runs.get('run-1')?.key ?? 0
    let step = 1000
    let made = false
    const write = (): void => {
      if (made) return
      history.metrics.addSteps(key, [{ step: ++step, epoch: 40, loss: 1, learningRate: 0.1, stepMs: 1 }])
      setImmediate(write)
    }
    write()
    const { file } = await makeBackup(paths).finally(() => (made = true))
    // Something was written between the backup's first and last page.
    expect(step).toBeGreaterThan(1001)
    expect(openDatabase(file, { suspect: true }).close()).toBeDefined()
    history.close()
    await expect(makeBackup(paths, file)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(makeBackup(paths, path.join(dataDir, 'nowhere', 'x.sqlite'))).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})
