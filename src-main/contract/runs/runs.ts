/** A run, its metrics and its events. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'
import { arch, datasetId, experimentConfig } from '../experiment'
import { ofRun, runId, studyId } from '../ids'
import { variant } from '../variants/variants'
import { environment } from './environment'
import { epochMetrics, stepMetrics } from './metrics'
import { runState } from './states'
import { timing } from './timing'

export const runProgress = z.object({
  runId,
  /** Current epoch, from 1. */
  epoch: z.int(),
  epochs: z.int(),
  /** Steps done in this run, over all epochs. */
  step: z.int(),
  steps: z.int(),
  phase: z.enum(['starting', 'training', 'evaluating']),
  /** Running mean over the current epoch; null before the first step. */
  loss: z.number().nullable(),
  learningRate: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Seconds to the end of the run; null until it can be estimated from finished steps. */
  etaSeconds: z.number().nullable(),
})
export type RunProgress = z.infer<typeof runProgress>

export const runSummary = z.object({
  id: runId,
  studyId,
  studyName: z.string(),
  arch,
  variant,
  dataset: datasetId,
  seed: z.int(),
  epochs: z.int(),
  /** Equal for runs that differ only in the seed. */
  configId: z.string(),
  state: runState,
  /** The reason of the state; null if the state needs none. */
  reason: z.string().nullable(),
  epochsDone: z.int(),
  /** Accuracy of the last finished epoch; null before the first. */
  testAccuracy: z.number().nullable(),
  /** Accuracy of the best epoch, which is chosen on the validation examples or, without any, on the test set itself. */
  bestTestAccuracy: z.number().nullable(),
  bestEpoch: z.int().nullable(),
  /**
   * Validation accuracy of the best epoch; null or missing if the run has no validation examples and the best epoch is
   * chosen on the test set.
   */
  bestValidationAccuracy: z.number().nullable().optional(),
  trainLoss: z.number().nullable(),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  /** Mean over finished epochs. */
  imagesPerSecond: z.number().nullable(),
  /** Sum over finished epochs. */
  seconds: z.number().nullable(),
  /** Whether these times are those of a run alone. */
  timing,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  weightsSha256: z.string().nullable(),
})
export type RunSummary = z.infer<typeof runSummary>

export const historyEvent = z.object({
  at: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  /** A stable code for programs, such as 'started', 'paused', 'output', 'failed'. */
  kind: z.string(),
  message: z.string(),
})
export type HistoryEvent = z.infer<typeof historyEvent>

export const runDetail = z.object({
  run: runSummary,
  config: experimentConfig,
  environment: environment.nullable(),
  /** SHA-256 of the training and test examples of the run. */
  datasetFingerprint: z.string().nullable(),
  weightsFile: z.string().nullable(),
  /** Whether the run or its study is in the trash. */
  trashed: z.boolean(),
  /** The checkpoint from which the run would resume; null before the first one. */
  checkpoint: z.object({ step: z.int(), epochs: z.int(), at: z.string() }).nullable(),
  epochs: z.array(epochMetrics),
  steps: z.array(stepMetrics),
  events: z.array(historyEvent),
})
export type RunDetail = z.infer<typeof runDetail>

export const runCalls = {
  'runs.list': read(none, z.array(runSummary)),
  'runs.get': read(ofRun, runDetail),
  /** What was added to a run after the epoch, step and number of events that the caller has already. */
  'runs.updates': read(
    z.strictObject({ id: runId, epoch: z.int().min(0), step: z.int().min(0), events: z.int().min(0) }),
    runDetail.pick({
      run: true,
      environment: true,
      datasetFingerprint: true,
      weightsFile: true,
      trashed: true,
      checkpoint: true,
      epochs: true,
      steps: true,
      events: true,
    }),
  ),
  /** The last lines of the trainer's output, oldest first. */
  'runs.log': read(ofRun, z.object({ lines: z.array(z.string()) })),
  'runs.delete': write(ofRun, ok),
} as const

export const runEvents = {
  /** Emitted several times a second while a run trains. */
  'run.progress': runProgress,
  /** A run was created, changed its state or finished an epoch. */
  'run.changed': runSummary,
  'run.epoch': z.object({ runId, studyId, metrics: epochMetrics }),
  'run.deleted': z.object({ runId, studyId }),
} as const
