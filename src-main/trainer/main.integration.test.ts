import { fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recipe, variants, type ExperimentConfig } from '../contract/experiment'
import { trainerMessage, type TrainerCommand, type TrainerMessage } from '../contract/training'

/** The trainer as it is shipped: the test command builds it first. */
const entry = path.resolve('out/main/trainer.js')

const config: ExperimentConfig = {
  ...recipe,
  arch: 'resnet-8',
  variant: 'mcnn-f',
  seed: 1,
  dataset: 'synthetic',
  trainExamples: 200,
  testExamples: 100,
  epochs: 2,
  batchSize: 64,
  milestones: [1],
}

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

interface Trainer {
  messages: TrainerMessage[]
  send: (command: TrainerCommand) => void
  child: ChildProcess
  /** Resolves with the first message of the type, or fails when the process ends without one. */
  message: <T extends TrainerMessage['type']>(type: T, from?: number) => Promise<Extract<TrainerMessage, { type: T }>>
  exit: Promise<number | null>
}

function start(change: Partial<ExperimentConfig> = {}): Trainer {
  const child = fork(entry, [], { serialization: 'json', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } })
  children.push(child)
  const messages: TrainerMessage[] = []
  const waiting = new Set<() => void>()
  child.on('message', (message) => {
    messages.push(trainerMessage.parse(message))
    for (const wake of waiting) wake()
  })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const trainer: Trainer = {
    messages,
    child,
    exit,
    send: (command) => void child.send(command),
    message: (type, from = 0) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.slice(from).find((m) => m.type === type)
          if (found) {
            waiting.delete(look)
            resolve(found as never)
          }
        }
        waiting.add(look)
        look()
        void exit.then((code) => reject(new Error(`The trainer ended with ${code} before '${type}': ${JSON.stringify(messages.at(-1))}`)))
      }),
  }
  trainer.send({ type: 'job', runId: 'r1', config: { ...config, ...change }, datasetsDir: path.join(dir, 'datasets'), tuningFile: path.join(dir, 'tuning.json'), runDir: path.join(dir, `run${children.length}`), program: 'test', git: null })
  return trainer
}

