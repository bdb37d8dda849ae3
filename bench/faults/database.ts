/**
 * Corrupts the history's files while no program uses them. The next start must report that, and the repair must bring
 * back every row. Rows are read before and after with Node's own SQLite, which the program
 * does not use.
 * Faults are those of a failing disk: pages become noise, the file is truncated or disappears. Undetectable ones are
 * left out: SQLite has no checksums of pages, so a flipped bit within a value is another value; and a torn last
 * transaction in the write-ahead log is what a power failure leaves of an unconfirmed one.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { repair, type Repair } from '../../src-main/contract/system/storage'
import type { Random } from '../../src-main/nn/random'
import { NotStarted } from './program'
import type { World } from './world'

const pageBytes = 4096
const walHeader = 32
const frameBytes = 24 + pageBytes

/** Call when the program has ended. Leaves a running program, with all resumable runs resumed. */
export async function breakDatabase(world: World): Promise<void> {
  const file = path.join(world.dataDir, 'history.sqlite')
  const before = rowsOf(world, file)
  const what = harm(world.random, file)
  try {
    await world.open()
  } catch (thrown) {
    if (!(thrown instanceof NotStarted) || thrown.value.code !== 'damaged') throw thrown
    const broken = existsSync(file) ? readFileSync(file) : null
    const repaired = await repairHistory(world)
    if (broken && !(repaired.kept !== null && readFileSync(repaired.kept).equals(broken)))
      world.faults.lost.push(`the corrupt history itself (${what})`)
    for (const { id, lost } of repaired.losses) world.faults.lost.push(`${lost} of ${id} (${what})`)
    for (const problem of repaired.problems) world.faults.lost.push(`${problem} (${what})`)
    await world.open()
    compare(world, before, rowsOf(world, file), what)
    await world.program.call('runs.resumeInterrupted', {})
    return
  }
  // It started, so nothing important was corrupted.
  compare(world, before, rowsOf(world, file), `${what}, not noticed`)
  await world.program.call('runs.resumeInterrupted', {})
}

/**
 * Deletes the history while its program is killed, and its trainer perhaps continues: the repair must bring back
 * everything that was confirmed, and the program must follow the trainer.
 */
export async function deleteHistory(world: World): Promise<void> {
  for (const end of ['', '-wal', '-shm']) rmSync(path.join(world.dataDir, `history.sqlite${end}`), { force: true })
  const { losses, problems } = await repairHistory(world)
  for (const { id, lost } of losses) world.faults.lost.push(`${lost} of ${id} (history deleted)`)
  for (const problem of problems) world.faults.lost.push(`${problem} (history deleted)`)
  await world.reopen()
}

async function repairHistory(world: World): Promise<Repair> {
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [path.join(__dirname, 'cli.js'), 'doctor', '--repair', '--json', '--data-dir', world.dataDir],
      (error, stdout, stderr) =>
        error ? reject(new Error(`mcnn doctor --repair failed: ${stderr}`)) : resolve(stdout),
    )
  })
  return repair.parse(JSON.parse(output))
}

/** Returns a description of the fault. */
function harm(random: Random, file: string): string {
  const wal = `${file}-wal`
  const pages = Math.floor(statSync(file).size / pageBytes)
  const frames = existsSync(wal) ? beforeLastCommit(readFileSync(wal)) : 0
  const ways: (() => string)[] = [
    () => noise(random, file, 0, 100, 'its header'),
    () => noise(random, file, 0, pageBytes, 'its first page'),
    () => (rmSync(file), 'the file is gone'),
    () => (truncateSync(file, 0), 'the file is empty'),
  ]
  if (pages > 2) {
    const some = (): string => {
      const page = random.int(1, pages - 1)
      return noise(random, file, page * pageBytes, pageBytes, `page ${page + 1} of ${pages}`)
    }
    ways.push(
      some,
      some,
      () => `${some()}, ${some()}`,
      () => {
        const left = random.int(2, pages - 1)
        truncateSync(file, left * pageBytes)
        return `cut to ${left} of ${pages} pages`
      },
    )
  }
  if (frames > 0) {
    const some = (): string => {
      const frame = random.int(0, frames - 1)
      const head = random.uniform() < 0.3
      return noise(
        random,
        wal,
        walHeader + frame * frameBytes + (head ? 0 : 24),
        head ? frameBytes : pageBytes,
        `frame ${frame + 1} of ${frames} in the log${head ? ', with its head' : ''}`,
      )
    }
    ways.push(some, some, () => `${some()}, ${some()}`)
  }
  return ways[random.int(0, ways.length - 1)]?.() ?? ''
}

