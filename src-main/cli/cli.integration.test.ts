/** Runs the built command as a person or a script does: in another process, with its output and exit code. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { InferenceSession } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signBank } from '../analysis/filters/banks'
import { z } from 'zod'
import { expandPlan, quickStart, recipe, type ExperimentConfig } from '../contract/experiment'
import { runManifest } from '../contract/publish/manifests'
import * as contract from '../contract'
import { History } from '../history/history'
import { prepareDataDir } from '../service/storage/dataDirIdentity'
import { modelSummary } from '../nn/architecture'
import { ForeignTrainer } from '../system/testSupport'

const entry = path.resolve('out/main/cli.js')
let scratch = ''

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'mcnn-cli-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const dir = (name: string): string => path.join(scratch, name)

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MCNN_DATA_DIR: dir('default'), ...env },
  })
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
}

function lineWith({ stdout }: ChildProcess, part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!stdout) return reject(new Error('no standard output'))
    createInterface(stdout)
      .on('line', (line) => line.includes(part) && resolve())
      .on('close', () => reject(new Error(`ended without a line with ${part}`)))
  })
}

const mcnn = (...args: string[]): Promise<Outcome> => mcnnIn({}, ...args)

interface Outcome {
  code: unknown
  out: string
  err: string
}

async function mcnnIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
  const child = start(args, env)
  const out = collect(child.stdout)
  const err = collect(child.stderr)
  const code = await ended(child)
  return { code, out: out(), err: err() }
}

async function json<T extends z.ZodType>(schema: T, ...args: string[]): Promise<z.output<T>> {
  const { code, out, err } = await mcnn(...args, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  // One document on one line.
  expect(out.endsWith('\n') && out.trimEnd().includes('\n')).toBe(false)
  return schema.parse(JSON.parse(out))
}

const lines = (out: string): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))

/** Each bad-input error has a way out. */
const failure = z.strictObject({
  error: z.strictObject({
    code: z.enum(['bad-input', 'not-found', 'bad-data', 'exists']),
    message: z.string(),
    fix: z.string(),
  }),
})

it('rejects an environment variable that is none of its values, before it changes anything', async () => {
  const args = ['train', '--arch', 'resnet-8', '--epochs', '1', '--data-dir', dir('limited')]
  const { code, err } = await mcnnIn({ MCNN_KERNEL_LEVEL: 'v3' }, ...args)
  expect({ code, err }).toEqual({
    code: 2,
    err: 'mcnn: MCNN_KERNEL_LEVEL is v3, which is not a level of the kernels. Set it to x86-64-v2, x86-64-v3, x86-64-v4, or unset it.\n',
  })
  expect(existsSync(dir('limited'))).toBe(false)
})

