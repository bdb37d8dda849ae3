/** Histories of real services that are lost or corrupt, rebuilt from records, journals and backups. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Service } from '../app/service'
import { encodeLine, type Line } from '../../journal/format'
import { Bench, planOf } from '../fixtures/bench'
import { rowsOf } from '../fixtures/historyRows'
import { makeBackup } from './backups'
import { pathsOf, type Paths } from './dataDir'
import { repairHistory } from './repair'

let bench: Bench
let paths: Paths
let runIds: string[]

/** Five runs with different ends, tags and notes, one of them in the trash; and a study in the trash. */
beforeEach(async () => {
  bench = new Bench()
  paths = pathsOf(bench.dataDir)
  const service = await bench.open()
  const plan = planOf({ 1: 'good', 2: 'diverges', 3: 'exit-3', 4: 'good', 5: 'good' })
  const created = await service.call('studies.create', { plan })
  runIds = created.runIds
  const other = await service.call('studies.create', { plan: { ...plan, name: 'Other', seeds: [4] } })
  for (const id of [...runIds, ...other.runIds]) await bench.reached(id, 'done', 'diverged', 'failed')
  const [first = '', second = ''] = runIds
  await service.call('runs.note', { id: first, note: 'the best one' })
  await service.call('runs.tag', { ids: [first, second], add: ['kept', 'Paper'], remove: [] })
  await service.call('runs.archive', { ids: [second], archived: true })
  await service.call('runs.trash', { ids: [runIds[2] ?? ''] })
  await service.call('studies.trash', { id: other.id })
  await service.close()
})

afterEach(() => bench.end())

async function opened(): Promise<Service> {
  return bench.open()
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}

const journalOf = (id: string): string => path.join(paths.runs, id, 'journal', '0001.jsonl')

describe('a rebuilt history', () => {
  it.each<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['emptied', (file) => truncateSync(file)],
    ['overwritten at its header', (file) => overwrite(file, 0, Buffer.alloc(100, 0x20))],
    ['overwritten in the middle', (file) => overwrite(file, 5 * 4096, Buffer.alloc(4096, 0xa5))],
    ['cut off', (file) => truncateSync(file, 9 * 4096)],
    ['replaced by something else', (file) => writeFileSync(file, Buffer.alloc(50_000, 1))],
  ])('has every row of one that was %s', async (_, harm) => {
    const before = rowsOf(paths.database)
    expect(before.epochs?.length).toBeGreaterThan(9)
    harm(paths.database)
    await expect(opened()).rejects.toMatchObject({
      code: 'damaged',
      fix: expect.stringContaining('mcnn doctor --repair') as string,
    })
    const repair = await repairHistory(bench.dataDir, 'test')
    expect(repair).toMatchObject({ from: 'records', studies: 2, runs: 6, losses: [], problems: [] })
    expect(rowsOf(paths.database)).toEqual(before)
    const service = await opened()
    expect((await service.call('runs.get', { id: runIds[0] ?? '' })).epochs).toHaveLength(3)
  })

  it('keeps the corrupt file', async () => {
    overwrite(paths.database, 5 * 4096, Buffer.alloc(4096, 0xa5))
    const damaged = readFileSync(paths.database)
    const { kept } = await repairHistory(bench.dataDir, 'test')
    expect(readFileSync(kept ?? '').equals(damaged)).toBe(true)
  })

  it('contains everything after the newest backup, except what was deleted', async () => {
    await makeBackup(paths)
    const service = await opened()
    await service.call('runs.note', { id: runIds[1] ?? '', note: 'after the backup' })
    await service.call('runs.purge', { ids: [runIds[2] ?? ''] })
    await service.call('studies.create', { plan: planOf({ 9: 'waits' }, { name: 'Later' }) })
    await bench.waitFor((event) => event.name === 'run.epoch' && event.payload.metrics.epoch === 1)
    await service.close()
    const before = rowsOf(paths.database)
    rmSync(paths.database)
    expect(await repairHistory(bench.dataDir, 'test')).toMatchObject({
      from: 'records',
      backup: expect.stringContaining('history-') as string,
      studies: 3,
      runs: 6,
      losses: [],
    })
    expect(rowsOf(paths.database)).toEqual(before)
  })

  it('restores a study with a corrupt record from a backup, and names the record', async () => {
    await makeBackup(paths)
    const before = rowsOf(paths.database)
    const [name = ''] = readdirSync(paths.records)
    const record = path.join(paths.records, name)
    overwrite(record, 20, Buffer.from('x'))
    rmSync(paths.database)
    const repair = await repairHistory(bench.dataDir, 'test')
    expect(repair.problems).toEqual([expect.stringContaining(`${record} cannot be read`)])
    expect(rowsOf(paths.database)).toEqual(before)
  })

  it('names what a corrupt journal lost, and keeps the rest of the run', async () => {
    const before = rowsOf(paths.database)
    const [id = ''] = runIds
    const text = readFileSync(journalOf(id), 'utf8')
    writeFileSync(journalOf(id), text.replace('"testAccuracy":0.501', '"testAccuracy":0.901'))
    rmSync(paths.database)
    const repair = await repairHistory(bench.dataDir, 'test')
    expect(repair.losses).toEqual([{ id, lost: expect.stringMatching(/^\d of 3 epochs/) as string }])
    const service = await opened()
    const { run, epochs, events } = await service.call('runs.get', { id })
    expect(run.state).toBe('done')
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1])
    expect(events.at(-1)).toMatchObject({ kind: 'repaired', message: expect.stringContaining('checksum') as string })
    await service.close()
    const others = (rows: Record<string, string[]>): string[] =>
      Object.values(rows)
        .flat()
        .filter((row) => row.includes(runIds[3] ?? ''))
    expect(others(rowsOf(paths.database))).toEqual(others(before))
  })

  it('ignores what a trainer added after its end', async () => {
    const before = rowsOf(paths.database)
    const { at, n } = JSON.parse(
      readFileSync(journalOf(runIds[0] ?? ''), 'utf8')
        .trim()
        .split('\n')
        .at(-1) ?? '',
    ) as Line
    appendFileSync(journalOf(runIds[0] ?? ''), encodeLine({ n: n + 1, at, message: { type: 'resumed' } }))
    rmSync(paths.database)
    expect(await repairHistory(bench.dataDir, 'test')).toMatchObject({ losses: [] })
    expect(rowsOf(paths.database)).toEqual(before)
  })

  it('is the same with an unfinished line in a journal', async () => {
    const before = rowsOf(paths.database)
    appendFileSync(journalOf(runIds[0] ?? ''), '{"n":99,"at":"2026')
    rmSync(paths.database)
    expect(await repairHistory(bench.dataDir, 'test')).toMatchObject({ losses: [] })
    expect(rowsOf(paths.database)).toEqual(before)
  })
})

