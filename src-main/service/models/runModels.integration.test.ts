/** Compares exports with what was trained: networks of real runs in other runtimes. */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quickStart, type Variant } from '../../contract/experiment'
import { serviceCalls } from '../../contract/calls'
import type { ModelFormat } from '../../contract/models/modelFormats'
import type { RunSummary } from '../../contract/runs/runs'
import { loadDataset, type LoadedDataset } from '../../datasets'
import { channelsFirstBatch, logitsOf } from '../../exports/testSupport'
import { operations } from '../../graph/operations'
import { loadTensorFlow, type TensorFlow } from '../../graph/tensorflow'
import { network, type NetworkSpec } from '../../nn/architecture'
import { Network, parameters } from '../../nn/network'
import { decodeSafetensors, encodeSafetensors } from '../../nn/safetensors'
import { Bench, planOf } from '../fixtures/bench'
import type { Service } from '../app/service'

const variants = ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-a'] as const
const training = { ...quickStart.training, trainExamples: 600, testExamples: 200, epochs: 2, milestones: [] }
const bench = new Bench()
let service: Service
let data: LoadedDataset
let tensorflow: TensorFlow
const runs = new Map<Variant, RunSummary>()

beforeAll(async () => {
  service = await bench.open({}, { trainerEntry: path.resolve('out/main/trainer.js') })
  const { runIds } = await service.call('studies.create', {
    plan: { ...quickStart, name: 'Exported', variants: [...variants], seeds: [1], training },
  })
  for (const id of runIds) {
    const run = await bench.reached(id, 'done', 'failed')
    expect(run).toMatchObject({ state: 'done', epochsDone: 2 })
    runs.set(run.variant, run)
  }
  data = await loadDataset({
    datasetsDir: 'nowhere',
    dataset: 'synthetic',
    trainExamples: 600,
    testExamples: 200,
    seed: 1,
  })
  tensorflow = await loadTensorFlow()
})
afterAll(() => bench.end())

const runOf = (variant: Variant): RunSummary => runs.get(variant) ?? expect.fail(`no run of ${variant}`)
const weightsFile = (run: RunSummary): string => path.join(bench.dataDir, 'runs', run.id, 'weights.safetensors')
const at = (name: string): string => path.join(bench.dataDir, name)
const picture = (n: number): Uint8Array => data.test.images.subarray(n * 3072, (n + 1) * 3072)
const raw = (count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => picture(n))

async function exportOf(variant: Variant, format: ModelFormat, name: string): Promise<string> {
  const made = serviceCalls['runs.export'].result.parse(
    await service.call('runs.export', { id: runOf(variant).id, format, path: at(name) }),
  )
  expect(made).toMatchObject({ format, path: at(name) })
  return made.path
}

/** Logits [count, classes] of the trainer's own network in TensorFlow. */
function trainersLogits(variant: Variant, count: number): { spec: NetworkSpec; logits: Float32Array } {
  const { tf } = tensorflow
  const spec = network('resnet-8', variant, 10)
  const { tensors } = decodeSafetensors(readFileSync(weightsFile(runOf(variant))))
  const eager = new Network(operations(tensorflow, { recorder: () => null, fused: false }), spec)
  eager.assign(new Map(parameters(spec).map(({ name }) => [name, tensors.get(name)?.values ?? expect.fail(name)])))
  const images = Float32Array.from(
    { length: count * 3072 },
    (_, i) => ((data.test.images[i] ?? NaN) / 255 - (data.mean[i % 3] ?? NaN)) / (data.std[i % 3] ?? NaN),
  )
  const logits = tf.tidy(() => eager.forward(tf.tensor4d(images, [count, 32, 32, 3]), false).dataSync()) as Float32Array
  eager.dispose()
  return { spec, logits }
}