describe('invalid arguments', () => {
  it.each([
    [['train'], "required option '--arch <name>' not specified"],
    [
      ['train', '--arch', 'resnet-9'],
      /'--arch <name>' argument 'resnet-9' is invalid\. Did you mean resnet-8\? Allowed choices are resnet-8/,
    ],
    [['train', '--arch', 'vgg'], /'--arch <name>' argument 'vgg' is invalid\. Allowed choices are resnet-8/],
    [['study', 'run', '--archs', ', ,'], /'--archs <list>' argument ', ,' is invalid\. The list is empty/],
    [
      ['train', '--arch', 'ResNet8', '--dataset', 'cifar1O'],
      /'--dataset <id>' argument 'cifar1O' is invalid\. Did you mean cifar-10/,
    ],
    [['train', '--arch', 'resnet-8', '--epochs', '1e'], /--epochs.*'1e'.*whole number/],
    [['train', '--arch', 'resnet-8', '--epochs', ''], /--epochs.*''.*whole number/],
    [['train', '--arch', 'resnet-8', '--epochs', 'abc'], /--epochs.*'abc'.*whole number/],
    [['train', '--arch', 'resnet-8', '--epochs', '1.5'], /--epochs.*'1\.5'.*whole number/],
    [['train', '--arch', 'resnet-8', '--epochs', '-1'], /--epochs.*'-1'.*whole number/],
    [['train', '--arch', 'resnet-8', '--epochs', '0'], /--epochs: at least 1/],
    [['train', '--arch', 'resnet-8', '--learning-rate', '0x1'], /--learning-rate.*'0x1'.*must be a number/],
    [['train', '--arch', 'resnet-8', '--learning-rate', 'Infinity'], /--learning-rate.*'Infinity'.*must be a number/],
    [['train', '--arch', 'resnet-8', '--learning-rate', '0'], /--learning-rate: above 0/],
    [['train', '--arch', 'resnet-8', '--momentum', '1'], /--momentum: below 1/],
    [
      ['train', '--arch', 'resnet-8', '--precision', 'float16'],
      /--precision.*Allowed choices are float32, bfloat16, auto/,
    ],
    [['train', '--arch', 'resnet-8', '--milestones', '3,2'], /--milestones: must rise/],
    [['train', '--arch', 'resnet-8', '--milestones', '3,x'], /--milestones.*whole number/],
    [['train', '--arch', 'resnet-8', '--seed', '4294967296'], /--seed: at most 4294967295/],
    [['train', '--arch', 'resnet-8', '--dataset', 'cifar-10'], /CIFAR-10 has not been imported/],
    [['train', '--arch', 'resnet-8', '--epoch', '1'], /unknown option '--epoch' \(Did you mean --epochs\?\)/],
    [['stduy'], /unknown command 'stduy' \(Did you mean study\?\)/],
    [['models', 'more'], /too many arguments/],
    [['models', '--classes', '1'], /--classes must be from 2 to 1000/],
    [
      [],
      /doctor, models, datasets, train, study, compare, runs, filters, verify, report, export, import, tune, backup/,
    ],
    [['export', 'nothing', '--format', 'onnx', '--out', 'x.onnx'], /There is no run "nothing"/],
    [['export', 'nothing', '--out', 'x.tar.gz'], /There is no study "nothing"/],
    [
      ['export', 'nothing', '--format', 'pickle', '--out', 'x'],
      /--format.*Allowed choices are onnx, safetensors, savedmodel/,
    ],
    [['export', 'nothing', '--format', 'onnx'], /required option '--out <path>' not specified/],
    [['export', 'nothing', '--format', 'onnx', '--checkpoints', '--out', 'x'], /--checkpoints is for studies/],
    [['runs'], /runs needs a command: list, show, manifest, resume, stop, extend, move, delete, restore/],
    [['runs', 'list', '--query', 'depth:32 acx>1'], /^mcnn: At character 10 of the query: There is no field “acx”/],
    [['runs', 'list', '--query', 'x'.repeat(3000)], /--query: at most 2000 characters\. /],
    [['runs', 'show'], /missing required argument 'run'/],
    [['runs', 'show', 'nothing'], /There is no run "nothing"/],
    [['compare', 'nothing'], /There is no study "nothing"/],
    [['compare', 'nothing', '--json', '--format', 'csv'], /--json and --format csv cannot be combined/],
    [['study', 'run', 'slow-start'], /There is no preset "slow-start"\. The presets are quick-start, table-1-/],
    [['study', 'run', '--archs', 'resnet-8'], /needs --name/],
    [['study', 'run', '--name', 'x'], /needs --archs/],
    [['study', 'run', 'quick-start', '--variants', 'mcnn-f,mcnn-x'], /--variants.*It must be one of baseline/],
    [
      ['train', '--arch', 'resnet-8', '--variant', 'mcnn-f', '--multiband', 'stem'],
      /--variant and --multiband cannot be combined/,
    ],
    [['train', '--arch', 'resnet-8', '--bank', 'two'], /--bank needs --multiband/],
    [['train', '--arch', 'resnet-8', '--multiband', 'stem', '--bank', '+-'], /unknown layers or bank/],
    [
      ['train', '--arch', 'resnet-8', '--multiband', 'stage4.*', '--dataset', 'synthetic', '--epochs', '1'],
      /resnet-8 has no 3 × 3 convolution stage4\.\*/,
    ],
    [['study', 'run', 'quick-start', '--seed-list', '1,1'], /--seed-list: no seed twice/],
    [['study', 'run', 'quick-start', '--seeds', '0'], /--seeds must be from 1 to 100/],
    [['study', 'extend', 'x'], /Give --seeds or --until/],
    [['study', 'extend', 'x', '--seeds', '2', '--until', '0.1'], /--seeds and --until cannot be combined/],
    [['study', 'extend', 'x', '--seeds', '0'], /--seeds must be from 1 to 2000/],
    [['study', 'extend', 'x', '--until', '0'], /--until must be above 0 and at most 100 points/],
    [['study', 'extend', 'x', '--seeds', '1', '--paired'], /--paired needs --until/],
    [['study', 'extend', 'nothing', '--seeds', '1'], /There is no study "nothing"/],
    [['filters', 'nothing', '--size', '7'], /--size must be from 8 to 256/],
    [
      ['datasets', 'verify', 'mnist'],
      /There is no data set "mnist"\. The data sets are synthetic, cifar-10, cifar-100/,
    ],
    [['datasets', 'import', '/nowhere/cifar.tar.gz'], /cifar\.tar\.gz/],
    [['--data-dir'], /'--data-dir <dir>' argument missing/],
    [['runs', 'list', '--data-dir', ''], /--data-dir.*must not be empty/],
    [['runs', 'list', '--data-dir', entry], /cli\.js is not a folder, as a data directory is\./],
    [['doctor', '--data-dir', entry], /cli\.js is not a folder/],
    [['backup', '--data-dir', `${entry}/x`], /cannot be read: a part of its path is not a folder\./],
    [['study', 'list', '--data-dir', 'n'.repeat(300)], /cannot be read: the name is too long\./],
    [['import', '/dev/null'], /^mcnn: Cannot import \/dev\/null: it is neither a file nor a folder\. Choose a file/],
    [['import', entry], /^mcnn: Cannot import cli\.js: it is not an archive \(/],
    [['import', '/nowhere/study.tar.gz'], /Cannot import \/nowhere\/study\.tar\.gz: there is no such file or folder\./],
    [['import', ''], /'file'.*must not be empty/],
    [['datasets', 'import', `${entry}/x`], /Cannot import \/.*cli\.js\/x: there is no such file or folder\./],
    [['report', 'x', '--out', ''], /--out.*must not be empty/],
    [
      ['help', 'stduy'],
      /^mcnn: There is no command "stduy"\. Did you mean study\? `mcnn --help` describes the commands\./,
    ],
    [['runs', 'help', 'nothing'], /^mcnn: There is no command "nothing"\. `mcnn runs --help` describes the commands\./],
    [['study', 'run', 'quick-start', '--archs', 'resnet-8,resnet-8'], /--archs: none twice/],
  ])('mcnn %j: one line, exit code 2', async (args, message) => {
    const { code, out, err } = await mcnn(...args)
    expect(err).toMatch(message)
    expect(err).toMatch(/^mcnn: [^\n]+\n$/)
    expect(code).toBe(2)
    if (!args.includes('--json')) expect(out).toBe('')
    const asJson = await mcnn('--json', ...args)
    const { error } = failure.parse(JSON.parse(asJson.out))
    expect(`mcnn: ${error.message} ${error.fix}\n`).toBe(err)
    expect({ code: asJson.code, err: asJson.err }).toEqual({ code: 2, err })
  })
})

describe('without a history', () => {
  it('prints its version and its help', async () => {
    expect(await mcnn('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
    const help = await mcnn('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const word of ['Examples:', 'quick-start', '--json', '--data-dir', 'Exit codes'])
      expect(help.out).toContain(word)
    expect((await mcnn('train', '--help')).out).toMatch(/--milestones[^]*Global Options:[^]*--data-dir[^]*Examples:/)
  })

  it('lists every network and variant with its counts', async () => {
    const models = await json(z.array(contract.modelSummary), 'models')
    expect(models).toHaveLength(11 * 5)
    const parameters = (arch: string, variant: string): unknown =>
      models.find((m) => m.arch === arch && m.variant === variant)?.trainableParameters
    expect(['baseline', 'mcnn-f', 'mcnn-l'].map((variant) => parameters('resnet-32', variant))).toEqual([
      464154, 463830, 436506,
    ])
    expect(['baseline', 'mcnn-f', 'mcnn-l'].map((variant) => parameters('resnet-110', variant))).toEqual([
      1727962, 1727638, 1700314,
    ])
    expect(models.find((m) => m.arch === 'resnet-8' && m.variant === 'mcnn-f')?.layers[0]).toEqual({
      name: 'stem',
      kernel: [3, 3],
      in: 3,
      out: 16,
      groups: 1,
      stride: 1,
      size: 32,
      multiband: true,
      baseFilters: 4,
      bank: signBank,
    })
    const hundred = await json(z.array(contract.modelSummary), 'models', '--classes', '100')
    expect(hundred[0]?.trainableParameters).toBe((models[0]?.trainableParameters ?? NaN) + 90 * 65)
  })

  it('lists one network’s variants, and the layers of one variant by the names that other commands take', async () => {
    expect(
      (await json(z.array(contract.modelSummary), 'models', '--arch', 'wrn-16-4')).map((model) => model.variant),
    ).toEqual(['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'])
    // Layers in any order. 32,364 weights of kernels, 480 of norms, 650 of the dense layer.
    const { out } = await mcnn('models', '--arch', 'resnet-8', '--variant', 'mcnn(stem+stage3.*)@rotations')
    const lines = out.split('\n').map((line) => line.split(/ {2,}/))
    expect(lines[2]).toEqual(['stem', '3 × 3', '3 → 16', '1', '32 × 32', '4, 4 bands each', '108'])
    expect(lines[3]).toEqual(['stage1.block1.conv1', '3 × 3', '16 → 16', '1', '32 × 32', '16', '2,304'])
    expect(lines).toHaveLength(2 + 7 + 2)
    expect(out).toContain('33,494 trainable parameters')
    expect(await mcnn('models', '--arch', 'resnet-8', '--variant', 'mcnn(stage7.*)')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no 3 × 3 convolution stage7.*'),
    })
  })

  it('measures no thread counts while another program trains, and says so', async () => {
    const other = await ForeignTrainer.start()
    try {
      const env = { MCNN_OTHER_TRAINERS: '', MCNN_THREADS_FILE: dir('threads.json') }
      const { code, out, err } = await mcnnIn(env, 'tune', '--json')
      expect(err).toMatch(
        /^mcnn: The thread counts were not measured: another MCNN Workbench \(process \d+\) is training on this machine\.\n$/,
      )
      expect(JSON.parse(out)).toMatchObject({ tuning: { temporary: true }, threads: { source: 'own' } })
      expect(code).toBe(1)
      expect(existsSync(dir('threads.json'))).toBe(false)
    } finally {
      await other.stop()
    }
  })

  it('ends quietly when its reader goes away', async () => {
    const child = start(['models', '--json'])
    const err = collect(child.stderr)
    child.stdout?.destroy()
    await ended(child)
    expect(err()).toBe('')
  })
})

describe('on a new data directory', () => {
  it('takes the global options before and after the command', async () => {
    for (const args of [
      ['--json', '--data-dir', dir('new'), 'runs', 'list'],
      ['runs', 'list', '--json', '--data-dir', dir('new')],
      ['runs', '--json', 'list', `--data-dir=${dir('new')}`],
    ])
      expect(await mcnn(...args)).toEqual({ code: 0, out: '[]\n', err: '' })
  })

  it('lists the data sets', async () => {
    const datasets = await json(z.array(contract.datasetSummary), 'datasets', 'list', '--data-dir', dir('new'))
    expect(datasets.map((d) => [d.id, d.available, d.synthetic])).toEqual([
      ['synthetic', true, true],
      ['cifar-10', false, false],
      ['cifar-100', false, false],
    ])
    expect((await mcnn('datasets', 'list', '--data-dir', dir('new'))).out).toMatch(
      /synthetic +Synthetic \(generated\) +yes/,
    )
  })

  it('runs the doctor', async () => {
    const { code, out } = await mcnn('doctor', '--json', '--data-dir', dir('new'))
    const doctor = contract.doctor.parse(JSON.parse(out))
    expect(doctor.dataDir).toBe(dir('new'))
    expect(doctor.ok).toBe(doctor.checks.every((check) => check.ok))
    expect(code).toBe(doctor.ok ? 0 : 1)
  })

  it('reports a data directory that cannot be used, and doctor reports it as a finding', async () => {
    await mkdir(dir('newer'))
    await writeFile(dir('newer/mcnn-workbench.json'), '{"format":2,"id":"x"}')
    const list = await mcnn('runs', 'list', '--data-dir', dir('newer'))
    expect(list).toEqual({ code: 1, out: '', err: expect.stringMatching(/^mcnn: [^\n]+ newer [^\n]+\n$/) })
    const { code, out, err } = await mcnn('doctor', '--json', '--data-dir', dir('newer'))
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(contract.doctor.parse(JSON.parse(out))).toMatchObject({ ok: false, checks: [{ ok: false }] })
  })

  it('reports the same for a history that is not a database', async () => {
    await mkdir(dir('foreign'))
    await writeFile(dir('foreign/history.sqlite'), 'x'.repeat(500))
    const list = await mcnn('runs', 'list', '--data-dir', dir('foreign'))
    expect(list).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^mcnn: [^\n]+ has no header of an SQLite database[^\n]+--repair[^\n]+\n$/),
    })
    const { code, out } = await mcnn('doctor', '--json', '--data-dir', dir('foreign'))
    expect(code).toBe(1)
    expect(contract.doctor.parse(JSON.parse(out))).toMatchObject({ ok: false, checks: [{ ok: false }] })
  })
})

