/** A built command that fails on a directory that was no data directory leaves the directory unchanged. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildProgram, everyCommand } from '../../cli/program'
import { nameOf } from '../../cli/output/failures'
import { quickStart } from '../../contract/experiment'
import { WriterLock } from '../../history/files/writer'
import { createService, type Service } from '../app/service'
import { fakeTrainer } from '../fixtures/bench'
import { prepareDataDir } from './dataDirIdentity'

const cli = path.resolve('out/main/cli.js')

let folder: string
let dataDir: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-creation-'))
  dataDir = path.join(folder, 'a', 'data')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const names = (): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

/** Arguments with which each command fails although they can be parsed; null if it cannot fail in this way. */
const failing: Record<string, string[] | null> = {
  doctor: null,
  models: ['resnet-7'],
  'datasets list': null,
  'datasets import': ['bad.tar'],
  'datasets download': ['cifar-11'],
  'datasets verify': ['cifar-10'],
  train: ['--arch', 'resnet-8', '--dataset', 'cifar-10'],
  'study list': null,
  'study run': ['--archs', 'resnet-8', '--dataset', 'cifar-10'],
  'study create': ['nothing.json'],
  'study extend': ['nothing', '--seeds', '1'],
  'study resume': ['nothing'],
  'study manifest': ['nothing'],
  compare: ['nothing'],
  'runs list': ['--query', 'nothing:1'],
  'runs show': ['nothing'],
  'runs move': ['nothing', 'up'],
  'runs resume': ['nothing'],
  'runs stop': ['nothing'],
  'runs extend': ['nothing', '--epochs', '9'],
  'runs delete': ['nothing'],
  'runs restore': ['nothing'],
  'runs manifest': ['nothing'],
  filters: ['nothing', '--layer', 'stem', '--filter', '0', '--out', 'bank.svg'],
  verify: ['nothing'],
  report: ['nothing', '--out', 'report'],
  export: ['nothing', '--out', 'study.tar.gz'],
  import: ['bad.tar'],
  tune: null,
  backup: [],
}

describe('a command that fails', () => {
  const commands = everyCommand(buildProgram())
    .filter(({ commands, parent }) => parent !== null && commands.length === 0)
    .map((command) => nameOf(command).replace(/^mcnn /, ''))

  it('is in the table above', () => expect(Object.keys(failing).sort()).toEqual([...commands].sort()))

  it.each(Object.entries(failing).flatMap(([name, args]) => (args === null ? [] : [[name, args] as const])))(
    'leaves no data directory: %s',
    (name, args) => {
      writeFileSync(path.join(folder, 'bad.tar'), 'this is no archive')
      const run = (): void => {
        const before = names()
        const all = [cli, ...name.split(' '), ...args, '--data-dir', dataDir]
        const { status, stderr } = spawnSync(process.execPath, all, { cwd: folder, encoding: 'utf8' })
        // An import reports its progress in a line before the error.
        const errors = stderr.match(/^mcnn: .+$/gm)
        expect({ status, errors: errors?.length }, stderr).toEqual({ status: 2, errors: 1 })
        expect(names()).toEqual(before)
      }
      run()
      mkdirSync(dataDir, { recursive: true })
      run()
    },
  )
})

/** Runs a command whose files may have this many KiB each: the system then refuses to write, as a full disk does. */
const withSmallFiles = (kib: number) => (args: readonly string[]) =>
  spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f ${kib}; exec "$@"`, 'bash', process.execPath, cli, ...args], {
    encoding: 'utf8',
  })
/** Runs a command on a file system of this many KiB, and then prints what is in it. */
const onSmallDisk = (kib: number) => (args: readonly string[]) =>
  spawnSync(
    'unshare',
    [
      '-m',
      'bash',
      '-c',
      `mount -t tmpfs -o size=${kib}k tmpfs "$1" && cd "$1" && shift && { "$@"; code=$?; ls -A; exit $code; }`,
      'bash',
      folder,
      process.execPath,
      cli,
      ...args,
    ],
    { encoding: 'utf8' },
  )
const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0
const sizes = [4, 16, 40, 64, 80]

describe('a disk that fills while a data directory is created', () => {
  it.each([
    ...[0, ...sizes].map((kib) => [`files of at most ${kib} KiB`, withSmallFiles(kib)] as const),
    ...(mayMount ? sizes : []).map((kib) => [`a disk of ${kib} KiB`, onSmallDisk(kib)] as const),
  ])('leaves nothing: %s', (_, run) => {
    const { status, stdout, stderr } = run(['study', 'resume', 'nothing', '--data-dir', dataDir])
    expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^mcnn: .+\n$/)
    expect(names()).toEqual([])
  })
})

describe('a service that is closed after a failure', () => {
  const open = (): Promise<Service> => createService({ dataDir, trainerEntry: fakeTrainer, program: '1.2.3' })

  it('keeps a directory in which something was stored, or that existed before', async () => {
    const first = await open()
    await first.call('studies.create', { plan: quickStart })
    await first.closeAfterFailure()
    expect(readdirSync(dataDir)).toContain('history.sqlite')
    rmSync(dataDir, { recursive: true })
    prepareDataDir(dataDir)
    await (await open()).closeAfterFailure()
    expect(readdirSync(dataDir)).toContain('history.sqlite')
    rmSync(dataDir, { recursive: true })
    const last = await open()
    writeFileSync(path.join(dataDir, 'runs', 'notes.txt'), 'mine')
    await last.closeAfterFailure()
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['history.sqlite', 'mcnn-workbench.json']))
  })

  it.each([true, false])('lets a program that waits for its lock start again (directory existed: %s)', async (was) => {
    if (was) mkdirSync(dataDir, { recursive: true })
    const first = await open()
    const waiting = open()
    await first.closeAfterFailure()
    const service = await waiting
    await service.call('studies.create', { plan: quickStart })
    await service.close()
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['history.sqlite', 'mcnn-workbench.json']))
    const lock = WriterLock.acquire(path.join(dataDir, 'history.sqlite'), { pid: process.pid, program: 'test' })
    expect(lock).not.toBeNull()
    lock?.release()
  })
})
