/** The built command on directories that are not a data directory, or not yet. */
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quickStart } from '../../contract/experiment'
import { applicationId } from '../../history/files/historyFile'
import { History } from '../../history/history'
import { WriterLock } from '../../history/files/writer'
import { locateDataDir, prepareDataDir } from './dataDirIdentity'
import { Bench, planOf } from '../fixtures/bench'

const cli = path.resolve('out/main/cli.js')
const nobody = 65534

let folder: string
let dataDir: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-identity-'))
  chmodSync(folder, 0o755)
  dataDir = path.join(folder, 'data')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Returns the inode, mode, size and times of everything in the directory: a write would change them. */
function snapshot(directory: string): string[] {
  const about = (file: string): string => {
    const { ino, mode, uid, size, mtimeMs, ctimeMs } = lstatSync(file)
    return [path.relative(directory, file), ino, mode, uid, size, mtimeMs, ctimeMs].join(' ')
  }
  return ['', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]
    .map((name) => about(path.join(directory, name)))
    .sort()
}

/** Lets another user read the data directory. */
function share(uid: number): void {
  execFileSync('chmod', ['-R', uid !== 0 && !isRoot ? 'a+rX,a-w' : 'a+rX', dataDir])
}

interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Whether the tests may become another user. If not, "another user" is this one, on files without write permission. */
const isRoot = process.getuid?.() === 0
/**
 * The checkout may be in a private directory: the other user sees it under another name, in a mount namespace of its
 * own.
 */
const asNobody = (args: readonly string[]): string[] => {
  const checkout = process.cwd()
  const program = path.join(folder, 'program')
  mkdirSync(program, { recursive: true })
  const script = `mount --rbind "$1" "$2" && cd "$2" && shift 2 && exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups "$@"`
  return [
    'unshare',
    '-m',
    'sh',
    '-c',
    script,
    'sh',
    checkout,
    program,
    ...[process.execPath, cli].map((file) => path.join(program, path.relative(checkout, file))),
    ...args,
  ]
}

function mcnn(
  args: readonly string[],
  { uid = 0, env = {} }: { uid?: number; env?: Record<string, string> } = {},
): Outcome {
  const [command = '', ...rest] = uid !== 0 && isRoot ? asNobody(args) : [process.execPath, cli, ...args]
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, ...env },
  })
  return { code: status, stdout, stderr }
}

/** A data directory with one finished run of the fake trainer. */
async function trained(): Promise<string> {
  const bench = new Bench(dataDir)
  const service = await bench.open()
  const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
  await bench.reached(runIds[0] ?? '', 'done', 'failed')
  await service.close()
  return runIds[0] ?? ''
}

const mayMount = spawnSync('unshare', ['-m', 'mount', '--bind', '/tmp', '/tmp']).status === 0

/** Runs the command line in a mount namespace where the data directory cannot be written, not even by root. */
function onReadOnlyMount(args: readonly string[]): SpawnSyncReturns<string> {
  const script =
    'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && dir=$1 && shift && exec "$@" --data-dir "$dir"'
  return spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', dataDir, process.execPath, cli, ...args], {
    encoding: 'utf8',
  })
}

const readersOf = (run: string) =>
  [
    ['runs', 'show', run],
    ['runs', 'manifest', run],
    ['study', 'manifest', 'Bench'],
    ['models'],
    ['compare', 'Bench', '--format', 'csv'],
    ['backup', '--out', path.join(folder, 'copy.sqlite')],
  ] as const
const readers = [['runs', 'list'], ['study', 'list'], ['datasets', 'list'], ['compare', 'Bench'], ['doctor']] as const

