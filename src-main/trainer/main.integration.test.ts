import { execFileSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signBank } from '../analysis/filters/banks'
import { layerFigures } from '../analysis/filters/complementarity'
import { variants, type ExperimentConfig } from '../contract/experiment'
import { loadDataset, type Split } from '../datasets'
import { network } from '../nn/architecture'
import { forward } from '../nn/forward'
import { readProgress, writeControl } from '../journal/liveFiles'
import { JournalWriter } from '../journal/writer'
import { decodeSafetensors } from '../nn/safetensors'
import { ForeignTrainer } from '../system/testSupport'
import { config, startTrainer, type Interruption, type Trainer } from './testSupport'

let dir: string
let children: ChildProcess[]
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'mcnn-trainer-'))
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

function start(
  change: Partial<ExperimentConfig> = {},
  env: NodeJS.ProcessEnv = {},
  interruption: Interruption | null = null,
): Trainer {
  const trainer = startTrainer(dir, change, { runDir: path.join(dir, `run${children.length}`) }, env, interruption)
  children.push(trainer.child)
  return trainer
}

/** Starts a trainer that may outlive its service. */
function startSurvivor(runDir: string, change: Partial<ExperimentConfig>): Trainer {
  const trainer = startTrainer(dir, change, { runDir, outlivesService: true })
  children.push(trainer.child)
  return trainer
}

