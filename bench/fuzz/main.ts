/**
 * `npm run fuzz [-- --inputs N --seed N --parser NAME,… --json]`: tests everything that reads a file, a message or a
 * text with hundreds of thousands of hostile inputs. A parser may reject an input with its own errors; it may not
 * crash, hang, exhaust memory, write outside of its folder, start a process or change a prototype. Exit code 1 if one
 * did.
 */
import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beginProgram } from '../../src-main/system/program'
import { flagsOf } from '../flags'
import { campaignOf, parserResult, type ParserResult } from './summary'
import { isTargetName, targetNames, targets, type TargetName } from './targets'
import { work, type WorkerMessage } from './worker'

/** Silence that counts as a hang: a hundred inputs take well under a second. */
const hangSeconds = 60
/** Memory limit of a parser's process; TensorFlow is not loaded in it. */
const memoryMb = 1500

async function fuzz(
  name: TargetName,
  inputs: number,
  seed: number,
  log: (text: string) => void,
): Promise<ParserResult> {
  // In memory if possible: histories are flushed to the disk.
  const folder = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mcnn-fuzz-'))
  try {
    const result = await inProcess(name, inputs, seed, folder, log)
    const touched = readFileSync(path.join(folder, 'outside.txt'), 'utf8') !== 'untouched'
    if (touched)
      return { ...result, fault: { message: 'a file outside of its folder was written', input: '', path: null } }
    return result.fault === null && result.memoryMb > memoryMb
      ? { ...result, fault: { message: `its process grew to ${result.memoryMb} MB`, input: '', path: null } }
      : result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function inProcess(
  name: TargetName,
  inputs: number,
  seed: number,
  folder: string,
  log: (text: string) => void,
): Promise<ParserResult> {
  const start = performance.now()
  return new Promise((resolve) => {
    const permissions = [
      '--permission',
      '--allow-fs-read=*',
      `--allow-fs-write=${folder}`,
      '--allow-addons',
      '--expose-gc',
      '--max-old-space-size=1024',
      '--disable-warning=SecurityWarning',
    ]
    const child = fork(__filename, ['--worker', name, String(inputs), String(seed), folder], {
      execArgv: permissions,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    let done = 0
    let result: ParserResult | null = null
    let errors = ''
    const failed = (message: string): ParserResult => ({
      of: targets[name].of,
      inputs: done,
      accepted: 0,
      refused: 0,
      slowestMs: 0,
      memoryMb: 0,
      seconds: Math.round((performance.now() - start) / 100) / 10,
      fault: { message, input: `after input ${done} of seed ${seed}`, path: null },
    })
    let silent = 0
    // Counted in ticks, because this process may itself be suspended.
    const timer = setInterval(() => {
      if (++silent < hangSeconds) return
      result ??= failed(`hung: no news for ${hangSeconds} s`)
      child.kill('SIGKILL')
    }, 1000)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
    child.on('message', (message: WorkerMessage) => {
      silent = 0
      if (message.done !== undefined) log(`${name}: ${(done = message.done)}`)
      if (message.result !== undefined) result = parserResult.parse(message.result)
    })
    child.on('close', (code, signal) => {
      clearInterval(timer)
      resolve(
        result ??
          failed(`its process ended with ${signal ?? code}: ${errors.trim().split('\n').slice(-6).join(' | ')}`),
      )
    })
  })
}

async function main(): Promise<void> {
  const values = flagsOf(
    {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      parser: { type: 'string', default: targetNames.join(',') },
      json: { type: 'boolean', default: false },
    },
    'npm run fuzz -- [--inputs N] [--seed N] [--parser NAME,…] [--json]',
  )
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)]
  const names = values.parser.split(',')
  const unknown = names.find((name) => !isTargetName(name))
  if (unknown !== undefined || !Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(seed)) {
    process.stderr.write(
      `${unknown === undefined ? '--inputs and --seed are whole numbers' : `there is no parser ${unknown}; there are ${targetNames.join(', ')}`}\n`,
    )
    process.exitCode = 2
    return
  }
  const live = process.stderr.isTTY
  const results: Record<string, ParserResult> = {}
  for (const name of names.filter(isTargetName)) {
    const result = await fuzz(name, inputs, seed, (text) => live && process.stderr.write(`\r${text}   `))
    results[name] = result
    const { accepted, refused, fault } = result
    process.stderr.write(
      `${live ? '\r' : ''}${name}: ${result.inputs} inputs, ${accepted} accepted, ${refused} refused, slowest ${result.slowestMs} ms, ${result.memoryMb} MB, ${result.seconds} s${fault ? `\n  FAULT ${fault.message}\n  input ${fault.input.slice(0, 600)}` : ''}\n`,
    )
  }
  const all = campaignOf(seed, results)
  if (values.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
  process.exitCode = all.faults === 0 ? 0 : 1
}

const send = (message: WorkerMessage): void => void process.send?.(message)
if (process.argv[2] === '--worker')
  work(process.argv.slice(3), send).then(
    () => process.disconnect?.(),
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`)
      process.exit(1)
    },
  )
else {
  beginProgram()
  void main()
}
