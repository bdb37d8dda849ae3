/** Trains one run: loads the data, trains, and writes the weights. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { WorkbenchError } from '../contract/errors'
import { datasetSizes } from '../contract/experiment'
import type { RunProgress } from '../contract/runs/runs'
import type { TrainerJob, TrainerMessage } from '../contract/trainer/messages'
import { loadDataset, normalisation, type LoadedDataset } from '../datasets'
import { loadTensorFlow } from '../graph/tensorflow'
import { buildTrainingGraph, type ResidentData } from '../graph/training'
import { network } from '../nn/architecture'
import { initialValues } from '../nn/network'
import { computationWords, isSameComputation } from './checkpoints/computation'
import { beginning, Checkpoints, variablesOf, type Save } from './checkpoints/checkpoint'
import { StopRequested, type Control } from './control'
import { deviceMemory, environmentOf, firstGpu, probeDevice } from './environment'
import { Feeder } from './data/feeder'
import type { Recorder } from './recorder'
import { figuresOf } from './measurements/figures'
import { GpuWatch } from './measurements/gpuUse'
import { chooseResidence, pixelBytesOf } from './data/residence'
import { closeScratch, openScratch } from './scratch'
import { Training } from './training'
import { tuneBanks } from './measurements/tuning'
import { SharedMachineWatch } from './measurements/sharedMachine'
import { encodeWeights, filtersOf } from './variables'
import { retryWhileDiskUnavailable } from './checkpoints/diskRetry'
import type { Reached } from '../journal/progress'
import { writeAtomically } from '../files/durable'
import { sha256Of } from '../files/sha256'

/**
 * Trains a job from its newest checkpoint, if there is one, and records what happens. The last record is `done`.
 * @param report receives the progress, which is not recorded
 * @throws StopRequested, Diverged, WorkbenchError
 */
export async function trainRun(
  job: TrainerJob,
  control: Control,
  recorder: Recorder,
  report: (progress: RunProgress) => void,
): Promise<void> {
  const clock = stopwatch()
  /** The start writes a few files. It waits while the disk is full, as all later writes do. */
  const waitForDisk = async <T>(begin: () => T | Promise<T>): Promise<T> => {
    const onWait = (why: string, thrown: unknown): void => {
      recorder.reportDisk(thrown)
      recorder.record({
        type: 'event',
        level: 'warning',
        kind: 'disk',
        message: `The run waits for its disk before it starts (${why}).`,
      })
    }
    try {
      return await retryWhileDiskUnavailable(begin, () => control.stopRequested, onWait)
    } catch (thrown) {
      throw control.stopRequested ? new StopRequested() : thrown
    }
  }
  const reached = await waitForDisk(() => recorder.open(job.runDir, job.slot))
  const scratch = await waitForDisk(() => openScratch(job.runDir))
  try {
    await trainIn(job, reached, control, recorder, report, clock, waitForDisk)
  } finally {
    await closeScratch(scratch).catch(() => undefined)
  }
}

type WaitForDisk = <T>(begin: () => T | Promise<T>) => Promise<T>

