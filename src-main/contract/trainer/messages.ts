/** Messages between the service and a trainer: Node IPC, JSON; checked on both sides. */
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
  /** The run's own folder: only the trainer writes to it, such as the final weights. */
  runDir: z.string(),
  /** File of a machine's kernel measurements; only trainers write it. */
  tuningFile: z.string(),
  program: z.string(),
  git: environment.shape.git,
  /**
   * Finished epochs and the last sampled step in the history, 0 at the start. The run resumes from its newest intact
   * checkpoint that is not ahead of them, else from its seed. Null: corruption left nothing to resume from.
   */
  kept: z.strictObject({ epochs: z.int().min(0), step: z.int().min(0) }).nullable(),
  /** Seconds between two checkpoints within an epoch. */
  checkpointSeconds: z.number().positive(),
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

/** float32 values, little endian, base64; shape [rows, columns, in, base filters]. */
export const layerFilters = z.object({
  layer: z.string(),
  shape: z.tuple([z.int(), z.int(), z.int(), z.int()]),
  values: z.string(),
})
export type LayerFilters = z.infer<typeof layerFilters>

export const trainerMessage = z.discriminatedUnion('type', [
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
    /** Seconds to load TensorFlow, read the data, measure kernels not measured before, record the graph. */
    seconds: z.object({ tensorflow: z.number(), data: z.number(), tuning: z.number(), record: z.number() }),
  }),
  z.object({ type: z.literal('progress'), progress: runProgress }),
  z.object({ type: z.literal('steps'), steps: z.array(stepMetrics) }),
  /** Also sent once with epoch 0: the filters before training. */
  z.object({ type: z.literal('filters'), epoch: z.int(), layers: z.array(layerFilters) }),
  /** Stored for epoch 0, and for as many others as cost little time. */
  z.object({ type: z.literal('figures'), figures: epochFigures }),
  /** Sent just before the epoch that it belongs to. */
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
export type TrainerMessage = z.infer<typeof trainerMessage>

/** What a trainer started with `--probe` prints on standard output, as one JSON line. */
export const deviceProbe = z.object({ ...device.shape, tfjs: z.string() })
export type DeviceProbe = z.infer<typeof deviceProbe>