describe('on a history', () => {
  const accuracies: Record<string, number[]> = {
    baseline: [0.91, 0.92, 0.93],
    'mcnn-f': [0.92, 0.93, 0.94],
    'mcnn-l': [0.9, 0.9],
  }

  beforeAll(async () => {
    prepareDataDir(dir('history'))
    const history = new History(path.join(dir('history'), 'history.sqlite'))
    for (const id of ['table', 'table-2']) {
      const plan = { ...quickStart, name: 'Table', seeds: [1, 2, 3], training: { ...quickStart.training, epochs: 5 } }
      history.studies.insert({
        id,
        name: plan.name,
        createdAt: `2026-01-0${id === 'table' ? 1 : 2}T00:00:00.000Z`,
        plan,
      })
      if (id === 'table') continue
      for (const config of expandPlan(plan))
        addRun(history, id, config, accuracies[config.variant]?.[config.seed - 1] ?? null)
    }
    history.close()
  })

  function addRun(history: History, studyId: string, config: ExperimentConfig, testAccuracy: number | null): void {
    const { arch, variant, dataset, seed, epochs } = config
    const { trainableParameters, trainableFilters } = modelSummary(arch, variant, 10)
    const id = `${studyId}-${variant}-s${seed}`
    const configId = history.configs.put(config)
    history.runs.insert(
      {
        id,
        studyId,
        configId,
        arch,
        variant,
        dataset,
        seed,
        epochs,
        trainExamples: 4000,
        testExamples: 1000,
        trainableParameters,
        trainableFilters,
        createdAt: '2026-01-02T00:00:00.000Z',
      },
      { pid: 1, start: '' },
    )
    const key = history.runs.get(id)?.key ?? NaN
    if (testAccuracy === null) return history.runs.end(key, 'failed', 'Out of memory.')
    history.metrics.addEpoch(key, {
      epoch: 1,
      trainLoss: 1,
      trainAccuracy: 0.5,
      testLoss: 1,
      testAccuracy,
      learningRate: 0.1,
      imagesPerSecond: 100,
      seconds: 40,
      waitSeconds: null,
      cpuSeconds: null,
      memoryBytes: null,
    })
    history.runs.end(key, 'done', null, { file: `runs/${id}/weights`, sha256: '0'.repeat(64) })
  }

  const of = (...args: string[]): string[] => [...args, '--data-dir', dir('history')]

  it('rejects a name of two studies and lists both, and accepts an id', async () => {
    const candidate = (id: string): string => `${id} \\("Table", created 2026-\\d\\d-\\d\\d \\d\\d:\\d\\d\\)`
    for (const command of [
      ['compare', 'Table'],
      ['study', 'manifest', 'Table'],
      ['report', 'Table', '--out', 'r'],
      ['export', 'Table', '--out', 'x.tar.gz'],
      ['study', 'resume', 'Table'],
      ['study', 'extend', 'Table', '--seeds', '1'],
      ['train', '--arch', 'resnet-8', '--name', 'Table'],
    ]) {
      const { code, out, err } = await mcnn(...of(...command))
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(new RegExp(`2 studies have the (id or )?name "Table": .*${candidate('table')}`))
      expect(err).toMatch(new RegExp(candidate('table-2')))
    }
    expect((await json(contract.comparison, ...of('compare', 'id:table'))).studyId).toBe('table')
  })

  it('compares: means over seeds, drops in points and their interval', async () => {
    const comparison = await json(contract.comparison, ...of('compare', 'table-2'))
    expect(comparison.studyId).toBe('table-2')
    const cells = comparison.rows[0]?.cells ?? []
    expect(cells.map((cell) => [cell.variant, cell.accuracy?.n, cell.accuracyDrop])).toEqual([
      ['baseline', 3, null],
      ['mcnn-f', 3, expect.closeTo(-1, 10)],
      ['mcnn-l', 2, expect.closeTo(2, 10)],
    ])
    // Both sides: s = 1 point, n = 3, so 4 degrees of freedom: ± 2.776 × √(2/3).
    expect(cells[1]?.accuracyDropInterval).toEqual([
      expect.closeTo(-1 - 2.776445 * Math.sqrt(2 / 3), 4),
      expect.closeTo(-1 + 2.776445 * Math.sqrt(2 / 3), 4),
    ])
    expect(cells[2]?.accuracyDropInterval).toBeNull()
    expect(cells[2]?.counts).toMatchObject({ done: 2, failed: 1 })
  })

  it.each([
    ['table', ['92.00 ± 1.00 (3)', '−1.00 [−3.27, 1.27]', '90.00 ± 0.00 (2)', 'Synthetic (generated)']],
    ['markdown', ['| --- |', '92.00 ± 1.00 (3)', '74,966']],
    ['latex', ['\\begin{tabular}', '92.00 $\\pm$ 1.00 (3)', '$-$1.00 [$-$3.27, 1.27]']],
    ['csv', ['table-2,synthetic,true,resnet-8,mcnn-f,', '93.0000,1.0000,92.0000 93.0000 94.0000']],
    ['json', ['"studyId": "table-2"']],
  ])('prints the comparison as %s', async (format, parts) => {
    const { code, out, err } = await mcnn(...of('compare', 'table-2', '--format', format))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const part of parts) expect(out).toContain(part)
  })

  it('lists and shows runs, also by an unambiguous beginning of an id', async () => {
    expect(await json(z.array(contract.runSummary), ...of('runs', 'list'))).toHaveLength(9)
    const shown = await json(contract.runDetail, ...of('runs', 'show', 'table-2-mcnn-l-s3'))
    expect(shown.run).toMatchObject({ state: 'failed', reason: 'Out of memory.', testAccuracy: null })
    expect((await mcnn(...of('runs', 'show', 'table-2-mcnn-l-s3'))).out).toMatch(
      /State +failed \(Out of memory\.\)\n(Created|Started|Ended) .*\n(.*\n)*Result +no epoch finished/,
    )
    expect(await mcnn(...of('runs', 'show', 'table-2-mcnn'))).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /6 runs have an id that begins with "table-2-mcnn": .*table-2-mcnn-f-s1 \(ResNet-8 .*, created 2026-/,
      ),
    })
    expect((await mcnn(...of('runs', 'list'))).out).toMatch(
      /table-2-mcnn-l-s3 +failed +Synthetic \(generated\) +ResNet-8 +MCNN-L +3 +0\/5 +– +– +–\n/,
    )
  })

  it('estimates more seeds, and adds none with --dry-run', async () => {
    // Both sides: s = 1 point; by scipy 1.17.1's t.ppf with 2(n − 1) degrees ± √(2/n) t is 1.0723 at n = 8 and 0.9993
    // at n = 9.
    const args = of('study', 'extend', 'table-2', '--variants', 'mcnn-f', '--until', '1', '--dry-run')
    const estimate = await json(contract.moreSeeds, ...args)
    expect(estimate).toMatchObject({
      runs: 12,
      finished: 8,
      problem: null,
      rows: [
        {
          arch: 'resnet-8',
          more: 6,
          comparisons: [
            { variant: 'mcnn-f', goal: 'needed', needed: 6, expected: expect.closeTo(0.9993329417017641, 5) as number },
          ],
        },
      ],
    })
    expect(estimate.cells).toEqual(
      ['baseline', 'mcnn-f'].map((variant) => ({ arch: 'resnet-8', variant, seeds: [4, 5, 6, 7, 8, 9] })),
    )
    expect((await mcnn(...args)).out).toBe(
      'ResNet-8: 6 more seeds (4–9)\n  MCNN-F: ± 2.27 now, about ± 1.00 then\n12 runs; duration unknown: nothing similar has trained on this machine.\n',
    )
    expect((await mcnn(...of('study', 'extend', 'table-2', '--until', '1', '--dry-run'))).out).toContain(
      'MCNN-L: needs 3 finished seeds per side; now 3 and 2',
    )
    expect(
      (await mcnn(...of('study', 'extend', 'table-2', '--variants', 'mcnn-f', '--until', '3', '--dry-run'))).out,
    ).toContain('Every interval is under ± 3.00 points.\nNo seeds were added.')
    expect(await mcnn(...of('study', 'extend', 'table-2', '--until', '0.01'))).toMatchObject({
      code: expect.any(Number) as number,
      err: expect.stringContaining('out of reach for ResNet-8, MCNN-F') as string,
    })
    expect(await mcnn(...of('study', 'extend', 'table-2', '--seeds', '1', '--archs', 'resnet-20'))).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('ResNet-20 is not in the study’s plan'),
    })
    expect(await json(z.array(contract.runSummary), ...of('runs', 'list'))).toHaveLength(9)
  })

  it('lists studies', async () => {
    const studies = await json(z.array(contract.studySummary), ...of('study', 'list'))
    expect(studies.map((study) => [study.id, study.total])).toEqual([
      ['table-2', 9],
      ['table', 0],
    ])
  })

  it('moves a run to the trash, restores it, and deletes it permanently with --purge', async () => {
    const id = 'table-2-baseline-s1'
    const left = async (): Promise<number> => (await json(z.array(contract.runSummary), ...of('runs', 'list'))).length
    expect((await mcnn(...of('runs', 'restore', id))).err).toContain('There is no run in the trash')
    expect(await json(z.unknown(), ...of('runs', 'delete', id))).toEqual({ deleted: id, purged: false })
    expect(await left()).toBe(8)
    expect((await mcnn(...of('runs', 'delete', id))).code).toBe(2)
    expect(await json(z.unknown(), ...of('runs', 'restore', id))).toEqual({ restored: id })
    expect(await left()).toBe(9)
    // There is no terminal for the question.
    expect(await mcnn(...of('runs', 'delete', id, '--purge'))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Add --yes') as string,
    })
    expect(await left()).toBe(9)
    expect((await mcnn(...of('runs', 'delete', id))).out).toBe(
      `Moved ${id} to the trash; restore it with \`mcnn runs restore ${id}\`.\n`,
    )
    // From the trash too.
    expect(await json(z.unknown(), ...of('runs', 'delete', id, '--purge', '--yes'))).toEqual({
      deleted: id,
      purged: true,
    })
    expect((await mcnn(...of('runs', 'restore', id))).code).toBe(2)
    expect(await left()).toBe(8)
  })

  it('moves queued runs persistently', async () => {
    const plan = { ...quickStart, name: 'Waiting', variants: ['mcnn-f' as const], seeds: [1, 2, 3] }
    const history = new History(path.join(dir('history'), 'history.sqlite'))
    history.studies.insert({ id: 'waiting', name: plan.name, createdAt: '2026-01-03T00:00:00.000Z', plan })
    for (const { seed, ...config } of expandPlan(plan)) {
      const id = `waiting-s${seed}`
      const configId = history.configs.put({ ...config, seed })
      const { arch, variant, dataset, epochs } = config
      history.runs.insert(
        {
          id,
          studyId: 'waiting',
          configId,
          arch,
          variant,
          dataset,
          seed,
          epochs,
          trainExamples: 9,
          testExamples: 9,
          trainableParameters: 9,
          trainableFilters: 9,
          createdAt: '2026-01-03T00:00:00.000Z',
        },
        { pid: 1, start: '' },
      )
    }
    history.close()
    const order = async (): Promise<string[]> => {
      const now = new History(path.join(dir('history'), 'history.sqlite'))
      const ids = now.runs.waiting().map(({ id }) => id)
      now.close()
      return ids
    }
    expect((await mcnn(...of('runs', 'move', 'waiting-s3', '--first'))).out).toBe(
      'waiting-s3 is number 1 of 3 queued runs.\n',
    )
    expect(await order()).toEqual(['waiting-s3', 'waiting-s1', 'waiting-s2'])
    expect(await json(z.unknown(), ...of('runs', 'move', 'waiting-s2', '--before', 'waiting-s1'))).toEqual({
      moved: 'waiting-s2',
      place: 2,
      waiting: 3,
    })
    expect((await mcnn(...of('runs', 'move', 'waiting-s3', '--down'))).code).toBe(0)
    expect(await order()).toEqual(['waiting-s2', 'waiting-s3', 'waiting-s1'])
    expect((await mcnn(...of('runs', 'move', 'table-2-mcnn-f-s1', '--first'))).err).toContain(
      'there is nothing to move',
    )
    expect((await mcnn(...of('runs', 'move', 'waiting-s1'))).err).toContain('Give exactly one of')
    expect((await mcnn(...of('runs', 'move', 'waiting-s1', '--first', '--last'))).err).toContain('Give exactly one of')
  })
})

