/**
 * Messages between the service and a trainer. Commands and signals are sent over Node's IPC; measurements are lines of
 * the run's journal. All are JSON and checked on both sides.
 */
import { z } from 'zod'
import { endSignal } from '../runs/endReasons'
import { errorValue } from '../errors'
import { experimentConfig } from '../experiment'
import { device } from '../system/system'
import { environment } from '../runs/environment'
import { epochFigures } from '../models/filters'
import { epochMetrics, stepMetrics } from '../runs/metrics'
import { evaluation } from '../runs/evaluation'
import { runId } from '../ids'
import { runProgress } from '../runs/runs'

/** Approximate limit of stored step metrics per epoch. */
const stepSamples = 50

/** Sampling interval of steps; the last step of each epoch is always stored. */
export function sampledEvery(stepsPerEpoch: number): number {
  return Math.max(1, Math.floor(stepsPerEpoch / stepSamples))
}

/** The trainer's job, as its first message. */
export const trainerJob = z.strictObject({
  type: z.literal('job'),
  runId,
  config: experimentConfig,
  /** The data directory's `datasets` folder; read-only. */
  datasetsDir: z.string(),
  /** The run's own folder: the trainer writes its journal, checkpoints and final weights there. */
  runDir: z.string(),
  /** File of a machine's kernel measurements; only trainers write it. */
  tuningFile: z.string(),
  program: z.string(),
  git: environment.shape.git,
  /** Seconds between two checkpoints within an epoch. */
  checkpointSeconds: z.number().positive(),
  /** The slot of this machine in which the run trains. */
  slot: z.string().max(100).optional(),
  /**
   * Whether the trainer continues without a service: the next service of the data directory finds it. Else it ends with
   * its service.
   */
  outlivesService: z.boolean().optional(),
  /** The service's process. A trainer that starts after its end does not train: the next service does not know it. */
  servicePid: z.int().optional(),
})
export type TrainerJob = z.infer<typeof trainerJob>

/** Commands are handled between two steps. `stop` ends the run as stopped, with its metrics so far and a checkpoint. */
export const trainerCommand = z.discriminatedUnion('type', [
  trainerJob,
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('checkpoint') }),
  z.strictObject({ type: z.literal('stop') }),
])
export type TrainerCommand = z.infer<typeof trainerCommand>

/** [rows, columns, input channels, base filters] */
export const filterShape = z.tuple([z.int().min(1), z.int().min(1), z.int().min(1), z.int().min(1)])

/** Base filters of a layer. */
export interface LayerFilters {
  layer: string
  shape: z.infer<typeof filterShape>
  /** float32, little endian, as many as the shape says */
  values: Uint8Array
}

/** Filters in a line of the journal. Their values are in the attempt's `.bin` file, at `offset`. */
const storedFilters = z.object({
  type: z.literal('filters'),
  epoch: z.int().min(0),
  /** `crc`: CRC-32 of the values. */
  layers: z.array(z.object({ layer: z.string(), shape: filterShape, offset: z.int().min(0), crc: z.int() })),
})

/** A message as a line of the journal: a measurement or an event of a trainer. */
export const storedMessage = z.discriminatedUnion('type', [
  /** TensorFlow is loaded, data is read, the graph is recorded. */
  z.object({
    type: z.literal('started'),
    environment,
    datasetFingerprint: z.string(),
    trainExamples: z.int(),
    testExamples: z.int(),
    /** 0 or missing without a validation split. */
    validationExamples: z.int().optional(),
    /** Finished epochs and steps from which the run resumes; null if it starts. Later rows of the history are void. */
    resumedFrom: z.object({ epochs: z.int().min(0), step: z.int().min(0) }).nullable(),
    /**
     * Seconds to load TensorFlow, read the data, measure kernels not measured before, record the graph; only their sum
     * for a run of an earlier program, which wrote no journal.
     */
    seconds: z.union([
      z.object({ tensorflow: z.number(), data: z.number(), tuning: z.number(), record: z.number() }),
      z.object({ all: z.number() }),
    ]),
  }),
  z.object({ type: z.literal('steps'), steps: z.array(stepMetrics) }),
  /** Also written once with epoch 0: the filters before training. */
  storedFilters,
  /** Written for epoch 0, and for as many others as cost little time. */
  z.object({ type: z.literal('figures'), figures: epochFigures }),
  /** Written just before the epoch that it belongs to. */
  z.object({ type: z.literal('evaluation'), evaluation }),
  z.object({ type: z.literal('epoch'), metrics: epochMetrics }),
  z.object({
    type: z.literal('event'),
    level: z.enum(['info', 'warning', 'error']),
    kind: z.string(),
    message: z.string(),
  }),
  /** The run can resume from here, whatever happens to its trainer. */
  z.object({ type: z.literal('checkpoint'), step: z.int(), epochs: z.int(), bytes: z.int() }),
  z.object({ type: z.literal('paused') }),
  z.object({ type: z.literal('resumed') }),
  /** @property weightsFile in the run's folder */
  z.object({ type: z.literal('done'), weightsFile: z.string(), weightsSha256: z.string() }),
  /** @property signal that asked the trainer itself to stop; missing if the service did */
  z.object({ type: z.literal('stopped'), signal: endSignal.optional() }),
  z.object({
    type: z.literal('diverged'),
    step: z.int(),
    epoch: z.int(),
    learningRate: z.number(),
    message: z.string(),
  }),
  z.object({ type: z.literal('failed'), error: errorValue }),
])
export type StoredMessage = z.infer<typeof storedMessage>

/** A message of a trainer, with the values of filters. */
export type TrainerMessage =
  Exclude<StoredMessage, { type: 'filters' }> | { type: 'filters'; epoch: number; layers: LayerFilters[] }

/** Sent to the service over IPC. Nothing in it is stored: everything that is stored is in the journal. */
export const trainerSignal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: runProgress }),
  /** Lines were added to the journal. */
  z.object({ type: z.literal('journal') }),
  /** The journal cannot be written; `code` is the system's, such as ENOSPC. */
  z.object({ type: z.literal('disk'), code: z.string(), message: z.string() }),
])
export type TrainerSignal = z.infer<typeof trainerSignal>

/** What a trainer started with `--probe` prints on standard output, as one JSON line. */
export const deviceProbe = z.object({ ...device.shape, tfjs: z.string() })
export type DeviceProbe = z.infer<typeof deviceProbe>
