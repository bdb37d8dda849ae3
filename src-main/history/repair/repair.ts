/** Saves what can be read of a damaged history into a new one, table by table and row by row. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Repair } from '../../contract/system/storage'
import { shortSha256Of } from '../../files/sha256'
import { brokenRows } from './brokenRows'
import { openDatabase, wholeness, type Database } from '../files/database'
import { migrations } from '../migrations'
import { quoted, readDamaged, type Row, type Table } from './readDamaged'
import { dropDangling, makeSense, type Doubt } from './repairSense'
import { readWal } from './wal'

const besides = ['-wal', '-shm', '-journal']

export type Rescued = Pick<Repair, 'tables' | 'runs' | 'unsure'>

/**
 * Makes a new history of what can be read of a damaged one, which is only read.
 * @param source its log may be there without it
 * @param known ids of runs that there were, as far as their files tell
 * @param target must not be there; whole and in this program's form afterwards
 * @returns what was saved and lost, by table and by run; null where nothing could be read: then there is no target
 *   either
 */
export function rescue(source: string, target: string, known: readonly string[] = []): Rescued | null {
  const work = `${target}.work`
  try {
    const unsure = copyWithWal(source, work)
    if (!existsSync(work)) return null
    mendHeader(work)
    const from = new Sqlite(work)
    try {
      // A line of the schema that can't be understood must not keep the other tables from being read.
      from.unsafeMode()
      tried(() => from.pragma('writable_schema = ON'), null)
      const found = Number(tried(() => from.pragma('user_version', { simple: true }), 0))
      const version = found >= 1 && found <= migrations.length ? found : migrations.length
      const into = openDatabase(target, { steps: migrations.slice(0, version) })
      const copied = copyAll(from, into, work)
      if (copied.every(({ read }) => read === 0)) {
        rmSync(target)
        return null
      }
      const migrated = openDatabase(target)
      try {
        const doubts = new Map(copied.map(({ table, doubt }) => [table, unsure ? 'any' : doubt]))
        const runs = makeSense(migrated, doubts, [...new Set([...copied.flatMap(({ ids }) => ids), ...known])], unsure)
        const result = wholeness(migrated)
        if (result !== 'ok') throw new Error(`the new history is not whole: ${result}`)
        const tables = copied.map(({ table, expected }) => {
          const saved = countOf(migrated, table) ?? 0
          return { table, saved, lost: expected === null ? null : Math.max(0, expected - saved) }
        })
        return { tables, runs, unsure }
      } finally {
        migrated.close()
      }
    } finally {
      from.close()
    }
  } catch (thrown) {
    rmSync(target, { force: true })
    throw thrown
  } finally {
    for (const end of ['', ...besides]) rmSync(work + end, { force: true })
    for (const end of besides) rmSync(target + end, { force: true })
  }
}

interface Copied {
  table: string
  read: number
  /** How many rows there were; null where that can't be told. */
  expected: number | null
  doubt: Doubt
  /** Of runs whose row is lost. */
  ids: string[]
}

function copyAll(from: Database, into: Database, file: string): Copied[] {
  try {
    into.pragma('foreign_keys = OFF')
    const copied: Copied[] = []
    let runs: number[] = []
    for (const table of parentsFirst(into)) {
      copied.push(into.transaction(() => copyTable(from, into, table, runs, file))())
      if (table.name === 'runs') runs = into.prepare<[], number>('SELECT key FROM runs').pluck().all()
    }
    into.transaction(() => dropDangling(into))()
    return copied
  } finally {
    into.close()
  }
}

function copyTable(from: Database, into: Database, table: Table, runs: readonly number[], file: string): Copied {
  const root = tried(
    () => Number(from.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table.name)),
    0,
  )
  const broken = table.key.includes('rowid') ? brokenRows(file, root) : new Set<unknown>()
  let passed = 0
  const insert = into.prepare<(string | number | null | Buffer)[]>(
    `INSERT OR IGNORE INTO ${quoted(table.name)} (${table.columns.map(quoted).join(', ')}) VALUES (${table.columns.map(() => '?').join(', ')})`,
  )
  let read = 0
  let failure: Error | null = null
  const reading = readDamaged(from, table, runs, (row, key) => {
    if (failure) return
    if (broken.has(key) || !isItself(table, row)) {
      passed++
      return
    }
    try {
      read += insert.run(...row).changes
    } catch (thrown) {
      // A row that breaks the table's rules is a damaged one; anything else is ours, or the disk's.
      if (!(thrown instanceof Sqlite.SqliteError) || !thrown.code.startsWith('SQLITE_CONSTRAINT'))
        failure = thrown instanceof Error ? thrown : new Error(String(thrown))
    }
  })
  // Assigned where the compiler does not look.
  if (failure as Error | null) throw failure as unknown as Error
  const { name } = table
  if (reading.whole && passed === 0)
    return { table: name, read, expected: Math.max(read, countOf(from, name) ?? 0), doubt: 'none', ids: [] }
  const counts = indexesOf(into, table.name).flatMap((index) => countOf(from, table.name, index) ?? [])
  // A run's row says how many epochs it had.
  if (table.name === 'epochs')
    counts.push(Number(into.prepare('SELECT coalesce(sum(epochs_done), 0) FROM runs').pluck().get()))
  if (reading.whole) counts.push(countOf(from, name) ?? 0)
  const known =
    table.columns[0] === 'run' && table.key.length > 1
      ? new Map(reading.holes.map((run) => [run, null]))
      : lostByRun(from, into, name)
  return {
    table: name,
    read,
    expected: counts.length === 0 ? null : Math.max(read, ...counts),
    doubt: known ?? 'any',
    ids: name === 'runs' ? lostIds(from, into) : [],
  }
}