describe('training', () => {
  const small = ['--dataset', 'synthetic', '--train-examples', '200', '--test-examples', '100', '--batch', '50']
  const of = (...args: string[]): string[] => [...args, '--data-dir', dir('training')]
  let id = ''

  it('streams a run, its epochs and its end', async () => {
    const { code, out, err } = await mcnn(
      ...of('train', '--arch', 'resnet-8', '--variant', 'mcnn-f', ...small, '--epochs', '2', '--name', 'One', '--json'),
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [run, first, second, done, ...more] = lines(out)
    id = z.string().parse(run?.['id'])
    expect(run).toMatchObject({ event: 'run', arch: 'resnet-8', variant: 'mcnn-f', seed: 1 })
    expect([first, second]).toMatchObject([
      { event: 'epoch', id, epoch: 1 },
      { event: 'epoch', id, epoch: 2 },
    ])
    for (const epoch of [first, second]) {
      const metrics = contract.epochMetrics.parse(epoch)
      expect(metrics.trainLoss).toBeGreaterThan(0)
      expect(metrics.imagesPerSecond).toBeGreaterThan(0)
    }
    expect(done).toMatchObject({
      event: 'done',
      id,
      testAccuracy: second?.['testAccuracy'],
      weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(more).toEqual([])
    const detail = await json(contract.runDetail, ...of('runs', 'show', id))
    expect(detail.run).toMatchObject({
      state: 'done',
      epochsDone: 2,
      studyName: 'One',
      weightsSha256: done?.['weightsSha256'],
    })
    // The recipe's 100 and 150 of 200, scaled.
    expect(detail.config).toMatchObject({
      milestones: [1],
      learningRate: recipe.learningRate,
      trainExamples: 200,
      testExamples: 100,
      batchSize: 50,
    })
  })

  it('trains any set of layers with another bank, and prints the figures of each layer', async () => {
    const { code, out } = await mcnn(
      ...of(
        'train',
        '--arch',
        'resnet-8',
        ...small,
        '--epochs',
        '1',
        '--multiband',
        'stem,stage3.*',
        '--bank',
        'rotations',
        '--name',
        'Any layer',
        '--json',
      ),
    )
    expect(code).toBe(0)
    const [run] = lines(out)
    expect(run).toMatchObject({ variant: 'mcnn(stage3.*+stem)@rotations' })
    const name = z.string().parse(run?.['id'])
    const detail = await json(contract.runDetail, ...of('runs', 'show', name))
    expect(detail.run.trainableParameters).toBe(
      modelSummary('resnet-8', 'mcnn(stage3.*+stem)@rotations', 10).trainableParameters,
    )
    const kept = await json(z.array(contract.epochFigures), ...of('filters', name, '--layers'))
    expect(kept.map(({ epoch }) => epoch)).toEqual([0, 1])
    expect(kept[1]?.layers.map(({ figures }) => figures?.filters)).toEqual([16, 16, 16, 32, 32, 64, 64])
    expect((await mcnn(...of('filters', name, '--layers'))).out).toMatch(/^Layer +Filters +Covered/)
    const bank = await json(
      contract.filterBank,
      ...of('filters', name, '--layer', 'stage3.block1.conv2', '--size', '8'),
    )
    expect(bank.banks).toHaveLength(4)
    expect(bank.banks[2]?.kernel[0]?.[0]).toEqual(bank.banks[0]?.kernel[2]?.[2])
  })

  it('adds a seed to a study, trains it and compares', async () => {
    const study = of(
      'study',
      'run',
      '--name',
      'Grows',
      '--archs',
      'resnet-8',
      '--variants',
      'baseline,mcnn-f',
      '--seeds',
      '1',
      ...small,
      '--epochs',
      '1',
    )
    expect((await mcnn(...study)).code).toBe(0)
    const { code, out } = await mcnn(...of('study', 'extend', 'grows', '--seeds', '1', '--json'))
    expect(code).toBe(0)
    const events = lines(out)
    expect(
      events.filter((event) => event['event'] === 'run').map((event) => [event['variant'], event['seed']]),
    ).toEqual([
      ['baseline', 2],
      ['mcnn-f', 2],
    ])
    const comparison = contract.comparison.parse(events.at(-1))
    expect(comparison.rows[0]?.cells.map((cell) => cell.accuracy?.n)).toEqual([2, 2])
    expect(comparison.rows[0]?.note).toContain('Seed 2 was added after results had been seen')
    const [grown] = await json(z.array(contract.studySummary), ...of('study', 'list'))
    expect(grown).toMatchObject({
      id: 'grows',
      total: 4,
      plan: { seeds: [1], added: [{ finished: 2, halfWidth: null }] },
    })
  })

  it.each(['Asia/Tokyo', 'America/Los_Angeles'])(
    'shows local times in %s, and the shown date finds the run',
    async (zone) => {
      const before = process.env['TZ']
      process.env['TZ'] = zone
      try {
        const [study] = await json(z.array(contract.studySummary), ...of('study', 'list'))
        if (!study) throw new Error('no study')
        // JSON keeps ISO 8601 with its offset.
        expect(study.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
        // An independent way: the formatter of the runtime.
        const shown = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'short',
        }).format(new Date(study.createdAt))
        expect((await mcnn(...of('study', 'list'))).out).toContain(shown)
        const found = await json(
          z.array(z.object({ studyId: z.string() })),
          ...of('runs', 'list', '--query', `created:"${shown}"`),
        )
        expect(found.map((run) => run.studyId)).toContain(study.id)
      } finally {
        if (before === undefined) delete process.env['TZ']
        else process.env['TZ'] = before
      }
    },
  )

  it('adds the runs of a loop over seeds to one study', async () => {
    const train = (...args: string[]): ReturnType<typeof mcnn> =>
      mcnn(...of('train', '--arch', 'resnet-8', '--name', 'exp', ...args))
    for (const seed of ['1', '2', '3'])
      expect((await train(...small, '--epochs', '1', '--seed', seed, '--json')).code).toBe(0)
    const exp = async () =>
      (await json(z.array(contract.studySummary), ...of('study', 'list'))).filter((study) => study.name === 'exp')
    const [study, ...others] = await exp()
    expect(others).toEqual([])
    expect(study).toMatchObject({
      id: 'exp',
      total: 3,
      counts: { done: 3 },
      plan: {
        seeds: [1],
        added: [
          { finished: 1, cells: [{ seeds: [2] }] },
          { finished: 2, cells: [{ seeds: [3] }] },
        ],
      },
    })
    // Settings without a flag are the study's; a new variant joins its plan.
    expect((await train('--variant', 'mcnn-f', '--seed', '2')).err).toContain('Added the run to the study exp.')
    const comparison = await json(contract.comparison, ...of('compare', 'exp'))
    expect(comparison.rows.map((row) => row.cells.map((cell) => [cell.variant, cell.accuracy?.n]))).toEqual([
      [
        ['baseline', 3],
        ['mcnn-f', 1],
      ],
    ])
    const before = await exp()
    expect(before).toMatchObject([{ plan: { variants: ['baseline', 'mcnn-f'] } }])
    // An existing seed, and settings that differ from the study's, change nothing.
    expect(await train('--seed', '3')).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /--seed: The study exp has seed 3 of ResNet-8, Baseline already, in the run exp-\S+, which is done\. Give another --seed/i,
      ),
    })
    expect(await train('--seed', '4', '--epochs', '2')).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/--epochs: The runs of the study exp have epochs 1, not 2\. .*another --name/),
    })
    expect(await train('--seed', '4', '--batch', '25')).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/--batch: The runs of the study exp have batchSize 50, not 25\./),
    })
    expect(await exp()).toEqual(before)
  })

  it('holds training examples out and chooses the best epoch on them', async () => {
    const { code, out, err } = await mcnn(
      ...of(
        'train',
        '--arch',
        'resnet-8',
        ...small,
        '--validation',
        '50',
        '--epochs',
        '3',
        '--milestones',
        'none',
        '--name',
        'Split',
        '--json',
      ),
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const events = lines(out)
    const epochs = events.filter((line) => line['event'] === 'epoch').map((line) => contract.epochMetrics.parse(line))
    const best = epochs.reduce((a, b) => ((b.validationAccuracy ?? NaN) > (a.validationAccuracy ?? NaN) ? b : a))
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      bestPickedOn: 'validation',
      bestEpoch: best.epoch,
      bestTestAccuracy: best.testAccuracy,
      bestValidationAccuracy: best.validationAccuracy,
    })
    const run = z.string().parse(events[0]?.['id'])
    const detail = await json(contract.runDetail, ...of('runs', 'show', run))
    expect(detail.config.validationExamples).toBe(50)
    expect((await mcnn(...of('runs', 'show', run))).out).toContain('chosen on validation')
    const compared = await json(contract.comparison, ...of('compare', 'Split'))
    expect(compared.rows).toMatchObject([{ trainExamples: 150, testExamples: 100, validationExamples: 50 }])
    expect((await mcnn(...of('compare', 'Split', '--format', 'csv'))).out).toContain(',validation,')
    expect((await mcnn(...of('runs', 'show', id))).out).toContain('chosen on the test set')
    expect(await json(runManifest, ...of('runs', 'manifest', run))).toMatchObject({
      results: { best: { epoch: best.epoch, validationAccuracy: best.validationAccuracy, pickedOn: 'validation set' } },
    })
    expect(
      await json(
        z.array(z.object({ id: z.string(), bestPickedOn: z.string().nullable() })),
        ...of('runs', 'list', '--query', 'picked:validation'),
      ),
    ).toEqual([{ id: run, bestPickedOn: 'validation' }])
    const report = dir('split-report')
    expect((await mcnn(...of('report', 'Split', '--out', report))).code).toBe(0)
    const text = await readFile(path.join(report, 'report.md'), 'utf8')
    expect(text).toContain('chosen on validation')
    expect(text).not.toContain('chosen on the test set')
    const wrong = await mcnn(...of('train', '--arch', 'resnet-8', ...small, '--validation', '195'))
    expect(wrong).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('--validation: leaves too few of the training examples to train on.') as string,
    })
  })

  it('trains with --precision auto in the precision that the device supports, and prints it', async () => {
    const { code, out, err } = await mcnn(
      ...of('train', '--arch', 'resnet-8', ...small, '--epochs', '1', '--precision', 'auto', '--json'),
    )
    expect(code).toBe(0)
    const doctor = await json(contract.doctor, ...of('doctor'))
    const precision = doctor.tensorflow?.bfloat16 === null ? 'float32' : 'bfloat16'
    expect(err).toMatch(new RegExp(`^Precision: ${precision}; bfloat16 here: [^\\n]+\\n$`))
    const run = z.string().parse(lines(out)[0]?.['id'])
    expect((await json(contract.runDetail, ...of('runs', 'show', run))).config.precision).toBe(precision)
  })

  it('prints the trained filter bank, whose bands are the first one shifted by π', async () => {
    const bank = await json(contract.filterBank, ...of('filters', id, '--size', '16', '--filter', '2'))
    expect(bank).toMatchObject({ layer: 'stem', filter: 2, epoch: 2, multiband: true, baseFilters: 4 })
    expect(bank.banks.map((b) => b.band)).toEqual([1, 2, 3, 4])
    const at = (band: number, v: number, u: number): number => bank.banks[band]?.response[v]?.[u]?.[0] ?? NaN
    for (let v = 0; v < 16; v++)
      for (let u = 0; u < 16; u++) {
        expect(at(1, v, u)).toBeCloseTo(at(0, v, (u + 8) % 16), 6)
        expect(at(2, v, u)).toBeCloseTo(at(0, (v + 8) % 16, u), 6)
        expect(at(3, v, u)).toBeCloseTo(at(0, (v + 8) % 16, (u + 8) % 16), 6)
      }
    const before = await json(
      contract.filterBank,
      ...of('filters', id, '--size', '16', '--filter', '2', '--epoch', '0'),
    )
    expect(before.banks[0]?.kernel).not.toEqual(bank.banks[0]?.kernel)
    const text = await mcnn(...of('filters', id))
    expect(text.out).toMatch(/^stem, base filter 0 of 4, epoch 2\n/)
    for (const [flag, value, message] of [
      ['--filter', '4', /no filter 4/],
      ['--epoch', '9', /epoch/],
      ['--layer', 'stem2', /stem2/],
      ['--channel', '3', /--channel/],
    ] as const) {
      const wrong = await mcnn(...of('filters', id, flag, value))
      expect(wrong).toEqual({ code: 2, out: '', err: expect.stringMatching(message) })
    }
  })

  it('draws the filter bank', async () => {
    const file = dir('bank.svg')
    const { code, out, err } = await mcnn(...of('filters', id, '--size', '16', '--out', file))
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: `Wrote the drawing to ${file}.\n` })
    expect(await readFile(file, 'utf8')).toMatch(/^<svg xmlns[^]*stem · base filter 0 · epoch 2[^]*<\/svg>\n$/)
    expect((await mcnn(...of('filters', id, '--out', dir('no/folder.svg')))).code).toBe(2)
  })

  it('exports its network, and replaces a file only with --force', async () => {
    const file = dir('model.onnx')
    const printed = await mcnn(...of('export', id, '--format', 'onnx', '--out', file))
    expect(printed).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/as ONNX: .*model\.onnx, \d\.\d MB, SHA-256 [0-9a-f]{64}\.\n$/),
    })
    const session = await InferenceSession.create(file)
    expect([session.inputNames, session.outputNames]).toEqual([['pictures'], ['logits']])
    await session.release()
    const before = await readFile(file)
    expect(await mcnn(...of('export', id, '--format', 'safetensors', '--out', file))).toEqual({
      code: 2,
      out: '',
      err: `mcnn: ${file} exists already. Choose another name, or add --force to replace it.\n`,
    })
    expect((await readFile(file)).equals(before)).toBe(true)
    const made = await json(
      contract.exportedModel.extend({ run: contract.runId }),
      ...of('export', id.slice(0, -1), '--format', 'safetensors', '--out', file, '--force'),
    )
    expect(made).toMatchObject({ run: id, format: 'safetensors', path: file, bytes: (await readFile(file)).length })
    const folder = dir('model')
    expect(
      await json(contract.exportedModel, ...of('export', id, '--format', 'savedmodel', '--out', folder)),
    ).toMatchObject({ format: 'savedmodel', path: folder, sha256: null })
    const about = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(path.join(folder, 'assets.extra/model.json'), 'utf8')))
    expect(about).toMatchObject({
      run: id,
      variant: 'mcnn-f',
      architecture: 'resnet-8',
      weights_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await mcnn(...of('export', id, '--format', 'onnx', '--out', dir('no/such/model.onnx')))).toMatchObject({
      code: 2,
      err: expect.stringContaining(`There is no folder ${dir('no/such')}.`) as string,
    })
  })

  it('stops at Ctrl-C and keeps the metrics, while other commands read', async () => {
    const child = start(of('train', '--arch', 'resnet-8', ...small, '--epochs', '5000', '--json'))
    const out = collect(child.stdout)
    const err = collect(child.stderr)
    const end = ended(child)
    await lineWith(child, '"event":"epoch"')
    const [running] = await json(z.array(contract.runSummary), ...of('runs', 'list'))
    expect(running?.state).toBe('running')
    child.kill('SIGINT')
    expect(await end).toBe(130)
    const last = lines(out()).at(-1)
    expect(last).toMatchObject({ event: 'stopped', id: running?.id })
    expect(err()).toMatch(/^Stopping/)
    const { run, epochs } = await json(contract.runDetail, ...of('runs', 'show', z.string().parse(last?.['id'])))
    expect(run.state).toBe('stopped')
    expect(epochs.length).toBeGreaterThan(0)
  })

  it('resumes a stopped run, and extends a finished one', async () => {
    const flags = ['--arch', 'resnet-8', '--seed', '11', '--milestones', '2', ...small]
    const whole = lines((await mcnn(...of('train', ...flags, '--epochs', '6', '--json'))).out).at(-1)
    const child = start(of('train', ...flags, '--epochs', '4', '--json'))
    const out = collect(child.stdout)
    const end = ended(child)
    await lineWith(child, '"event":"epoch"')
    child.kill('SIGINT')
    expect(await end).toBe(130)
    const id = z.string().parse(lines(out()).at(-1)?.['id'])
    const resumed = await mcnn(...of('runs', 'resume', id, '--json'))
    expect(resumed).toMatchObject({ code: 0, err: '' })
    expect(lines(resumed.out).at(-1)).toMatchObject({ event: 'done', id })
    expect((await mcnn(...of('runs', 'resume', id))).code).toBe(1)
    const extended = lines((await mcnn(...of('runs', 'extend', id, '--epochs', '6', '--json'))).out).at(-1)
    expect(extended).toMatchObject({ event: 'done', weightsSha256: whole?.['weightsSha256'] })
    const { epochs, events } = await json(contract.runDetail, ...of('runs', 'show', z.string().parse(extended?.['id'])))
    expect(epochs.map((e) => e.epoch)).toEqual([1, 2, 3, 4, 5, 6])
    expect(events[0]?.message).toContain(id)
  })

  it('runs a study to its comparison', async () => {
    const { code, out, err } = await mcnn(
      ...of(
        'study',
        'run',
        '--name',
        'Two',
        '--archs',
        'resnet-8',
        '--variants',
        'baseline,mcnn-l',
        '--seed-list',
        '7',
        ...small,
        '--epochs',
        '1',
        '--json',
      ),
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const events = lines(out)
    expect(events.map((line) => line['event'])).toEqual([
      'study',
      'run',
      'epoch',
      'done',
      'run',
      'epoch',
      'done',
      'comparison',
    ])
    expect(events.filter((line) => line['event'] === 'run')).toMatchObject([
      { variant: 'baseline', seed: 7 },
      { variant: 'mcnn-l', seed: 7 },
    ])
    const comparison = contract.comparison.parse(events.at(-1))
    expect(comparison).toMatchObject({ studyId: events[0]?.['id'], studyName: 'Two' })
    expect(comparison.rows[0]?.cells.map((cell) => [cell.variant, cell.accuracy?.n])).toEqual([
      ['baseline', 1],
      ['mcnn-l', 1],
    ])
  })

  it('reports a diverged run, and fails', async () => {
    const { code, out } = await mcnn(
      ...of(
        'train',
        '--arch',
        'resnet-8',
        ...small,
        '--epochs',
        '3',
        '--learning-rate',
        '100',
        '--momentum',
        '0.99',
        '--weight-decay',
        '1',
        '--json',
      ),
    )
    expect(lines(out).at(-1)).toMatchObject({ event: 'diverged', reason: expect.stringMatching(/./) })
    expect(code).toBe(1)
  })
})