async function trainIn(
  job: TrainerJob,
  reached: Reached,
  control: Control,
  recorder: Recorder,
  report: (progress: RunProgress) => void,
  clock: () => number,
  waitForDisk: WaitForDisk,
): Promise<void> {
  const { config } = job
  const send = recorder.record.bind(recorder)
  const tensorflow = await loadTensorFlow()
  const tensorflowSeconds = clock()
  const data = await loadDataset({ datasetsDir: job.datasetsDir, ...config })
  const dataSeconds = clock()
  const spec = network(config.arch, config.variant, datasetSizes[config.dataset].classes, config.seed)
  const batchSize = Math.min(config.batchSize, data.train.count)
  const rest = data.train.count % batchSize
  const { precision } = config
  const tuning = await waitForDisk(() =>
    tuneBanks({ tensorflow, spec, batchSize, precision, program: job.program, file: job.tuningFile }),
  )
  const tuningSeconds = clock()
  const { resident, sentence: residence } = chooseResidence(
    pixelBytesOf(data),
    await deviceMemory(tensorflow),
    process.env['MCNN_RESIDENT'],
  )
  const graph = await waitForDisk(() =>
    buildTrainingGraph(tensorflow, {
      spec,
      bank: tuning.bank,
      batchSizes: rest === 0 ? [batchSize] : [batchSize, rest],
      momentum: config.momentum,
      weightDecay: config.weightDecay,
      precision,
      initial: initialValues(spec, config.seed),
      ...(resident && { resident: residentData(data) }),
    }),
  )
  const environment = environmentOf(await probeDevice(tensorflow), job.program, job.git)
  const computedBy = computationWords(environment, tuning.sentences)
  const checkpoints = new Checkpoints(job.runDir, config, variablesOf(spec))
  const warnings: string[] = []
  // A checkpoint ahead of the journal would leave a gap in the journal.
  const from = await checkpoints.newest(
    (at) => at.epoch - 1 <= reached.epochs && at.sampledStep <= reached.step,
    (why) => warnings.push(why),
  )
  if (from) {
    if (from.datasetFingerprint !== data.fingerprint)
      throw new WorkbenchError('conflict', 'The data set differs from the one that this run was trained on before.', {
        fix: 'Import the earlier one and resume, or re-run the run with this one.',
      })
    graph.setVariables(from.variables)
    if (!isSameComputation(from.computedBy, computedBy))
      warnings.push(
        `The computation differs from that before the stop, which can change the last bits of the weights. Before: ${from.computedBy} Now: ${computedBy}`,
      )
  } else {
    if (reached.epochs > 0 || reached.step > 0)
      warnings.push('No checkpoint of the earlier training is intact: the run starts again from its seed.')
    await checkpoints.remove()
  }
  send({
    type: 'started',
    environment,
    datasetFingerprint: data.fingerprint,
    trainExamples: data.train.count,
    testExamples: data.test.count,
    validationExamples: data.validation?.count ?? 0,
    resumedFrom: from && { epochs: from.at.epoch - 1, step: from.at.step },
    seconds: { tensorflow: tensorflowSeconds, data: dataSeconds, tuning: tuningSeconds, record: clock() },
  })
  send({ type: 'event', level: 'info', kind: 'data', message: residence })
  for (const message of tuning.sentences) send({ type: 'event', level: 'info', kind: 'convolutions', message })
  for (const message of warnings) send({ type: 'event', level: 'warning', kind: 'checkpoint', message })
  const sharedMachine = new SharedMachineWatch(send)
  sharedMachine.check(
    tuning.isNew
      ? ` The fastest way to compute its multi-band layers was measured next to it: delete ${path.basename(job.tuningFile)} in the data directory to measure again.`
      : '',
  )
  const feeder = new Feeder({ data, batchSize, seed: config.seed, augment: config.augment, resident })
  const gpu = environment.device === 'cpu' ? null : new GpuWatch(firstGpu(process.env['CUDA_VISIBLE_DEVICES']))
  try {
    if (!from) {
      const variables = graph.getVariables()
      send({ type: 'filters', epoch: 0, layers: filtersOf(spec, variables) })
      send({ type: 'figures', figures: figuresOf(spec, variables, 0) })
    }
    const recordWatched = (message: TrainerMessage): void => {
      send(message)
      if (message.type === 'epoch') sharedMachine.check()
    }
    const write = checkpoints.writer(spec, { computedBy, datasetFingerprint: data.fingerprint })
    /** Another trainer may own the run, its checkpoints and weights. */
    const mustNotBeSuperseded = (): void => {
      if (recorder.isSuperseded) throw new StopRequested()
    }
    const save: Save = async (at, variables) => {
      mustNotBeSuperseded()
      return write(at, variables)
    }
    await new Training(
      { job, data, spec, graph, feeder, gpu, control, send: recordWatched, report, save },
      from?.at ?? beginning(),
    ).run()
    const weightsFile = 'weights.safetensors'
    const writeWeights = async (): Promise<string> => {
      mustNotBeSuperseded()
      await mkdir(job.runDir, { recursive: true })
      const bytes = encodeWeights(config, spec, graph, data)
      await writeAtomically(path.join(job.runDir, weightsFile), bytes)
      return sha256Of(bytes)
    }
    const onWait = (why: string): void =>
      send({
        type: 'event',
        level: 'warning',
        kind: 'disk',
        message: `The weights could not be written (${why}). The program tries again until the disk is writable.`,
      })
    const weightsSha256 = await retryWhileDiskUnavailable(writeWeights, () => control.stopRequested, onWait)
    // The newest checkpoint stays: the run may be extended.
    await checkpoints.remove(1)
    send({ type: 'done', weightsFile, weightsSha256 })
  } finally {
    gpu?.close()
    feeder.close()
    graph.close()
  }
}

/** Validation examples follow the test examples: one evaluation serves both (see `FeederData.resident`). */
function residentData({ train, test, validation, mean, std }: LoadedDataset): ResidentData {
  return {
    train: train.images,
    test: validation ? joined(test.images, validation.images) : test.images,
    table: normalisation(mean, std),
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const seconds = (performance.now() - last) / 1000
    last = performance.now()
    return seconds
  }
}