/** Returns the frames of the log before those of its last transaction (sqlite.org/fileformat2.html, section 4.1). */
function beforeLastCommit(wal: Buffer): number {
  let last = 0
  let before = 0
  for (let i = 0; walHeader + (i + 1) * frameBytes <= wal.length; i++) {
    const at = walHeader + i * frameBytes
    // Frames of an older log follow those of this one.
    if (!wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24))) break
    if (wal.readUInt32BE(at + 4) > 0) [before, last] = [last, i + 1]
  }
  return before
}

function noise(random: Random, file: string, at: number, length: number, what: string): string {
  const bytes = readFileSync(file)
  for (let i = at; i < at + length; i++) bytes[i] = random.int(0, 255)
  writeFileSync(file, bytes)
  return what
}

/** Returns what each run measured, as one text per row. */
type Rows = ReadonlyMap<string, ReadonlySet<string>>

const readers: Readonly<Record<string, (db: DatabaseSync) => Iterable<Record<string, unknown>>>> = {
  runs: (db) => db.prepare('SELECT id AS whose, seed, variant, config, created_at FROM runs').iterate(),
  epochs: (db) =>
    db
      .prepare(
        'SELECT r.id AS whose, t.epoch, t.train_loss, t.train_accuracy, t.test_loss, t.test_accuracy, t.learning_rate, t.seconds FROM epochs AS t JOIN runs AS r ON r.key = t.run',
      )
      .iterate(),
  steps: (db) =>
    db
      .prepare(
        'SELECT r.id AS whose, t.step, t.epoch, t.loss, t.learning_rate, t.step_ms FROM steps AS t JOIN runs AS r ON r.key = t.run',
      )
      .iterate(),
  filters: (db) =>
    db
      .prepare('SELECT r.id AS whose, t.layer, t.epoch, t.weights FROM filters AS t JOIN runs AS r ON r.key = t.run')
      .iterate(),
  evaluations: (db) =>
    db
      .prepare(
        'SELECT r.id AS whose, t.epoch, t.confusion, t.mistakes FROM evaluations AS t JOIN runs AS r ON r.key = t.run',
      )
      .iterate(),
  events: (db) =>
    db
      .prepare('SELECT r.id AS whose, t.at, t.level, t.message FROM events AS t JOIN runs AS r ON r.key = t.run')
      .iterate(),
}

/** Reads a copy, because SQLite modifies files that it opens. */
function rowsOf(world: World, file: string): Rows {
  const folder = mkdtempSync(path.join(world.folder, 'read-'))
  const copy = path.join(folder, 'history.sqlite')
  for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end)
  const rows = new Map<string, Set<string>>()
  const db = new DatabaseSync(copy)
  try {
    for (const [table, read] of Object.entries(readers))
      for (const { whose, ...values } of read(db)) {
        const id = whose as string
        rows.set(id, (rows.get(id) ?? new Set()).add(`${table} ${JSON.stringify(values, asText)}`))
      }
  } finally {
    db.close()
    rmSync(folder, { recursive: true })
  }
  return rows
}

function asText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : value
}

/** Rows that are there now and were not before come from journals, which a killed program may not have read to the end. */
function compare(world: World, before: Rows, after: Rows, what: string): void {
  for (const [id, rows] of before) {
    const held = after.get(id) ?? new Set()
    const gone = [...rows].filter((row) => !held.has(row))
    if (gone.length > 0) world.faults.lost.push(`${gone.length} rows of ${id} (${what}): ${gone[0] ?? ''}`)
  }
}