describe('mcnn study create', () => {
  const plan = {
    ...quickStart,
    name: 'From a file',
    variants: ['baseline', 'mcnn-f'],
    seeds: [1],
    training: { ...quickStart.training, trainExamples: 100, testExamples: 50, epochs: 1, milestones: [] },
  }

  it('creates a study without training it, and `study resume` trains it', async () => {
    const file = dir('plan.json')
    await writeFile(file, JSON.stringify(plan))
    const flags = ['--data-dir', dir('created')]
    const created = await json(contract.serviceCalls['studies.create'].result, 'study', 'create', file, ...flags)
    expect(created).toMatchObject({ id: 'from-a-file', runIds: [expect.any(String), expect.any(String)] })
    const listed = () => json(z.array(contract.runSummary), 'runs', 'list', ...flags)
    expect((await listed()).map(({ state }) => state)).toEqual(['queued', 'queued'])
    expect(await mcnn('study', 'resume', 'from-a-file', ...flags)).toMatchObject({ code: 0 })
    expect((await listed()).map(({ state }) => state)).toEqual(['done', 'done'])
  })

  it.each([
    ['{ "name": "x", ', /bad\.json: line 1, column \d+: Unexpected end of text/],
    [JSON.stringify({ ...plan, archs: ['resnet-21'] }), /bad\.json: archs\.0: .*resnet-20/],
    [JSON.stringify({ ...plan, training: { ...plan.training, epochs: 0 } }), /bad\.json: training\.epochs: /],
  ])('rejects %s with the place and the reason, and creates nothing', async (text, reason) => {
    const file = dir('bad.json')
    await writeFile(file, text)
    const dataDir = dir('not-created')
    const { code, err } = await mcnn('study', 'create', file, '--data-dir', dataDir)
    expect(code).toBe(2)
    expect(err).toMatch(reason)
    expect(existsSync(dataDir)).toBe(false)
  })
})