describe('directory of another program', () => {
  it.each([
    [...readers[0]],
    [...readers[1]],
    [...readers[2]],
    [...readers[4]],
    ['backup'],
    ['doctor', '--repair'],
    ['train', '--arch', 'resnet-8', '--dataset', 'synthetic', '--epochs', '1', '--milestones', 'none'],
  ])('is rejected and unchanged: %s %s', (...args: string[]) => {
    mkdirSync(path.join(dataDir, 'work'), { recursive: true })
    writeFileSync(path.join(dataDir, 'work', 'thesis.tex'), 'mine')
    const before = snapshot(dataDir)
    const { code, stdout, stderr } = mcnn([...args, '--data-dir', dataDir])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      `mcnn: ${dataDir} is not a data directory of MCNN Workbench: it contains "work" and no mcnn-workbench.json. Choose another data directory with --data-dir or MCNN_DATA_DIR.\n`,
    )
    expect(snapshot(dataDir)).toEqual(before)
  })

  it('recognises a data directory of an earlier version by its history', async () => {
    await trained()
    rmSync(path.join(dataDir, 'mcnn-workbench.json'))
    for (const end of ['.lock', '.writer']) rmSync(`${path.join(dataDir, 'history.sqlite')}${end}`, { force: true })
    const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
    db.pragma('application_id = 0')
    db.close()
    const before = snapshot(dataDir)
    expect(JSON.parse(mcnn(['runs', 'list', '--json', '--data-dir', dataDir]).stdout)).toHaveLength(1)
    expect(snapshot(dataDir)).toEqual(before)
    const { identity } = prepareDataDir(dataDir)
    expect(JSON.parse(readFileSync(path.join(dataDir, 'mcnn-workbench.json'), 'utf8'))).toEqual({
      format: 1,
      id: identity,
    })
    expect(prepareDataDir(dataDir).identity).toBe(identity)
    const history = new History(path.join(dataDir, 'history.sqlite'))
    history.close()
    expect(readFileSync(path.join(dataDir, 'history.sqlite')).readUInt32BE(68)).toBe(applicationId)
  })

  it.each([
    ['application_id = 77', ''],
    ['user_version = 3', 'CREATE TABLE bookmarks (url)'],
    ['user_version = 0', 'CREATE TABLE runs (x); CREATE TABLE studies (x)'],
  ])('recognises a database of another program (%s)', (pragma, sql) => {
    mkdirSync(dataDir)
    const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
    db.exec(sql)
    db.pragma(pragma)
    db.close()
    const before = snapshot(dataDir)
    expect(() => prepareDataDir(dataDir)).toThrow(/is not a data directory/)
    writeFileSync(path.join(dataDir, 'mcnn-workbench.json'), '{"format":1,"id":"x"}')
    expect(mcnn(['runs', 'list', '--data-dir', dataDir])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a database of another program'),
    })
    rmSync(path.join(dataDir, 'mcnn-workbench.json'))
    expect(snapshot(dataDir).slice(1)).toEqual(before.slice(1))
  })
})

