/** Commands whose terminal is closed, whose output cannot be written, or which receive a signal. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunSummary } from '../contract/runs/runs'
import { History } from '../history/history'

const entry = path.resolve('out/main/cli.js')
const terminal = path.join(import.meta.dirname, 'fixtures/terminal.py')
const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-terminal-'))
const small = [
  '--arch',
  'resnet-8',
  '--dataset',
  'synthetic',
  '--train-examples',
  '200',
  '--test-examples',
  '100',
  '--milestones',
  'none',
]
const long = [...small, '--epochs', '5000']

/** Folders of one test: its data directory and, outside it, the files of its command lines. */
let folder = ''
let dataDir = ''
const started: ChildProcess[] = []
/** Process ids of commands that a shell in a terminal started. */
const pids: number[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(scratch, 'test-'))
  dataDir = path.join(folder, 'data')
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  for (const pid of pids.splice(0)) signal(pid, 'SIGKILL')
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // The process has ended.
  }
}

const words = (...args: string[]): string =>
  [process.execPath, entry, ...args, '--data-dir', dataDir].map((word) => `'${word}'`).join(' ')

/** Returns a function that closes the terminal in which `line` was typed. */
function inTerminal(line: string): () => Promise<void> {
  const child = spawn('python3', [terminal, line], { stdio: ['pipe', 'ignore', 'inherit'] })
  started.push(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return () => {
    child.stdin?.write('\n')
    return ended
  }
}

async function until<T>(look: () => T | null | undefined | false): Promise<T> {
  let found: T | null | undefined | false
  await expect.poll(() => Boolean((found = look()))).toBe(true)
  return found as T
}

/** Returns the current runs of the history; none before there is one. */
function runs(): RunSummary[] {
  try {
    const history = new History(path.join(dataDir, 'history.sqlite'), { readOnly: true })
    try {
      return history.runs.list()
    } finally {
      history.close()
    }
  } catch {
    return []
  }
}

const trained = (epochs: number): Promise<RunSummary> => until(() => runs().find((run) => run.epochsDone >= epochs))
const ended = (): Promise<RunSummary> => until(() => runs().find((run) => run.endedAt !== null))

function pidIn(name: string): number {
  const pid = Number(readFileSync(path.join(folder, name), 'utf8'))
  pids.push(pid)
  return pid
}

/** Resolves when the run has a checkpoint, so that it resumes where it stopped. */
const checkpointsOf = ({ id }: RunSummary): string[] =>
  readdirSync(path.join(dataDir, 'runs', id)).filter((name) => name.startsWith('checkpoint-'))

function start(
  args: readonly string[],
  stdio: ['ignore', 'pipe' | number, 'pipe' | number] = ['ignore', 'pipe', 'pipe'],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; code: Promise<number | null>; out: () => string; err: () => string } {
  // A session of its own, without this one's `_`: below `nohup` the suite would otherwise pass on that SIGHUP is
  // ignored.
  const options = { stdio, detached: true, env: { ...process.env, _: process.execPath, ...env } }
  const child = spawn(process.execPath, [entry, ...args, '--data-dir', dataDir], options)
  started.push(child)
  const text = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.out += part))
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.err += part))
  return {
    child,
    code: new Promise((resolve) => child.once('close', resolve)),
    out: () => text.out,
    err: () => text.err,
  }
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((one) => one !== '')
    .map(Number)

describe('closed terminal', () => {
  it.each([
    ['nohup', (command: string) => `nohup ${command} > ${folder}/log 2>&1 & echo $! > ${folder}/pid`],
    ["trap '' HUP", (command: string) => `bash -c "trap '' HUP; ${command} & echo \\$! > ${folder}/pid; wait"`],
    ['disown, with the progress in the terminal', (command: string) => `${command} & disown; echo $! > ${folder}/pid`],
  ])('does not end a training below %s', async (_, line) => {
    const close = inTerminal(line(words('train', ...long)))
    const { epochsDone } = await trained(1)
    await close()
    const { state } = await trained(epochsDone + 5)
    expect(state).toBe('running')
    signal(pidIn('pid'), 'SIGTERM')
    const run = await ended()
    expect(run).toMatchObject({ state: 'stopped', reason: expect.stringMatching(/^Stopped by SIGTERM/) })
    expect(checkpointsOf(run).length).toBeGreaterThan(0)
  })

  it.each([
    ['in the foreground', (command: string) => command],
    ['in the background of its shell', (command: string) => `${command} > ${folder}/log 2>&1 &`],
  ])('stops a training %s in order, and the history names the reason', async (_, line) => {
    const close = inTerminal(line(words('train', ...long)))
    await trained(1)
    await close()
    const run = await ended()
    expect(run).toMatchObject({ state: 'stopped', reason: 'Stopped by SIGHUP, which a closed terminal sends.' })
    expect(checkpointsOf(run).length).toBeGreaterThan(0)
  })
})