describe('while another command trains', () => {
  it('reading works, writing is rejected, and a backup is complete', async () => {
    const flags = ['--data-dir', dir('shared')]
    const training = start([
      'train',
      '--arch',
      'resnet-8',
      '--dataset',
      'synthetic',
      '--epochs',
      '500',
      '--milestones',
      'none',
      '--json',
      ...flags,
    ])
    const over = ended(training)
    try {
      await lineWith(training, '"epoch"')
      const [run] = await json(z.array(contract.runSummary), 'runs', 'list', ...flags)
      expect(run).toMatchObject({ state: 'running' })
      const refused = `mcnn: The data directory ${dir('shared')} is in use by mcnn train (process ${training.pid ?? 0}): this program can only read it.`
      for (const args of [
        ['train', '--arch', 'resnet-8', '--dataset', 'synthetic', '--epochs', '1'],
        ['runs', 'delete', run?.id ?? ''],
        ['doctor', '--repair'],
      ]) {
        const { code, out, err } = await mcnn(...args, ...flags)
        expect({ code, out }).toEqual({ code: 1, out: '' })
        expect(err).toContain(refused)
      }
      const made = await json(z.object({ file: z.string(), bytes: z.number() }), 'backup', ...flags)
      const copy = new History(made.file)
      expect(copy.runs.list().map((one) => one.id)).toEqual([run?.id])
      expect(copy.check()).toBe('ok')
      copy.close()
      const out = path.join(scratch, 'copy.sqlite')
      expect(await mcnn('backup', '--out', out, ...flags)).toMatchObject({
        code: 0,
        out: expect.stringContaining(`${out}: `),
      })
      expect(await mcnn('backup', '--out', out, ...flags)).toMatchObject({
        code: 2,
        err: expect.stringContaining('exists already'),
      })
    } finally {
      training.kill('SIGKILL')
      await over
    }
    // It released the data directory, however it ended.
    const [run] = await json(z.array(contract.runSummary), 'runs', 'list', ...flags)
    // Its trainer is alive, and a read-only command does not end it.
    expect(run).toMatchObject({ state: 'running' })
    expect(await mcnn('runs', 'stop', run?.id ?? '', ...flags)).toMatchObject({ code: 0 })
    expect(await mcnn('doctor', '--repair', ...flags)).toEqual({
      code: 0,
      out: 'The database is intact: nothing to repair.\n',
      err: '',
    })
    expect(await mcnn('runs', 'delete', run?.id ?? '', ...flags)).toMatchObject({ code: 0 })
  })

  it('reports a corrupt history, and replaces it if there is nothing to rebuild it from', async () => {
    const flags = ['--data-dir', dir('damaged')]
    const file = prepareDataDir(dir('damaged')).database
    new History(file).close()
    const bytes = await readFile(file)
    await writeFile(file, Buffer.concat([Buffer.alloc(40), bytes.subarray(40)]))
    const doctor = await mcnn('doctor', ...flags)
    expect(doctor).toMatchObject({
      code: 1,
      out: expect.stringMatching(/✗ SQLite: The history .* is corrupt[^]*mcnn doctor --repair/),
    })
    expect(await mcnn('runs', 'list', ...flags)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^mcnn: The history .* is corrupt: [^\n]+ It was not changed\. `mcnn doctor --repair`[^\n]+\n$/,
      ),
    })
    const repaired = await json(contract.repair, 'doctor', '--repair', ...flags)
    expect(repaired.from).toBe('nothing')
    expect((await readFile(repaired.kept ?? '')).subarray(40).equals(bytes.subarray(40))).toBe(true)
    expect(await json(z.array(contract.runSummary), 'runs', 'list', ...flags)).toEqual([])
  })
})
