/** Real histories, damaged on purpose, byte by byte; what can be saved is counted against what was there. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expandPlan, quickStart, type StudyPlan } from '../../contract/experiment'
import type { Repair } from '../../contract/system/storage'
import { openDatabase } from '../../history/files/database'
import { History } from '../../history/history'
import { migrations } from '../../history/migrations'
import { WriterLock } from '../../history/files/writer'
import { random } from '../../nn/random'
import { listBackups, makeBackup } from './backups'
import type { Paths } from './dataDir'
import { prepareDataDir } from './dataDirIdentity'
import { openHistory } from '../access/openHistory'
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

const tables = ['studies', 'configs', 'runs', 'epochs', 'steps', 'events', 'filters'] as const
type Rows = Record<(typeof tables)[number], string[]>

/** Every row but what a repair changes on purpose. */
function rowsOf(file: string): Rows {
  const db = new Sqlite(file, { readonly: true })
  try {
    const of = (table: string): string[] =>
      db
        .prepare(`SELECT * FROM ${table}`)
        .raw()
        .all()
        .map((row) => JSON.stringify(row))
    const rows = Object.fromEntries(tables.map((table) => [table, of(table)])) as Rows
    return {
      ...rows,
      runs: db
        .prepare('SELECT key, id, study, config, seed, state, created_at FROM runs')
        .raw()
        .all()
        .map((row) => JSON.stringify(row)),
      events: rows.events.filter((row) => !row.includes('"repaired"')),
    }
  } finally {
    db.close()
  }
}

const pageBytes = 4096

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}

/** Pages of a table or index, by what they are. */
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
  return openHistory(paths, 'test', 'write').then(
    ({ history, lock }) => {
      history.close()
      lock?.release()
      return null
    },
    (thrown: unknown) => thrown,
  )
}

/**
 * That nothing is in the new history that was not in the old one, and that what is said to be lost is what is missing.
 */
function compare(before: Rows, repair: Repair): Rows {
  const after = rowsOf(paths.database)
  for (const table of tables) {
    const there = new Set(before[table])
    expect(
      after[table].filter((row) => !there.has(row)),
      table,
    ).toEqual([])
    const told = repair.tables.find((one) => one.table === table)
    // Events are told with those that the repair added.
    if (table !== 'events') expect(told?.saved, table).toBe(after[table].length)
    if (told && told.lost !== null && table !== 'events')
      expect(told.lost, table).toBe(before[table].length - after[table].length)
  }
  const db = openDatabase(paths.database, { suspect: true })
  expect(db.pragma('foreign_key_check')).toEqual([])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  const rolled = db
    .prepare('SELECT count(*) FROM runs WHERE epochs_done <> (SELECT count(*) FROM epochs WHERE run = runs.key)')
    .pluck()
    .get()
  expect(rolled).toBe(0)
  db.close()
  return after
}

