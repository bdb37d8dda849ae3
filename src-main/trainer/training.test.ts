/** The clocks of the training loop, with a network that computes nothing and a clock that the test advances. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { recipe } from '../contract/experiment'
import type { EpochMetrics } from '../contract/runs/metrics'
import type { RunProgress } from '../contract/runs/runs'
import type { TrainerMessage } from '../contract/trainer/messages'
import { network } from '../nn/architecture'
import { initialValues } from '../nn/network'
import { beginning } from './checkpoints/checkpoint'
import { Control } from './control'
import { Training, type Parts } from './training'

const [batches, batchSize, testExamples] = [4, 10, 10]
/** A step takes 100 ms and 150 ms of processor time; an evaluation takes 50 ms of both. */
const step = { wall: 100, processor: 150 }
const evaluation = { wall: 50, processor: 50 }

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** @param pauseIn the step during which a pause of an hour is requested; null for none */
async function epochWith(
  pauseIn: number | null,
): Promise<{ metrics: EpochMetrics; progress: RunProgress[]; gpu: string[] }> {
  vi.useFakeTimers({ toFake: ['performance'] })
  let processor = 0
  vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: processor * 1000, system: 0 }))
  const pass = (spent: { wall: number; processor: number }): void => {
    vi.advanceTimersByTime(spent.wall)
    processor += spent.processor
  }
  const sent: TrainerMessage[] = []
  const progress: RunProgress[] = []
  const gpu: string[] = []
  const control = new Control((state) => {
    if (state !== 'paused') return
    setImmediate(() => {
      pass({ wall: 3_600_000, processor: 60_000 })
      control.resume()
    })
  })
  const spec = network('resnet-8', 'baseline', 10, 1)
  const variables = initialValues(spec, 1)
  let steps = 0
  const split = (count: number): { count: number; images: Uint8Array; labels: Uint8Array } => ({
    count,
    images: new Uint8Array(),
    labels: new Uint8Array(),
  })
  const parts: Parts = {
    job: {
      type: 'job',
      runId: 'run',
      config: {
        ...recipe,
        arch: 'resnet-8',
        variant: 'baseline',
        dataset: 'synthetic',
        seed: 1,
        epochs: 1,
        milestones: [],
      },
      datasetsDir: '',
      tuningFile: '',
      runDir: '',
      program: '',
      git: null,
      checkpointSeconds: 1e9,
    },
    data: {
      train: split(batches * batchSize),
      test: split(testExamples),
      validation: null,
      classes: [],
      mean: [0, 0, 0],
      std: [1, 1, 1],
      fingerprint: '',
    },
    spec,
    graph: {
      batchSizes: [batchSize],
      step: () => {
        pass(step)
        if (++steps === pauseIn) control.pause()
        return { loss: 1, correct: 5 }
      },
      evaluate: (_pictures, _labels, count) => {
        pass(evaluation)
        return { lossSum: count, correct: 5, predicted: new Int32Array(count), confidence: new Float32Array(count) }
      },
      getVariables: () => variables,
      setVariables: () => undefined,
      close: () => undefined,
    },
    feeder: {
      async *batches(name) {
        for (let i = 0; i < (name === 'train' ? batches : 1); i++)
          yield { pictures: new Float32Array(), labels: new Int32Array(batchSize), count: batchSize }
      },
      takeWaited: () => 0,
    },
    gpu: {
      take: () => ({ gpuUtilization: 0.5, gpuMemoryBytes: 1 }),
      pause: () => void gpu.push('pause'),
      resume: () => void gpu.push('resume'),
    },
    control,
    send: (message) => void sent.push(message),
    report: (now) => void progress.push(now),
    save: () => {
      // The checkpoint of a pause is part of the pause.
      if (pauseIn !== null && steps < batches) pass({ wall: 400, processor: 300 })
      return Promise.resolve(1)
    },
  }
  await new Training(parts, beginning()).run()
  const metrics = sent.flatMap((message) => (message.type === 'epoch' ? [message.metrics] : []))[0]
  if (!metrics) throw new Error('no epoch')
  return { metrics, progress, gpu }
}

describe('an epoch’s clocks', () => {
  it.each([null, 1, 2, 4])('count active time only, with a pause of an hour in step %s', async (pauseIn) => {
    const { metrics, progress, gpu } = await epochWith(pauseIn)
    const wall = batches * step.wall + evaluation.wall
    expect(metrics.seconds).toBeCloseTo(wall / 1000, 9)
    expect(metrics.cpuSeconds).toBeCloseTo((batches * step.processor + evaluation.processor) / 1000, 9)
    expect(metrics.imagesPerSecond).toBeCloseTo((batches * batchSize * 1000) / (batches * step.wall), 9)
    // 100 ms per step, with or without a pause between two of them.
    for (const { imagesPerSecond } of progress.filter((one) => one.imagesPerSecond !== null))
      expect(imagesPerSecond).toBeCloseTo((batchSize * 1000) / step.wall, 6)
    for (const { etaSeconds } of progress.filter((one) => one.etaSeconds !== null))
      expect(etaSeconds).toBeLessThanOrEqual(wall / 1000)
    expect(gpu).toEqual(pauseIn === null ? [] : ['pause', 'resume'])
  })
})
