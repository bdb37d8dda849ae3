/** `npm run bench`: times contenders alternately, profiles our graph, or writes the tables of bench/README.md. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { dependencies, version } from '../package.json'
import { textTable } from '../src-main/analysis/text/table'
import { WorkbenchError } from '../src-main/contract/errors'
import { writeAtomicallySync } from '../src-main/files/durable'
import { gpuMathIn } from '../src-main/system/gpuMath'
import { defaultThreads } from '../src-main/contract/system/tuning'
import { gitState, programRoot } from '../src-main/service/training/git'
import { JsonLinesProcess } from '../src-main/service/machine/jsonLinesProcess'
import { kernelAddon } from '../src-main/graph/kernels'
import { deviceProber } from '../src-main/service/machine/probe'
import { readSetupState } from '../src-main/service/machine/setupState'
import { trainerEnv } from '../src-main/service/training/trainerEnv'
import { beginProgram } from '../src-main/system/program'
import { benchOptions, usage, type Options } from './arguments'
import { hold, type Entrant, type Outcome } from './conductor'
import { chosen, groupsOf, idOf, isOwn, lineup, type Contender, type Name } from './contenders'
import { EpochTrainer } from './epochTrainer'
import { ratiosOf, rowOf } from './measures'
import type { Work } from './protocol'
import { profile, profileTable } from './profile'
import { gpusOf, parseResults, withGpus } from './gpus'
import { benchSlots } from './slots'
import { drawn, machineNameOf, result, withResult, type Result } from './result'

/** Steps before the first request. Stock tfjs has no graph to optimise, and is slow. */
const warmUp = { 'stock-eager': 2, step: 6, tensorflow: 5, pytorch: 5 }

const built = (entry: string): string => path.join(programRoot, 'out/main', entry)
const kept = (...parts: string[]): string => path.join(programRoot, 'bench', ...parts)
const log = (line: string): void => void process.stderr.write(`bench: ${line}\n`)
const print = (text: string): void => void process.stdout.write(text)

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  if (options.help) {
    print(usage)
    return 0
  }
  if (options.readme !== null) return drawTables(options.readme)
  if (options.device === 'gpu') await needGpu()
  if (options.profile) return await profiled(options)
  if (options.slots) {
    await benchSlots(options.batch, log, print)
    return 0
  }
  const outcome = await measured(options)
  const rows = outcome.measured.map((m) => rowOf(m, options.depth, options.batch))
  const { ratios, notes } = ratiosOf(outcome.measured)
  const device =
    outcome.measured.find(({ contender }) => isOwn(contender))?.device ?? outcome.measured[0]?.device ?? 'nothing'
  const text = drawn(rows, ratios, notes, { ...options, device })
  if (options.json) process.stderr.write(text)
  else print(`${text}\n`)
  for (const row of rows) print(`${JSON.stringify(row)}\n`)
  // Store results of a GPU: until there is one, the program reports that it has not been run on a GPU.
  const machine = options.machine ?? (options.device === 'gpu' ? machineNameOf(device) : null)
  if (machine !== null)
    await keep(machine, { device, rows, ratios, rounds: options.rounds, steps: options.steps }, outcome)
  const own = outcome.failed.filter(({ contender }) => isOwn(contender))
  for (const { contender, why } of own) log(`${idOf(contender)} failed: ${why}.`)
  return own.length === 0 ? 0 : 1
}

/** @throws WorkbenchError bad-input */
async function needGpu(): Promise<void> {
  const { device } = await deviceProber(built('trainer.js'), new AbortController().signal)()
  if (device === 'cpu')
    throw new WorkbenchError(
      'bad-input',
      'TensorFlow finds no GPU on this machine, so none can be timed: run `npx mcnn doctor` to see what is missing, or use `--device cpu`.',
    )
}

async function measured(options: Options): Promise<Outcome> {
  const wanted = chosen(lineup, options.only).filter(
    ({ name }) => (name !== 'tensorflow' && name !== 'pytorch') || options.peers[name] !== null,
  )
  if (wanted.length === 0)
    throw new WorkbenchError('bad-input', 'Nothing to time: --only selects only peers, and --peers names none.')
  const groups = groupsOf(wanted, options.depth, options.batch, process.availableMemory())
  log(
    `ResNet-${options.depth}, batch ${options.batch}: ${wanted.length} contenders, ${options.rounds} rounds of ${options.steps} steps each${groups.length > 1 ? `; memory is short, so in ${groups.length} groups` : ''}`,
  )
  const cpuOnly = onCpu()
  const entrants = groups.map((group) =>
    group.map((contender): Entrant => ({ contender, worker: workerOf(contender, options, cpuOnly) })),
  )
  process.on('exit', () => {
    for (const { worker } of entrants.flat()) worker.stop()
  })
  const outcomes: Outcome[] = []
  for (const group of entrants) outcomes.push(await hold(group, { ...options, log }))
  return { measured: outcomes.flatMap(({ measured: m }) => m), failed: outcomes.flatMap(({ failed }) => failed) }
}

/** Whether ours is TensorFlow's CPU build. Python's packages use any GPU that they find, so theirs are hidden then. */
function onCpu(): boolean {
  return readSetupState()?.tensorflow.kind === 'cpu'
}