describe('a new data directory', () => {
  it('is created by a command that writes, and by no other', () => {
    expect(mcnn(['runs', 'list', '--data-dir', dataDir])).toMatchObject({ code: 0 })
    expect(mcnn(['doctor', '--data-dir', dataDir]).stdout).toContain('created by the first command that writes')
    expect(existsSync(dataDir)).toBe(false)
    prepareDataDir(dataDir)
    expect(readdirSync(dataDir).sort()).toEqual(['datasets', 'logs', 'mcnn-workbench.json', 'runs'])
  })

  it('may contain files of a system, a container, a crash or a shared folder of data sets', () => {
    const shared = path.join(folder, 'shared')
    mkdirSync(path.join(shared, 'cifar-10'), { recursive: true })
    writeFileSync(path.join(shared, 'cifar-10', 'manifest.json'), '{}')
    mkdirSync(path.join(dataDir, 'lost+found'), { recursive: true })
    mkdirSync(path.join(dataDir, 'runs', 'lost+found'), { recursive: true })
    symlinkSync(shared, path.join(dataDir, 'datasets'))
    for (const name of ['.DS_Store', 'mcnn-workbench.json.0123456789ab.part'])
      writeFileSync(path.join(dataDir, name), '')
    expect(prepareDataDir(dataDir).identity).toBe(locateDataDir(dataDir).identity)
  })

  it('is rejected if a newer program made it, or its marker is invalid', () => {
    mkdirSync(dataDir)
    const marker = path.join(dataDir, 'mcnn-workbench.json')
    writeFileSync(marker, '{"format":2,"id":"x"}')
    expect(() => locateDataDir(dataDir)).toThrow(
      expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('newer') }),
    )
    writeFileSync(marker, '')
    expect(() => locateDataDir(dataDir)).toThrow(expect.objectContaining({ code: 'bad-data' }))
  })

  it('is found below ~', () => {
    expect(mcnn(['backup', '--data-dir=~/data']).stderr).toContain(`There is no history ${dataDir}/history.sqlite`)
    expect(mcnn(['backup'], { env: { MCNN_DATA_DIR: '~/data' } }).stderr).toContain(
      `There is no history ${dataDir}/history.sqlite`,
    )
    for (const args of [['import'], ['datasets', 'import']])
      expect(mcnn([...args, '~/study.tar.gz', '--data-dir=~/data']).stderr).toContain(
        `Cannot import ${folder}/study.tar.gz: there is no such file`,
      )
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a command that only reads', () => {
  it.each([
    ['root', 0],
    ['another user', nobody],
  ])('writes nothing as %s, in whatever state the last writer left it', async (_, uid) => {
    await trained()
    const database = path.join(dataDir, 'history.sqlite')
    const check = (state: string): void => {
      const before = snapshot(dataDir)
      for (const args of readers) {
        const { code, stderr } = mcnn([...args, '--data-dir', dataDir], { uid })
        if (args[0] !== 'doctor') expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
      }
      expect(JSON.parse(mcnn(['runs', 'list', '--json', '--data-dir', dataDir], { uid }).stdout)).toMatchObject([
        { state: 'done' },
      ])
      expect(snapshot(dataDir), state).toEqual(before)
    }
    share(uid)
    check('closed')
    // A log that a crash left, and whose content counts.
    execFileSync('chmod', ['-R', 'u+w', dataDir])
    const db = new Sqlite(database)
    db.pragma('journal_mode = WAL')
    db.prepare(`UPDATE studies SET name = 'Bench'`).run()
    const crashed = path.join(folder, 'crashed')
    cpSync(dataDir, crashed, { recursive: true })
    db.close()
    for (const end of ['-wal', '-shm', '']) rmSync(database + end, { force: true })
    for (const end of ['-wal', '']) cpSync(path.join(crashed, `history.sqlite${end}`), database + end)
    share(uid)
    check('after a crash')
    execFileSync('chmod', ['-R', 'u+w', dataDir])
  })

  it('lets the other user of a group-writable directory train again', async () => {
    await trained()
    execFileSync('chmod', ['-R', 'a+rwX', dataDir])
    chmodSync(dataDir, 0o2777)
    expect(mcnn(['runs', 'list', '--data-dir', dataDir], { uid: nobody }).code).toBe(0)
    expect(readdirSync(dataDir).filter((name) => lstatSync(path.join(dataDir, name)).uid === nobody)).toEqual([])
    await trained()
  })

  it('follows a writing program, and creates no file next to its history', async () => {
    await trained()
    const database = path.join(dataDir, 'history.sqlite')
    const lock = WriterLock.acquire(database, { pid: process.pid, program: 'test' })
    const writer = new History(database)
    writer.studies.insert({ id: 'second', name: 'Second', createdAt: '2026-01-01T00:00:00Z', plan: null })
    const names = readdirSync(dataDir).sort()
    execFileSync('chmod', ['-R', 'a+rX', dataDir])
    for (const uid of [0, nobody])
      expect(mcnn(['study', 'list', '--data-dir', dataDir], { uid }).stdout).toContain('Second')
    expect(readdirSync(dataDir).sort()).toEqual(names)
    writer.close()
    lock?.release()
    expect(readdirSync(dataDir)).not.toContain('history.sqlite-wal')
  })

  // Skipped, and counted as skipped, if a container forbids mounting.
  it.skipIf(!mayMount)('works on a read-only file system', async () => {
    const run = await trained()
    const before = snapshot(dataDir)
    for (const args of [...readers, ...readersOf(run)]) {
      const { status, stderr } = onReadOnlyMount(args)
      if (args[0] !== 'doctor') expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
    }
    expect(JSON.parse(onReadOnlyMount(['runs', 'list', '--json']).stdout)).toMatchObject([{ id: run, state: 'done' }])
    expect(onReadOnlyMount(['runs', 'delete', run]).status).not.toBe(0)
    expect(snapshot(dataDir)).toEqual(before)
  })

  it('names the files that this user cannot write, and the remedy', async () => {
    await trained()
    execFileSync('chmod', ['-R', 'a+rwX', dataDir])
    const wal = path.join(dataDir, 'history.sqlite-wal')
    writeFileSync(wal, '')
    chmodSync(wal, isRoot ? 0o644 : 0o444)
    const { code, stdout } = mcnn(['doctor', '--data-dir', dataDir], { uid: nobody })
    expect(code).toBe(1)
    expect(stdout).toContain(`${wal} cannot be written (owner ${process.getuid?.() ?? 0}, mode ${isRoot ? 644 : 444})`)
    expect(stdout).toContain(`chmod g+rw ${wal}`)
    const train = mcnn(
      [
        'train',
        '--arch',
        'resnet-8',
        '--dataset',
        'synthetic',
        '--epochs',
        '1',
        '--milestones',
        'none',
        '--data-dir',
        dataDir,
      ],
      { uid: nobody },
    )
    expect(train).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The history cannot be written: ${wal} cannot be written`),
    })
  })
})

it('keeps foreign files in `work`, and deletes nothing through a link', async () => {
  await trained()
  const outside = path.join(folder, 'outside')
  mkdirSync(path.join(outside, 'import-abcdef'), { recursive: true })
  writeFileSync(path.join(outside, 'import-abcdef', 'thesis.tex'), 'mine')
  symlinkSync(outside, path.join(dataDir, 'work'))
  const bench = new Bench(dataDir)
  const service = await bench.open()
  await service.call('system.reclaim', {})
  await service.close()
  expect(readFileSync(path.join(outside, 'import-abcdef', 'thesis.tex'), 'utf8')).toBe('mine')
  expect(lstatSync(path.join(dataDir, 'work')).isSymbolicLink()).toBe(true)
})

it('releases the lock if a history cannot be taken over', async () => {
  await trained()
  const database = path.join(dataDir, 'history.sqlite')
  const first = WriterLock.acquire(database, { pid: process.pid, program: 'newer' })
  const bench = new Bench(dataDir)
  const service = await bench.open({}, { access: 'either', followMs: 20 })
  const db = new Sqlite(database)
  db.pragma('user_version = 1000')
  const take = vi.spyOn(WriterLock, 'acquire')
  first?.release()
  // The window has tried several times in vain.
  await expect.poll(() => take.mock.calls.length).toBeGreaterThan(3)
  take.mockRestore()
  expect((await service.call('system.condition', {})).heldBy).not.toBeNull()
  await expect(service.call('studies.create', { plan: quickStart })).rejects.toMatchObject({ code: 'conflict' })
  const locks: WriterLock[] = []
  await expect
    .poll(() => {
      const lock = WriterLock.acquire(database, { pid: process.pid, program: 'test' })
      if (lock) locks.push(lock)
      return lock !== null
    })
    .toBe(true)
  for (const lock of locks) lock.release()
  db.close()
  await service.close()
})