/** Returns the greatest difference, and the greatest value as its scale. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): { most: number; scale: number } {
  expect(a.length).toBe(b.length)
  let [most, scale] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN))
    if (!(difference <= most)) most = difference
    scale = Math.max(scale, Math.abs(b[i] ?? NaN))
  }
  return { most, scale }
}

const accuracyOf = (logits: Float32Array): number => {
  let right = 0
  for (let n = 0; n < logits.length / 10; n++) {
    const of = [...logits.subarray(10 * n, 10 * n + 10)]
    if (of.indexOf(Math.max(...of)) === data.test.labels[n]) right++
  }
  return right / (logits.length / 10)
}

describe.each(variants)('the network of a trained %s', (variant) => {
  it('exports ONNX with the logits of the trainer’s network in ONNX Runtime, and the reported test accuracy', async () => {
    const session = await InferenceSession.create(await exportOf(variant, 'onnx', `${variant}.onnx`))
    const { logits } = await session.run({
      pictures: new Tensor('float32', channelsFirstBatch(raw(200)), [200, 3, 32, 32]),
    })
    const theirs = logits?.data as Float32Array
    const ours = trainersLogits(variant, 200)
    const { most, scale } = apart(theirs, ours.logits)
    // The network has learned: the numbers differ.
    expect(scale).toBeGreaterThan(0.5)
    expect(most).toBeLessThan(1e-4)
    // float32 in another order may change one close prediction of 200.
    expect(Math.abs(accuracyOf(theirs) - (runOf(variant).testAccuracy ?? NaN))).toBeLessThan(0.006)
    const { tensors } = decodeSafetensors(readFileSync(weightsFile(runOf(variant))))
    expect(apart(logitsOf(ours.spec, tensors, data, picture(3)), theirs.subarray(30, 40)).most).toBeLessThan(1e-4)
    await session.release()
  })

  it('exports a SavedModel with the same logits in tfjs-node', async () => {
    const { tf } = tensorflow
    const model = await tf.node.loadSavedModel(await exportOf(variant, 'savedmodel', `${variant}-tf`))
    expect(model.inputs).toMatchObject([{ name: 'pictures', dtype: 'float32' }])
    const given = tf.tensor4d(Float32Array.from(data.test.images.subarray(0, 50 * 3072)), [50, 32, 32, 3])
    const { logits } = model.predict({ pictures: given }) as unknown as Record<
      string,
      { dataSync(): Float32Array; shape: number[] }
    >
    expect(logits?.shape).toEqual([50, 10])
    expect(apart(logits?.dataSync() ?? [], trainersLogits(variant, 50).logits).most).toBeLessThan(1e-4)
    given.dispose()
    model.dispose()
  })
})

describe('safetensors file', () => {
  it('contains every bank expanded, with PyTorch’s names and shapes, and describes itself', async () => {
    const file = await exportOf('mcnn-a', 'safetensors', 'a.safetensors')
    // Read according to the description of the format alone.
    const bytes = readFileSync(file)
    const length = Number(bytes.readBigUInt64LE(0))
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    > & { __metadata__: Record<string, string> }
    const floats = (name: string): Float32Array => {
      const {
        data_offsets: [from, to],
      } = header[name] ?? expect.fail(name)
      return Float32Array.from({ length: (to - from) / 4 }, (_, i) => bytes.readFloatLE(8 + length + from + 4 * i))
    }
    expect(Object.keys(header)).toHaveLength(1 + 2 + 5 * 7 + 2)
    expect(header['stage3.block1.conv1.weight']).toMatchObject({ dtype: 'F32', shape: [64, 32, 3, 3] })
    expect(header['dense.weight']).toMatchObject({ shape: [10, 64] })
    // Channel o of 4b outputs: band ⌊o / b⌋ of base filter o mod b; column r and row s decide its sign.
    const { tensors } = decodeSafetensors(readFileSync(weightsFile(runOf('mcnn-a'))))
    const base = tensors.get('stem.kernel') ?? expect.fail()
    const sign = [
      () => 1,
      (r: number) => (-1) ** r,
      (_: number, s: number) => (-1) ** s,
      (r: number, s: number) => (-1) ** (r + s),
    ]
    const expanded = floats('stem.weight')
    for (let o = 0; o < 16; o++)
      for (let c = 0; c < 3; c++)
        for (let s = 0; s < 3; s++)
          for (let r = 0; r < 3; r++)
            expect(expanded[((o * 3 + c) * 3 + s) * 3 + r]).toBe(
              (sign[Math.floor(o / 4)]?.(r, s) ?? NaN) * (base.values[((s * 3 + r) * 3 + c) * 4 + (o % 4)] ?? NaN),
            )
    expect([...floats('stem.norm.running_mean')]).toEqual([...(tensors.get('stem.norm.mean')?.values ?? [])])
    const run = runOf('mcnn-a')
    expect(header.__metadata__).toMatchObject({
      format: 'pt',
      run: run.id,
      variant: 'mcnn-a',
      weights_sha256: run.weightsSha256 ?? '',
      classes: JSON.stringify(data.classes),
      normalisation_mean: JSON.stringify(data.mean),
      normalisation_std: JSON.stringify(data.std),
    })
    expect(JSON.parse(header.__metadata__['config'] ?? '')).toMatchObject({
      arch: 'resnet-8',
      variant: 'mcnn-a',
      seed: 1,
      epochs: 2,
    })
    expect(header.__metadata__['examples_sha256']).toBe(data.fingerprint)
  })
})

describe('export is rejected', () => {
  it('if the target exists, unless it may be replaced', async () => {
    const { id } = runOf('baseline')
    writeFileSync(at('there.onnx'), 'dear')
    const wanted = { id, format: 'onnx' as const, path: at('there.onnx') }
    await expect(service.call('runs.export', wanted)).rejects.toMatchObject({
      code: 'exists',
      message: expect.stringContaining('exists already'),
    })
    expect(readFileSync(at('there.onnx'), 'utf8')).toBe('dear')
    const made = await service.call('runs.export', { ...wanted, force: true })
    expect(
      createHash('sha256')
        .update(readFileSync(at('there.onnx')))
        .digest('hex'),
    ).toBe(made.sha256)
    // The same run gives the same bytes.
    expect((await service.call('runs.export', { ...wanted, path: at('again.onnx') })).sha256).toBe(made.sha256)
    mkdirSync(at('mine'))
    writeFileSync(at('mine/letter'), 'dear')
    await expect(
      service.call('runs.export', { id, format: 'savedmodel', path: at('mine'), force: true }),
    ).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('other files') })
    expect(readdirSync(at('mine'))).toEqual(['letter'])
    expect(readdirSync(bench.dataDir).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('for corrupt, missing or non-finite weights', async () => {
    const { id } = runOf('mcnn-l')
    const file = weightsFile(runOf('mcnn-l'))
    const whole = readFileSync(file)
    try {
      appendFileSync(file, 'x')
      await expect(service.call('runs.export', { id, format: 'onnx', path: at('no.onnx') })).rejects.toMatchObject({
        code: 'bad-data',
        message: expect.stringContaining('corrupt'),
      })
      await expect(
        service.call('runs.classify', { id, picture: Buffer.from(picture(0)).toString('base64') }),
      ).rejects.toMatchObject({ code: 'bad-data' })
      rmSync(file)
      await expect(service.call('runs.export', { id, format: 'onnx', path: at('no.onnx') })).rejects.toMatchObject({
        code: 'not-found',
      })
      const { tensors, metadata } = decodeSafetensors(whole)
      tensors.get('dense.bias')?.values.fill(NaN)
      const broken = encodeSafetensors(
        [...tensors].map(([name, tensor]) => ({ name, ...tensor })),
        metadata,
      )
      writeFileSync(file, broken)
      noteHash(id, broken)
      for (const format of ['onnx', 'safetensors', 'savedmodel'] as const)
        await expect(service.call('runs.export', { id, format, path: at('no.onnx') })).rejects.toMatchObject({
          code: 'bad-data',
          message: expect.stringContaining('not finite'),
        })
      await expect(
        service.call('runs.classify', { id, picture: Buffer.from(picture(0)).toString('base64') }),
      ).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining('not finite') })
      expect(existsSync(at('no.onnx'))).toBe(false)
    } finally {
      writeFileSync(file, whole)
      noteHash(id, whole)
    }
  })

  it('for an unfinished run, and for an invalid target', async () => {
    const other = new Bench()
    try {
      const fake = await other.open()
      const { runIds } = await fake.call('studies.create', { plan: planOf({ 1: 'fails' }) })
      const run = await other.reached(runIds[0] ?? '', 'failed', 'done')
      expect(run.state).toBe('failed')
      await expect(fake.call('runs.export', { id: run.id, format: 'onnx', path: at('no.onnx') })).rejects.toMatchObject(
        { code: 'conflict', message: expect.stringContaining('has no weights') },
      )
      await expect(
        fake.call('runs.classify', { id: run.id, picture: Buffer.from(picture(0)).toString('base64') }),
      ).rejects.toMatchObject({ code: 'conflict' })
    } finally {
      await other.end()
    }
    const { id } = runOf('baseline')
    await expect(service.call('runs.export', { id, format: 'onnx', path: 'here.onnx' })).rejects.toMatchObject({
      code: 'bad-input',
      field: 'path',
    })
    await expect(service.call('runs.export', { id, format: 'onnx', path: at('no/such/m.onnx') })).rejects.toMatchObject(
      { code: 'bad-input', message: expect.stringContaining('There is no folder') },
    )
    await expect(
      service.call('runs.export', { id: 'nobody', format: 'onnx', path: at('no.onnx') }),
    ).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('image', () => {
  const asked = (variant: Variant, n: number, top?: number) =>
    service.call('runs.classify', {
      id: runOf(variant).id,
      picture: Buffer.from(picture(n)).toString('base64'),
      ...(top === undefined ? {} : { top }),
    })

  it('is classified like in the trainer’s network', async () => {
    const { logits } = trainersLogits('mcnn-f', 20)
    for (let n = 0; n < 20; n++) {
      const { top, classes } = serviceCalls['runs.classify'].result.parse(await asked('mcnn-f', n, 10))
      const of = [...logits.subarray(10 * n, 10 * n + 10)]
      const powers = of.map((logit) => Math.exp(logit))
      const sum = powers.reduce((a, b) => a + b, 0)
      expect(classes).toBe(10)
      expect(top.map(({ label }) => label)).toEqual([...of.keys()].sort((a, b) => (of[b] ?? 0) - (of[a] ?? 0)))
      for (const { label, name, probability } of top) {
        expect(name).toBe(data.classes[label])
        expect(probability).toBeCloseTo((powers[label] ?? NaN) / sum, 4)
      }
      expect(top.reduce((total, { probability }) => total + probability, 0)).toBeCloseTo(1, 9)
    }
    expect((await asked('mcnn-f', 0)).top).toHaveLength(5)
  })

  it('is classified on another thread, while the service stays responsive', async () => {
    const before = performance.eventLoopUtilization()
    await Promise.all(Array.from({ length: 40 }, (_, n) => asked('baseline', n)))
    // On the service's own thread it would be busy all the time. A share, because a loaded machine slows everything
    // down.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5)
  })

  it('needs no data set if the trainer stored the normalisation, which is otherwise computed', async () => {
    const run = runOf('baseline')
    const file = weightsFile(run)
    const whole = readFileSync(file)
    const noted = await asked('baseline', 2)
    try {
      const { tensors } = decodeSafetensors(whole)
      const older = encodeSafetensors(
        [...tensors].map(([name, tensor]) => ({ name, ...tensor })),
        {},
      )
      writeFileSync(file, older)
      noteHash(run.id, older)
      expect(await asked('baseline', 2)).toEqual(noted)
      const lying = encodeSafetensors(
        [...tensors].map(([name, tensor]) => ({ name, ...tensor })),
        { mean: '[1,2]', std: '[1,1,1]' },
      )
      writeFileSync(file, lying)
      noteHash(run.id, lying)
      await expect(asked('baseline', 2)).rejects.toMatchObject({ code: 'bad-data' })
    } finally {
      writeFileSync(file, whole)
      noteHash(run.id, whole)
    }
  })
})

function noteHash(id: string, bytes: Uint8Array): void {
  const db = new Sqlite(path.join(bench.dataDir, 'history.sqlite'))
  db.prepare('UPDATE runs SET weights_sha256 = ? WHERE id = ?').run(
    createHash('sha256').update(bytes).digest('hex'),
    id,
  )
  db.close()
}