function workerOf(
  { name, precision, variant }: Contender,
  options: Options,
  cpuOnly: boolean,
): EpochTrainer | JsonLinesProcess {
  const { arch, depth, batch, rounds, peers } = options
  if (name === 'epoch') return new EpochTrainer(built('trainer.js'), arch, variant, precision, batch, rounds + 2)
  if (name === 'step' || name === 'stock-eager') {
    const work: Work = { name, precision, variant, arch, batch, warmUp: warmUp[name] }
    // Stock tfjs is timed with its defaults.
    const env =
      name === 'step'
        ? trainerEnv()
        : trainerEnv({ TF_CUDNN_DETERMINISTIC: '0', TF_CUDNN_USE_AUTOTUNE: '1', ...process.env }, defaultThreads)
    return new JsonLinesProcess(process.execPath, [built('bench-worker.js'), JSON.stringify(work)], env)
  }
  const script = kept('peers', name === 'tensorflow' ? 'tensorflow_step.py' : 'torch_step.py')
  const flags = Object.entries({ depth, batch, precision, 'warm-up': warmUp[name] }).flatMap(([flag, value]) => [
    `--${flag}`,
    String(value),
  ])
  return new JsonLinesProcess(interpreter(peers[name] ?? ''), [script, ...flags], pythonEnv(cpuOnly))
}

/** Resolves a path against the caller's folder: npm runs scripts in the clone's. */
function interpreter(typed: string): string {
  return typed.includes('/') ? path.resolve(process.env['INIT_CWD'] ?? process.cwd(), typed) : typed
}

/** float32 means float32 for the peers too; other GPU settings are their defaults. */
function pythonEnv(cpuOnly: boolean): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    NVIDIA_TF32_OVERRIDE: gpuMathIn(process.env).NVIDIA_TF32_OVERRIDE,
    PYTHONDONTWRITEBYTECODE: '1',
    ...(cpuOnly ? { CUDA_VISIBLE_DEVICES: '' } : {}),
  }
}

async function keep(
  machine: string,
  numbers: Pick<Result, 'device' | 'rows' | 'ratios' | 'rounds' | 'steps'>,
  { measured: all }: Outcome,
): Promise<void> {
  const versionOf = (...of: Name[]): string | null =>
    all.find(({ contender }) => of.includes(contender.name))?.version ?? null
  const git = await gitState()()
  write(kept('results', `${machine}.json`), {
    machine: { name: machine, ...hardware() },
    date: today(),
    versions: {
      program: version,
      commit: git && `${git.commit}${git.dirty ? ' and changes' : ''}`,
      node: process.versions.node,
      tfjs: dependencies['@tensorflow/tfjs-node-gpu'],
      tensorflow: versionOf('step', 'epoch', 'stock-eager'),
      peerTensorflow: versionOf('tensorflow'),
      peerPytorch: versionOf('pytorch'),
    },
    ...numbers,
  } satisfies Result)
}

const today = (): string => new Date().toISOString().slice(0, 10)

function hardware(): { cpu: string; cores: number; memoryGiB: number } {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  }
}

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeAtomicallySync(file, `${JSON.stringify(value, null, 2)}\n`)
  log(`stored in ${path.relative(programRoot, file)}`)
}

function drawTables(machine: string): number {
  const file = kept('results', `${machine}.json`)
  if (!existsSync(file))
    throw new WorkbenchError(
      'bad-input',
      `There is no bench/results/${machine}.json: \`npm run bench -- --machine ${machine}\` creates it.`,
    )
  const all = readdirSync(kept('results'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(kept('results', name), 'utf8'))
  update(kept('README.md'), (page) => withResult(page, result.parse(JSON.parse(readFileSync(file, 'utf8')))))
  update(path.join(programRoot, 'README.md'), (page) => withGpus(page, gpusOf(parseResults(all))))
  log(`bench/README.md shows ${machine}`)
  return 0
}

function update(page: string, change: (text: string) => string): void {
  writeFileSync(page, change(readFileSync(page, 'utf8')))
}

async function profiled(options: Options): Promise<number> {
  const steps = chosen(
    lineup,
    options.only.length > 0 ? options.only : ['step/float32/baseline', 'step/bfloat16/baseline'],
  ).filter(({ name }) => name === 'step')
  if (steps.length === 0)
    throw new WorkbenchError('bad-input', '--profile profiles our own step: --only must name one, e.g. step/float32.')
  const cpuOnly = onCpu()
  const tools = {
    worker: built('bench-worker.js'),
    script: kept('peers/trace.py'),
    addon: kernelAddon().file,
    python: interpreter(options.peers.tensorflow ?? ''),
  }
  const profiles = []
  for (const { precision, variant } of steps) {
    log(`tracing ${precision} ${variant} …`)
    const work: Work = { name: 'step', precision, variant, arch: options.arch, batch: options.batch, warmUp: 0 }
    const made = await profile(work, { ...tools, env: pythonEnv(cpuOnly) })
    profiles.push({ depth: options.depth, batch: options.batch, precision, variant, ...made })
    if (!options.json) print(`${textTable(profileTable(`${precision} ${variant}: ops of a step`, made))}\n`)
  }
  if (options.json) for (const made of profiles) print(`${JSON.stringify(made)}\n`)
  if (options.machine !== null)
    write(kept('profiles', `${options.machine}.json`), {
      machine: { name: options.machine, ...hardware() },
      date: today(),
      program: version,
      profiles,
    })
  return 0
}

beginProgram()
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // An unexpected error, with its stack.
    log(
      error instanceof WorkbenchError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    )
    process.exitCode = error instanceof WorkbenchError && error.code === 'bad-input' ? 2 : 1
    if (process.exitCode === 2) process.stderr.write('`npm run bench -- --help` shows the options.\n')
  },
)