describe('a damaged history', () => {
  it('is noticed at the start and not touched', async () => {
    fill(paths.database)
    const [page = 0] = pagesOf(paths.database, 'steps').leaf
    overwrite(paths.database, (page - 1) * pageBytes, Buffer.alloc(pageBytes, 0xa5))
    const bytes = readFileSync(paths.database)
    expect(await opened()).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('is damaged') as string,
      fix: expect.stringContaining('mcnn doctor --repair') as string,
    })
    expect(await opened()).toMatchObject({ code: 'damaged' })
    expect(readFileSync(paths.database).equals(bytes)).toBe(true)
  })

  it('is not begun anew where it has gone or is empty, while files of runs are there', async () => {
    mkdirSync(path.join(paths.runs, 'run-1'))
    expect(await opened()).toMatchObject({ code: 'damaged', message: expect.stringContaining('missing') as string })
    writeFileSync(paths.database, '')
    expect(await opened()).toMatchObject({ code: 'damaged', message: expect.stringContaining('empty') as string })
    expect(await repairHistory(dataDir, 'test')).toMatchObject({ from: 'nothing' })
    // Then there is one to begin with.
    expect(await opened()).toBeNull()
    expect(rowsOf(paths.database).runs).toEqual([])
  })

  it('that has gone before a run made a folder is missed for its log or its copies, and what the log holds is saved', async () => {
    const history = new History(paths.database)
    history.studies.insert({ id: 'study', name: 'S', createdAt: at, plan })
    // As its program leaves them when it is killed; closed, the log would be put away.
    const log = readFileSync(`${paths.database}-wal`)
    history.close()
    rmSync(paths.database)
    writeFileSync(`${paths.database}-wal`, log)
    expect(await opened()).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('its write-ahead log exists') as string,
    })
    const repair = await repairHistory(dataDir, 'test')
    expect(repair).toMatchObject({ from: 'history' })
    expect(readFileSync(`${repair.kept ?? ''}-wal`).equals(log)).toBe(true)
    expect(existsSync(`${paths.database}-wal`)).toBe(false)
    expect(rowsOf(paths.database).studies).toHaveLength(1)
    await makeBackup(paths)
    rmSync(paths.database)
    expect(await opened()).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('backups of it') as string,
    })
    expect(await repairHistory(dataDir, 'test')).toMatchObject({ from: 'backup' })
    expect(rowsOf(paths.database).studies).toHaveLength(1)
  })

  it.each([
    ['a page of steps', 'steps', 'leaf'],
    ['a page of epochs', 'epochs', 'leaf'],
    ['a page of filters', 'filters', 'leaf'],
    ['a page of events', 'events', 'leaf'],
    ['an inner page of steps', 'steps', 'internal'],
    ['an inner page of filters', 'filters', 'internal'],
    ['an index', 'events_by_run', 'leaf'],
  ] as const)('with %s overwritten gives up that page and no more', async (_, name, kind) => {
    fill(paths.database)
    const before = rowsOf(paths.database)
    const pages = pagesOf(paths.database, name)[kind]
    const page = pages[Math.floor(pages.length / 2)] ?? 0
    expect(page).toBeGreaterThan(0)
    overwrite(paths.database, (page - 1) * pageBytes, Buffer.alloc(pageBytes, 0xa5))
    const damaged = readFileSync(paths.database)
    const repair = await repairHistory(dataDir, 'test')
    expect(repair.from).toBe('history')
    expect(readFileSync(repair.kept ?? '').equals(damaged)).toBe(true)
    const after = compare(before, repair)
    for (const table of tables) {
      if (table !== name) expect(after[table].length, table).toBe(before[table].length)
    }
    if (kind === 'leaf' && name !== 'events_by_run') {
      const lost = before[name].length - after[name].length
      expect(lost).toBeGreaterThan(0)
      // No more than a few pages' worth: where a page in the middle is gone, both its sides are reached.
      expect(lost).toBeLessThan((3 * before[name].length) / pagesOf(paths.database, name).leaf.length)
    }
    expect(await opened()).toBeNull()
    // A run that lost epochs says so.
    if (name === 'epochs') {
      const history = new History(paths.database)
      const events = history.runs.list().flatMap((run) => history.events.ofRun(history.runs.get(run.id)?.key ?? 0))
      expect(
        events
          .filter((event) => event.kind === 'repaired')
          .map((event) => event.message)
          .join(),
      ).toMatch(/Lost of this run: \d+ of 40 epochs/)
      // And the repair names it.
      expect(repair.runs).toHaveLength(events.filter((event) => event.kind === 'repaired').length)
      history.close()
    }
  })

  it('whose header is overwritten is read all the same', async () => {
    fill(paths.database)
    const before = rowsOf(paths.database)
    overwrite(paths.database, 0, Buffer.alloc(100, 0x20))
    expect(await opened()).toMatchObject({ code: 'damaged' })
    const repair = await repairHistory(dataDir, 'test')
    expect(compare(before, repair)).toEqual(before)
  })

  it('that was cut off keeps what is before the cut', async () => {
    fill(paths.database)
    const before = rowsOf(paths.database)
    truncateSync(paths.database, Math.floor(statSync(paths.database).size / pageBytes / 2) * pageBytes)
    expect(await opened()).toMatchObject({ code: 'damaged' })
    const repair = await repairHistory(dataDir, 'test')
    const after = compare(before, repair)
    expect(after.runs.length + after.epochs.length + after.steps.length).toBeGreaterThan(0)
  })

  // What says where the tables lie is left out: without it only a copy helps.
  it('whatever of its tables is overwritten, becomes whole again, with nothing in it that was not there', async () => {
    fill(paths.database)
    const before = rowsOf(paths.database)
    const whole = path.join(dataDir, 'whole')
    cpSync(paths.database, whole)
    const size = statSync(whole).size
    const { leaf, internal } = pagesOf(whole, 'sqlite_schema')
    const ofSchema = new Set([...leaf, ...internal])
    const rng = random(7, 'history')
    const stream = (): number => rng.uniform()
    for (let round = 0; round < 12; round++) {
      cpSync(whole, paths.database)
      for (let n = 0; n < 4; n++) {
        const at = Math.floor(stream() * (size - 600))
        const bytes = Buffer.from(Array.from({ length: 600 }, () => Math.floor(stream() * 256)))
        const pages = [at, at + 599].map((byte) => 1 + Math.floor(byte / pageBytes))
        if (!pages.some((page) => ofSchema.has(page))) overwrite(paths.database, at, bytes)
      }
      const repair = await repairHistory(dataDir, 'test')
      const db = openDatabase(paths.database, { suspect: true })
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      expect(db.pragma('foreign_key_check')).toEqual([])
      db.close()
      if (repair.from !== 'history') continue
      const after = rowsOf(paths.database)
      const ids = new Set(before.runs.map((row) => (JSON.parse(row) as [number, string])[1]))
      expect(after.runs.every((row) => ids.has((JSON.parse(row) as [number, string])[1]))).toBe(true)
      const total = (rows: Rows): number => tables.reduce((sum, table) => sum + rows[table].length, 0)
      expect(total(after)).toBeGreaterThan(total(before) / 2)
    }
  })

  it('of which nothing can be read gives way to the newest copy that is whole', async () => {
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

  it('is left alone where it is whole, in use, or of a newer program', async () => {
    fill(paths.database)
    expect(await repairHistory(dataDir, 'test')).toMatchObject({ from: 'whole', kept: null })
    const lock = WriterLock.take(paths.database, { pid: process.pid, program: 'the other' })
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

describe('copies of a history', () => {
  it('are made before its form changes, the newest three of them kept, and those that were asked for never go', async () => {
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

  it('are of one moment while it is written, and never put over a file', async () => {
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