/** Rows that an index of theirs has and that were not saved, by run; null where no index can be read. */
function lostByRun(from: Database, into: Database, table: string): ReadonlyMap<number, number> | null {
  const counts = (db: Database, index: string): [number, number][] =>
    db
      .prepare<[], [number, number]>(
        `SELECT run, count(*) FROM ${quoted(table)} INDEXED BY ${quoted(index)} GROUP BY run`,
      )
      .raw()
      .all()
  for (const index of indexesOf(into, table)) {
    const before = tried(() => counts(from, index), null)
    if (!before) continue
    const saved = new Map(counts(into, index))
    return new Map(before.map(([run, count]) => [run, count - (saved.get(run) ?? 0)]))
  }
  return null
}

/** Of runs that only the index of their ids still has. */
function lostIds(from: Database, into: Database): string[] {
  const ids = (db: Database): string[] =>
    db.prepare<[], string>('SELECT id FROM runs INDEXED BY sqlite_autoindex_runs_1').pluck().all()
  const saved = new Set(ids(into))
  return tried(() => ids(from).filter((id) => !saved.has(id)), [])
}

/** Configs and environments are named by what they hold. */
function isItself({ name }: Table, [id, json]: Row): boolean {
  return (name !== 'configs' && name !== 'environments') || (typeof json === 'string' && shortSha256Of(json) === id)
}

/** Every table of the new history, those that others refer to first. */
function parentsFirst(db: Database): Table[] {
  const names = db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all()
  const parents = new Map(
    names.map((name) => [
      name,
      db.prepare<[string], string>('SELECT "table" FROM pragma_foreign_key_list(?)').pluck().all(name),
    ]),
  )
  const sorted: string[] = []
  while (sorted.length < names.length) {
    const next = names.filter(
      (name) =>
        !sorted.includes(name) &&
        (parents.get(name) ?? []).every((parent) => parent === name || sorted.includes(parent)),
    )
    if (next.length === 0) throw new Error('tables that refer to each other')
    sorted.push(...next)
  }
  return sorted.map((name) => tableOf(db, name))
}

function tableOf(db: Database, name: string): Table {
  const columns = db
    .prepare<[string], { name: string; pk: number }>('SELECT name, pk FROM pragma_table_info(?)')
    .all(name)
  const withoutRowid =
    db.prepare<[string], number>('SELECT wr FROM pragma_table_list WHERE name = ?').pluck().get(name) === 1
  const primary = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
  return {
    name,
    columns: columns.map((column) => column.name),
    key: withoutRowid ? primary.map((column) => column.name) : ['rowid'],
  }
}

/** Those that hold every row. */
function indexesOf(db: Database, table: string): string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_index_list(?) WHERE partial = 0').pluck().all(table)
}

/** Null where it can't be counted. */
function countOf(db: Database, table: string, index?: string): number | null {
  return tried(
    () =>
      Number(
        db
          .prepare(`SELECT count(*) FROM ${quoted(table)} ${index === undefined ? '' : `INDEXED BY ${quoted(index)}`}`)
          .pluck()
          .get(),
      ),
    null,
  )
}

function tried<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** What a page holds that could not be read: no kind of page, and no number of one. */
const noPage = Buffer.alloc(4096, 0xa5)

/**
 * The log's pages are put in their places here: SQLite would take none behind a damaged one.
 * @returns whether the log held pages of which nobody can say which they were
 */
function copyWithWal(source: string, work: string): boolean {
  const wal = readWal(source)
  if (existsSync(source)) copyFileSync(source, work)
  if (!wal) return false
  const handle = openSync(work, existsSync(work) ? 'r+' : 'w')
  try {
    for (const [page, bytes] of wal.pages) writeSync(handle, bytes ?? noPage, 0, pageBytes, (page - 1) * pageBytes)
    if (wal.size > 0) ftruncateSync(handle, wal.size * pageBytes)
  } finally {
    closeSync(handle)
  }
  return wal.unknown > 0
}

/** Pages are 4096 bytes in every history. */
const pageBytes = 4096

/** The first 100 bytes (sqlite.org/fileformat2.html, section 1.3) as they must have been, where they can't be. */
function mendHeader(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    const header = Buffer.alloc(100)
    readSync(handle, header, 0, header.length, 0)
    if (
      header.toString('latin1', 0, 16) === 'SQLite format 3\0' &&
      header.readUInt16BE(16) === pageBytes &&
      header.readUInt32BE(44) === 4 &&
      header.readUInt32BE(56) === 1
    )
      return
    header.fill(0)
    header.write('SQLite format 3\0', 'latin1')
    header.writeUInt16BE(pageBytes, 16)
    // WAL for reading and writing; bytes of a page that may be filled; schema format 4, UTF-8.
    header.set([2, 2, 0, 64, 32, 32], 18)
    header.writeUInt32BE(Math.floor(statSync(file).size / pageBytes), 28)
    header.writeUInt32BE(4, 44)
    header.writeUInt32BE(1, 56)
    writeSync(handle, header, 0, header.length, 0)
  } finally {
    closeSync(handle)
  }
}