describe('the trainer', () => {
  it('trains, tells of each epoch and leaves weights whose checksum it names', async () => {
    const trainer = start()
    const done = await trainer.message('done')
    expect(await trainer.exit).toBe(0)
    const started = await trainer.message('started')
    expect(started).toMatchObject({ trainExamples: 200, testExamples: 100, environment: { node: process.version } })

    const epochs = trainer.messages.flatMap((m) => (m.type === 'epoch' ? [m.metrics] : []))
    expect(epochs.map((e) => e.epoch)).toEqual([1, 2])
    expect(epochs.map((e) => e.learningRate)).toEqual([0.1, 0.01])
    for (const { trainAccuracy, testAccuracy } of epochs) {
      // 200 and 100 examples: accuracies are whole numbers of them, the short last batch and the filled-up evaluation included.
      expect((trainAccuracy * 200) % 1).toBeCloseTo(0, 6)
      expect((testAccuracy * 100) % 1).toBeCloseTo(0, 6)
    }
    for (const { seconds, waitSeconds, cpuSeconds, memoryBytes } of epochs) {
      expect(waitSeconds).toBeGreaterThanOrEqual(0)
      expect(waitSeconds).toBeLessThan(seconds)
      expect(cpuSeconds).toBeGreaterThan(0)
      expect(memoryBytes).toBeGreaterThan(1e8)
    }
    // The matrix holds every test example, and says of them what the metrics say.
    for (const { epoch, classes, confusion, mistakes } of trainer.messages.flatMap((m) => (m.type === 'evaluation' ? [m.evaluation] : []))) {
      const right = confusion.filter((_, i) => i % (classes + 1) === 0).reduce((a, b) => a + b)
      expect(confusion.reduce((a, b) => a + b)).toBe(100)
      expect(right / 100).toBeCloseTo(epochs[epoch - 1]?.testAccuracy ?? NaN, 6)
      expect(mistakes).toHaveLength(Math.min(48, 100 - right))
      expect(mistakes.every((m) => m.confidence >= 1 / classes)).toBe(true)
    }
    // 200 examples in batches of 64 are 4 steps, the last of them short.
    expect(trainer.messages.flatMap((m) => (m.type === 'steps' ? m.steps.map((s) => s.step) : []))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const filters = trainer.messages.flatMap((m) => (m.type === 'filters' ? [m] : []))
    expect(filters.map((f) => f.epoch)).toEqual([0, 1, 2])
    expect(filters[0]?.layers).toMatchObject([{ layer: 'stem', shape: [3, 3, 3, 4] }])
    expect(filters[2]?.layers[0]?.values).not.toBe(filters[0]?.layers[0]?.values)

    const bytes = await readFile(done.weightsFile)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(done.weightsSha256)
    expect(await readdir(path.dirname(done.weightsFile))).toEqual(['weights.safetensors'])
  })

  it.each(variants)('gives bit-identical weights for the same config twice and others for another seed: %s', async (variant) => {
    const weights = async (seed: number): Promise<string> => (await start({ variant, seed, epochs: 1, milestones: [] }).message('done')).weightsSha256
    const first = await weights(1)
    expect(await weights(1)).toBe(first)
    expect(await weights(2)).not.toBe(first)
  })

  it('pauses and resumes between two steps, and the result is that of a run never paused', async () => {
    const whole = await start().message('done')
    const trainer = start()
    await trainer.message('steps')
    trainer.send({ type: 'pause' })
    await trainer.message('paused')
    const count = trainer.messages.length
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(trainer.messages.length).toBe(count)
    trainer.send({ type: 'resume' })
    await trainer.message('resumed')
    expect((await trainer.message('done')).weightsSha256).toBe(whole.weightsSha256)
  })

  it('stops at the next step, also while paused, and writes no weights', async () => {
    const trainer = start({ epochs: 500, milestones: [] })
    await trainer.message('epoch')
    trainer.send({ type: 'stop' })
    await trainer.message('stopped')
    expect(await trainer.exit).toBe(0)
    expect(await readdir(dir)).toEqual([])

    const paused = start({ epochs: 500, milestones: [] })
    await paused.message('steps')
    paused.send({ type: 'pause' })
    await paused.message('paused')
    paused.send({ type: 'stop' })
    await paused.message('stopped')
    expect(await paused.exit).toBe(0)
  })

  it('calls a run diverged at the step where the loss is no number', async () => {
    const trainer = start({ learningRate: 100, weightDecay: 1, momentum: 0.99, epochs: 50, milestones: [] })
    const diverged = await trainer.message('diverged')
    expect(diverged).toMatchObject({ learningRate: 100 })
    expect(diverged.message).toMatch(/became (NaN|Infinity) in epoch \d+, step \d+, at learning rate 100/)
    // The steps that led there are told before the end is.
    expect(trainer.messages.at(-1)).toBe(diverged)
    const steps = trainer.messages.flatMap((m) => (m.type === 'steps' ? m.steps.map((s) => s.step) : []))
    // A test loss that is no number comes after a step that was fine; a training loss, with one that was not.
    const fine = diverged.message.startsWith('The test loss') ? diverged.step : diverged.step - 1
    expect(steps).toEqual(Array.from({ length: fine }, (_, i) => i + 1))
    for (const m of trainer.messages) if (m.type === 'epoch') expect(Object.values(m.metrics).every(Number.isFinite)).toBe(true)
    expect(await trainer.exit).toBe(0)
  })

  it('says in a sentence that a data set is missing', async () => {
    const trainer = start({ dataset: 'cifar-10' })
    const { error } = await trainer.message('failed')
    expect(error).toMatchObject({ code: 'not-found' })
    expect(error.fix).toMatch(/import/i)
  })

  it('ends when the service is gone', async () => {
    const trainer = start({ epochs: 500, milestones: [] })
    await trainer.message('steps')
    trainer.child.disconnect()
    expect(await trainer.exit).toBe(1)
  })
})