describe('records and journals', () => {
  it('are created for a data directory of an earlier program', async () => {
    rmSync(paths.records, { recursive: true })
    for (const id of readdirSync(paths.runs)) rmSync(path.dirname(journalOf(id)), { recursive: true })
    const db = new Sqlite(paths.database)
    db.exec('DELETE FROM journals; UPDATE events SET journaled = 0')
    db.close()
    const before = rowsOf(paths.database)
    const service = await opened()
    await expect
      .poll(() => readdirSync(paths.runs).filter((id) => statSync(journalOf(id), { throwIfNoEntry: false })))
      .toHaveLength(6)
    await service.close()
    rmSync(paths.database)
    expect(await repairHistory(bench.dataDir, 'test')).toMatchObject({ from: 'records', losses: [] })
    expect(rowsOf(paths.database)).toEqual(before)
  })

  it('keep a journal that an older history does not contain', async () => {
    const [id = ''] = runIds
    const first = readFileSync(journalOf(id))
    const db = new Sqlite(paths.database)
    db.exec('DELETE FROM journals')
    db.close()
    const before = rowsOf(paths.database)
    const second = journalOf(id).replace('0001', '0002')
    const service = await opened()
    await expect.poll(() => statSync(second, { throwIfNoEntry: false })?.isFile()).toBe(true)
    await service.close()
    expect(readFileSync(journalOf(id)).equals(first)).toBe(true)
    rmSync(paths.database)
    expect(await repairHistory(bench.dataDir, 'test')).toMatchObject({ losses: [] })
    expect(rowsOf(paths.database)).toEqual(before)
  })

  it('are written before a call returns', async () => {
    const service = await opened()
    await service.call('runs.note', { id: runIds[0] ?? '', note: 'confirmed' })
    expect(
      readdirSync(paths.records)
        .map((name) => readFileSync(path.join(paths.records, name), 'utf8'))
        .join(''),
    ).toContain('"confirmed"')
  })

  it('keep the record of runs that an older history does not contain', async () => {
    const { file } = await makeBackup(paths)
    const service = await opened()
    const {
      ids: [again = ''],
    } = await service.call('runs.rerun', { ids: [runIds[0] ?? ''] })
    await bench.reached(again, 'done')
    await service.close()
    copyFileSync(file, paths.database)
    await opened()
    const replaced = (): string[] => readdirSync(paths.records).filter((name) => name.endsWith('.replaced'))
    await expect.poll(replaced).toHaveLength(1)
    expect(readFileSync(path.join(paths.records, replaced()[0] ?? ''), 'utf8')).toContain(`"id":"${again}"`)
  })

  it('are not changed by a read-only program', async () => {
    const stamps = (): number[] =>
      readdirSync(paths.records).map((name) => statSync(path.join(paths.records, name)).mtimeMs)
    const before = stamps()
    const service = await bench.open({}, { access: 'read' })
    await service.call('runs.get', { id: runIds[0] ?? '' })
    expect(stamps()).toEqual(before)
  })
})