describe('unwritable output', () => {
  const full = (): number => openSync('/dev/full', 'w')

  it('does not end a training, and is reported when the training has finished', async () => {
    const { code, err } = start(['train', ...small, '--epochs', '2', '--json'], ['ignore', full(), 'pipe'])
    expect(await code).toBe(1)
    expect(err()).toBe('mcnn: Cannot write to standard output: its disk is full (ENOSPC).\n')
    expect(runs()).toMatchObject([{ state: 'done', epochsDone: 2 }])
  })

  it('does not end a training whose progress cannot be written', async () => {
    const { code, out } = start(['train', ...small, '--epochs', '2'], ['ignore', 'pipe', full()])
    expect(await code).toBe(0)
    expect(out()).toMatch(/test accuracy/)
  })

  it('does not end a training whose reader has exited', async () => {
    const { child, code, err } = start(['train', ...small, '--epochs', '3', '--json'])
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await code).toBe(0)
    expect(err()).toBe('')
    expect(runs()).toMatchObject([{ state: 'done', epochsDone: 3 }])
  })

  it.each([
    ['table', []],
    ['JSON', ['--json']],
  ])('fails a list with one line, as %s', async (_, flags) => {
    const { code, err } = start(['models', ...flags], ['ignore', full(), 'pipe'])
    expect(await code).toBe(1)
    expect(err()).toBe('mcnn: Cannot write to standard output: its disk is full (ENOSPC).\n')
  })

  it('is no failure of a list whose reader has exited after reading enough', async () => {
    const { child, code, err } = start(['models', '--json'])
    child.stdout?.destroy()
    expect(await code).toBe(0)
    expect(err()).toBe('')
  })
})

describe('signals', () => {
  it.each([
    ['SIGINT', 'Stopped by Ctrl-C (SIGINT).'],
    ['SIGTERM', 'Stopped by SIGTERM, which kill, a job scheduler or a system shutdown sends.'],
    ['SIGHUP', 'Stopped by SIGHUP, which a closed terminal sends.'],
    ['SIGUSR1', 'Stopped by SIGUSR1, which a job scheduler sends before its time limit.'],
  ] as const)('%s stops the running run in order, cancels queued ones, and opens no debugger', async (name, reason) => {
    const { child, code, err } = start([
      'study',
      'run',
      '--name',
      'Two',
      '--archs',
      'resnet-8',
      '--variants',
      'baseline',
      '--seeds',
      '2',
      ...long.slice(2),
    ])
    await trained(1)
    child.kill(name)
    expect(await code).toBe(130)
    expect(err()).not.toContain('Debugger')
    const [waited, run] = runs()
    expect(run).toMatchObject({ state: 'stopped', reason })
    expect(waited).toMatchObject({
      state: 'stopped',
      reason: reason.replace(/\.$/, ', before it started.'),
      startedAt: null,
    })
    expect(run && checkpointsOf(run).length).toBeGreaterThan(0)
  })

  it.each(['SIGUSR1', 'SIGTERM'] as const)('%s to every process of a job also stops the run cleanly', async (name) => {
    const { child, code, err } = start(['train', ...long])
    const run = await trained(1)
    const [trainer = 0] = childrenOf(child.pid ?? 0)
    // The trainer first: the service has not asked it to stop yet.
    signal(trainer, name)
    child.kill(name)
    expect(await code).toBe(130)
    expect(err() + readFileSync(path.join(dataDir, 'logs', `${run.id}.log`), 'utf8')).not.toContain('Debugger')
    const [stopped] = runs()
    expect(stopped).toMatchObject({ state: 'stopped', reason: expect.stringMatching(`^Stopped by ${name}`) })
    expect(stopped && checkpointsOf(stopped).length).toBeGreaterThan(0)
  })
})

describe('full TMPDIR', () => {
  const folder = path.join(scratch, 'tmp')
  const mounted = ((): boolean => {
    mkdirSync(folder)
    return (
      process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]).status === 0
    )
  })()
  afterAll(() => {
    if (mounted) spawnSync('umount', [folder])
  })

  it('does not prevent training', async () => {
    // Without the permission to mount, a TMPDIR that cannot be written.
    if (mounted) while (fill(folder));
    const TMPDIR = mounted ? folder : '/proc'
    const { code, err } = start(
      [
        'study',
        'run',
        '--name',
        'Two',
        '--archs',
        'resnet-8',
        '--variants',
        'mcnn-f',
        '--seeds',
        '2',
        ...small.slice(2),
        '--epochs',
        '1',
      ],
      undefined,
      { TMPDIR },
    )
    expect(await code, err()).toBe(0)
    expect(runs()).toMatchObject([{ state: 'done' }, { state: 'done' }])
    for (const { id } of runs()) expect(readdirSync(path.join(dataDir, 'runs', id))).not.toContain('scratch')
  })
})

/** @returns whether there was space for one more file */
function fill(folder: string): boolean {
  try {
    writeFileSync(path.join(folder, `file-${readdirSync(folder).length}`), Buffer.alloc(4096))
    return true
  } catch {
    return false
  }
}