describe('the trainer', () => {
  it('trains, reports each epoch and leaves weights with the recorded checksum', async () => {
    const trainer = start()
    const done = await trainer.message('done')
    expect(await trainer.exit).toBe(0)
    const started = await trainer.message('started')
    expect(started).toMatchObject({ trainExamples: 200, testExamples: 100, environment: { node: process.version } })

    const epochs = trainer.messages.flatMap((m) => (m.type === 'epoch' ? [m.metrics] : []))
    expect(epochs.map((e) => e.epoch)).toEqual([1, 2])
    expect(epochs.map((e) => e.learningRate)).toEqual([0.1, 0.01])
    for (const { trainAccuracy, testAccuracy } of epochs) {
      // 200 and 100 examples: accuracies are multiples of 1/200 and 1/100, also with a short last batch and a padded
      // evaluation.
      expect((trainAccuracy * 200) % 1).toBeCloseTo(0, 6)
      expect((testAccuracy * 100) % 1).toBeCloseTo(0, 6)
    }
    for (const { seconds, waitSeconds, cpuSeconds, memoryBytes } of epochs) {
      expect(waitSeconds).toBeGreaterThanOrEqual(0)
      expect(waitSeconds).toBeLessThan(seconds)
      expect(cpuSeconds).toBeGreaterThan(0)
      expect(memoryBytes).toBeGreaterThan(1e8)
    }
    // The matrix holds every test example and agrees with the metrics.
    for (const { epoch, classes, confusion, mistakes } of trainer.messages.flatMap((m) =>
      m.type === 'evaluation' ? [m.evaluation] : [],
    )) {
      const right = confusion.filter((_, i) => i % (classes + 1) === 0).reduce((a, b) => a + b)
      expect(confusion.reduce((a, b) => a + b)).toBe(100)
      expect(right / 100).toBeCloseTo(epochs[epoch - 1]?.testAccuracy ?? NaN, 6)
      expect(mistakes).toHaveLength(Math.min(48, 100 - right))
      expect(mistakes.every((m) => m.confidence >= 1 / classes)).toBe(true)
    }
    // 200 examples in batches of 64 are 4 steps; the last one has fewer examples.
    expect(trainer.messages.flatMap((m) => (m.type === 'steps' ? m.steps.map((s) => s.step) : []))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ])
    const filters = trainer.messages.flatMap((m) => (m.type === 'filters' ? [m] : []))
    expect(filters.map((f) => f.epoch)).toEqual([0, 1, 2])
    expect(filters[0]?.layers).toMatchObject([{ layer: 'stem', shape: [3, 3, 3, 4] }])
    // Filters of every convolution; those of the stem equal the filters that were reported separately.
    const figures = trainer.messages.flatMap((m) => (m.type === 'figures' ? [m.figures] : []))
    // An epoch of 200 images is too short for figures, but the last epoch always has them.
    expect(figures.map((f) => f.epoch)).toEqual([0, 2])
    for (const { epoch, layers } of figures) {
      expect(layers.map(({ layer }) => layer)).toHaveLength(7)
      const [stem] = filters.find((f) => f.epoch === epoch)?.layers ?? []
      const values = new Float32Array(Uint8Array.from(stem?.values ?? []).buffer)
      expect(layers[0]).toEqual({
        layer: 'stem',
        figures: layerFigures({ shape: [3, 3, 3, 4], values, bank: signBank }),
      })
    }
    expect(filters[2]?.layers[0]?.values).not.toEqual(filters[0]?.layers[0]?.values)

    const bytes = await readFile(path.join(dir, 'run0', done.weightsFile))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(done.weightsSha256)
    // The checkpoint from which the run can be extended.
    expect((await readdir(path.join(dir, 'run0'))).map((name) => name.replace(/-[0-9a-f]{64}/, ''))).toEqual([
      'checkpoint-0000000008.safetensors',
      'journal',
      'weights.safetensors',
    ])
  })

  it('reports the same validation metrics as the network computes image by image', async () => {
    const validationExamples = 30
    const trainer = start({ validationExamples, epochs: 3, milestones: [] })
    const done = await trainer.message('done')
    const data = await loadDataset({ datasetsDir: 'nowhere', ...config, validationExamples })
    expect(await trainer.message('started')).toMatchObject({
      trainExamples: 170,
      validationExamples: 30,
      testExamples: 100,
      datasetFingerprint: data.fingerprint,
    })
    const epochs = trainer.messages.flatMap((m) => (m.type === 'epoch' ? [m.metrics] : []))
    for (const { trainAccuracy, validationAccuracy } of epochs) {
      expect((trainAccuracy * 170) % 1).toBeCloseTo(0, 6)
      expect(((validationAccuracy ?? NaN) * 30) % 1).toBeCloseTo(0, 6)
    }
    // An independent computation: plain TypeScript with the stored weights instead of TensorFlow's graph.
    const spec = network(config.arch, config.variant, 10)
    const { tensors } = decodeSafetensors(await readFile(path.join(dir, 'run0', done.weightsFile)))
    const ofSplit = ({ images, labels, count }: Split): { loss: number; accuracy: number } => {
      let loss = 0
      let correct = 0
      for (let i = 0; i < count; i++) {
        const values = Float32Array.from(
          images.subarray(i * 3072, (i + 1) * 3072),
          (byte, k) => (byte / 255 - (data.mean[k % 3] ?? 0)) / (data.std[k % 3] ?? 1),
        )
        const way = forward(spec, tensors, { height: 32, width: 32, channels: 3, values })
        let step = way.next()
        while (!step.done) step = way.next()
        const logits = [...step.value]
        const label = labels[i] ?? 0
        loss += Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - (logits[label] ?? NaN)
        if (logits.indexOf(Math.max(...logits)) === label) correct++
      }
      return { loss: loss / count, accuracy: correct / count }
    }
    const expected = ofSplit(data.validation ?? data.test)
    expect(epochs[2]?.validationLoss).toBeCloseTo(expected.loss, 4)
    expect(epochs[2]?.validationAccuracy).toBeCloseTo(expected.accuracy, 6)
    expect(epochs[2]?.validationLoss).not.toBeCloseTo(epochs[2]?.testLoss ?? NaN, 4)
  })

  it.each(variants)(
    'gives bit-identical weights for the same config twice and others for another seed: %s',
    async (variant) => {
      const weights = async (seed: number): Promise<string> =>
        (await start({ variant, seed, epochs: 1, milestones: [] }).message('done')).weightsSha256
      const first = await weights(1)
      expect(await weights(1)).toBe(first)
      expect(await weights(2)).not.toBe(first)
    },
  )

  it.each([
    { arch: 'vgg-16-bn', variant: 'mcnn-l', layers: ['stem', 'stage5.conv3'] },
    { arch: 'wrn-16-4', variant: 'mcnn-f', layers: ['stem'] },
    { arch: 'mobilenet-v2', variant: 'mcnn-fl', layers: ['stem', 'stage7.block1.depthwise'] },
  ] as const)('trains $arch $variant, bit-identical twice', async ({ arch, variant, layers }) => {
    const small = {
      arch,
      variant,
      trainExamples: 40,
      testExamples: 20,
      batchSize: 16,
      learningRate: 0.02,
      epochs: 1,
      milestones: [],
    }
    const trainer = start(small)
    const { weightsSha256 } = await trainer.message('done')
    const [metrics] = trainer.messages.flatMap((m) => (m.type === 'epoch' ? [m.metrics] : []))
    expect(metrics?.trainLoss).toBeGreaterThan(0)
    expect(trainer.messages.flatMap((m) => (m.type === 'filters' ? [m.layers.map((one) => one.layer)] : []))).toEqual([
      layers,
      layers,
    ])
    expect((await start(small).message('done')).weightsSha256).toBe(weightsSha256)
  })

  it.each([
    { variant: 'mcnn-a', precision: 'float32' },
    { variant: 'baseline', precision: 'bfloat16' },
    { variant: 'mcnn-f', validationExamples: 90 },
  ] as const)('gives the very same results with its data kept in the graph: %j', async (change) => {
    const trained = async (MCNN_RESIDENT: string) => {
      const trainer = start(change, { MCNN_RESIDENT })
      const { weightsSha256 } = await trainer.message('done')
      const [reported] = trainer.messages.flatMap((m) => (m.type === 'event' && m.kind === 'data' ? [m.message] : []))
      const measured = trainer.messages.flatMap((m) =>
        m.type === 'epoch'
          ? [
              [
                m.metrics.trainLoss,
                m.metrics.testLoss,
                m.metrics.trainAccuracy,
                m.metrics.testAccuracy,
                m.metrics.validationLoss,
                m.metrics.validationAccuracy,
              ],
            ]
          : [],
      )
      return { weightsSha256, measured, evaluations: trainer.messages.filter((m) => m.type === 'evaluation'), reported }
    }
    // One after the other: the second uses the first one's measurement of algorithms.
    const fed = await trained('0')
    const resident = await trained('1')
    expect({ ...resident, reported: '' }).toEqual({ ...fed, reported: '' })
    expect(fed.reported).toContain('A second thread prepares')
    expect(resident.reported).toMatch(/stay in the graph/)
  })

  it('pauses and resumes between two steps, and the result is that of a run never paused', async () => {
    // The first progress report comes after the first step.
    const trainer = start({}, {}, { at: 'progress', count: 1, act: 'pause' })
    await trainer.message('paused')
    const title = (): string => readFileSync(`/proc/${trainer.child.pid}/cmdline`, 'utf8')
    expect(title()).toMatch(/^mcnn-trainer paused /)
    // Meanwhile another trainer completes a run of its own.
    const whole = await start().message('done')
    expect(trainer.messages.at(-1)?.type).toBe('paused')
    trainer.send({ type: 'resume' })
    await trainer.message('resumed')
    expect(title()).toMatch(/^mcnn-trainer training /)
    expect((await trainer.message('done')).weightsSha256).toBe(whole.weightsSha256)
  })

  it('reports once that another training uses the machine', async () => {
    const other = await ForeignTrainer.start()
    try {
      const trainer = start({ variant: 'mcnn-f' }, { MCNN_OTHER_TRAINERS: '' })
      await trainer.message('done')
      const labels = trainer.messages.flatMap((m) =>
        m.type === 'event' && m.kind === 'shared-machine' ? [m.message] : [],
      )
      expect(labels).toEqual([
        expect.stringMatching(
          /^Another training \(process \d+\) ran on this machine at the same time: the times of this run are longer than those of a run alone\./,
        ),
      ])
    } finally {
      await other.stop()
    }
  })

  it('loses no message if the service reads nothing until after the last step', async () => {
    const trainer = start({ variant: 'mcnn-a', epochs: 12, milestones: [] })
    await trainer.message('started')
    // This thread reads nothing until the weights exist and the trainer uses no more processor time. Twelve epochs of
    // reports exceed the buffer of a channel.
    const untilIdle =
      'until [ -e "$1" ]; do sleep 0.2; done; until now=$(cut -d" " -f14,15 "/proc/$2/stat"); [ "$now" = "$before" ]; do before=$now; sleep 0.5; done'
    execFileSync('sh', [
      '-c',
      untilIdle,
      'sh',
      path.join(dir, 'run0', 'weights.safetensors'),
      String(trainer.child.pid),
    ])
    await trainer.message('done')
    expect(await trainer.exit).toBe(0)
    expect(trainer.messages.flatMap((m) => (m.type === 'filters' ? [m.epoch] : []))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ])
  })

  it('stops at the next step, also while paused, and writes no weights', async () => {
    const trainer = start({ epochs: 500, milestones: [] })
    await trainer.message('epoch')
    trainer.send({ type: 'stop' })
    await trainer.message('stopped')
    expect(await trainer.exit).toBe(0)
    expect(await readdir(path.join(dir, 'run0'))).not.toContain('weights.safetensors')

    const paused = start({ epochs: 500, milestones: [] })
    await paused.message('steps')
    paused.send({ type: 'pause' })
    await paused.message('paused')
    paused.send({ type: 'stop' })
    await paused.message('stopped')
    expect(await paused.exit).toBe(0)
  })

  it('ends as diverged at the step whose loss is NaN', async () => {
    const trainer = start({ learningRate: 100, weightDecay: 1, momentum: 0.99, epochs: 50, milestones: [] })
    const diverged = await trainer.message('diverged')
    expect(diverged).toMatchObject({ learningRate: 100 })
    expect(diverged.message).toMatch(/became (NaN|Infinity) in epoch \d+, step \d+, at learning rate 100/)
    // The steps before it are reported before the end.
    expect(trainer.messages.at(-1)).toBe(diverged)
    const steps = trainer.messages.flatMap((m) => (m.type === 'steps' ? m.steps.map((s) => s.step) : []))
    // A NaN test loss follows a normal step; a NaN training loss belongs to its step.
    const fine = diverged.message.startsWith('The test loss') ? diverged.step : diverged.step - 1
    expect(steps).toEqual(Array.from({ length: fine }, (_, i) => i + 1))
    for (const m of trainer.messages)
      if (m.type === 'epoch') expect(Object.values(m.metrics).every(Number.isFinite)).toBe(true)
    expect(await trainer.exit).toBe(0)
  })

  it('reports a missing data set in one sentence', async () => {
    const trainer = start({ dataset: 'cifar-10' })
    const { error } = await trainer.message('failed')
    expect(error).toMatchObject({ code: 'not-found' })
    expect(error.fix).toMatch(/import/i)
  })

  it('continues without its service if its job says so, and obeys commands in a file', async () => {
    const undisturbed = await start({ epochs: 4, milestones: [] }).message('done')
    const runDir = path.join(dir, 'alone')
    const trainer = startSurvivor(runDir, { epochs: 4, milestones: [] })
    await trainer.message('started')
    trainer.send({ type: 'pause' })
    await trainer.message('paused')
    trainer.child.disconnect()
    const commands = { attempt: 1, stop: false, pause: true, checkpoints: 0 }
    // A command for another attempt is void.
    writeControl(runDir, { ...commands, attempt: 2, stop: true })
    writeControl(runDir, commands)
    writeControl(runDir, { ...commands, pause: false })
    expect(await trainer.exit).toBe(0)
    expect(trainer.messages.at(-1)).toMatchObject({ type: 'done', weightsSha256: undisturbed.weightsSha256 })
    expect(trainer.messages.filter(({ type }) => type === 'paused' || type === 'resumed')).toHaveLength(2)
  })

  it('without its service, shows its progress in a file, writes checkpoints and stops on request', async () => {
    const runDir = path.join(dir, 'run')
    const trainer = startSurvivor(runDir, { epochs: 500, milestones: [] })
    await trainer.message('steps')
    trainer.child.disconnect()
    await expect.poll(() => readProgress(runDir)).toMatchObject({ attempt: 1, progress: { runId: 'r1' } })
    writeControl(runDir, { attempt: 1, stop: true, pause: false, checkpoints: 1 })
    expect(await trainer.exit).toBe(0)
    expect(trainer.messages.at(-1)).toMatchObject({ type: 'stopped' })
    expect(trainer.messages.some(({ type }) => type === 'checkpoint')).toBe(true)
  })

  it('ends without its service when a later attempt of the run has begun, and leaves its files alone', async () => {
    const runDir = path.join(dir, 'run')
    const trainer = startSurvivor(runDir, { epochs: 500, milestones: [] })
    await trainer.message('epoch')
    // No checkpoint is being written while it is paused.
    trainer.send({ type: 'pause' })
    await trainer.message('paused')
    trainer.child.disconnect()
    const later = new JournalWriter(runDir)
    expect(later.attempt).toBe(2)
    const checkpoints = (): string[] => readdirSync(runDir).filter((name) => name.startsWith('checkpoint-'))
    const before = checkpoints()
    expect(await trainer.exit).toBe(0)
    later.finish()
    expect(checkpoints()).toEqual(before)
  })

  it('ends with its service if its job does not say otherwise', async () => {
    const trainer = start({ epochs: 500, milestones: [] })
    await trainer.message('steps')
    trainer.child.disconnect()
    expect(await trainer.exit).toBe(1)
  })
})
