/** A run, what it measured and what happened to it. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'
import { arch, datasetId, experimentConfig } from '../experiment'
import { ofRun, runId, studyId } from '../ids'
import { variant } from '../variants'
import { environment } from './environment'
import { epochMetrics, stepMetrics } from './metrics'
import { runState } from './states'

export const runProgress = z.object({
  runId,
  /** 1-based epoch under way. */
  epoch: z.int(),
  epochs: z.int(),
  /** Steps done in this run, over all epochs. */
  step: z.int(),
  steps: z.int(),
  phase: z.enum(['starting', 'training', 'evaluating']),
  /** Running mean over the epoch so far; null before the first step. */
  loss: z.number().nullable(),
  learningRate: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** To the end of the run; null until it can be told from steps done. */
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
  /** The same for runs that differ in nothing but the seed. */
  configId: z.string(),
  state: runState,
  /** Why the run is in this state, in words; null where the state says it all. */
  reason: z.string().nullable(),
  epochsDone: z.int(),
  /** Of the last finished epoch; null before the first. */
  testAccuracy: z.number().nullable(),
  /** The best epoch's: picked on the validation examples where there are some, else on the test set itself. */
  bestTestAccuracy: z.number().nullable(),
  bestEpoch: z.int().nullable(),
  /**
   * Of the best epoch; null or missing where the run has no validation examples, and the best epoch is picked on the
   * test set.
   */
  bestValidationAccuracy: z.number().nullable().optional(),
  trainLoss: z.number().nullable(),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  /** Mean over finished epochs. */
  imagesPerSecond: z.number().nullable(),
  /** Sum over finished epochs. */
  seconds: z.number().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  weightsSha256: z.string().nullable(),
})
export type RunSummary = z.infer<typeof runSummary>

export const historyEvent = z.object({
  at: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  /** Stable word for programs, such as 'started', 'paused', 'output', 'failed'. */
  kind: z.string(),
  message: z.string(),
})
export type HistoryEvent = z.infer<typeof historyEvent>

export const runDetail = z.object({
  run: runSummary,
  config: experimentConfig,
  environment: environment.nullable(),
  /** SHA-256 over the examples the run trained and tested on. */
  datasetFingerprint: z.string().nullable(),
  weightsFile: z.string().nullable(),
  /** By itself or with its study. */
  trashed: z.boolean(),
  /** What the run would go on from; null before the first one. */
  checkpoint: z.object({ step: z.int(), epochs: z.int(), at: z.string() }).nullable(),
  epochs: z.array(epochMetrics),
  steps: z.array(stepMetrics),
  events: z.array(historyEvent),
})
export type RunDetail = z.infer<typeof runDetail>

export const runCalls = {
  'runs.list': read(none, z.array(runSummary)),
  'runs.get': read(ofRun, runDetail),
  /** What came to a run after an epoch, a step and a number of events that the asker has already. */
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
  /** The last lines that the trainer wrote, oldest first. */
  'runs.log': read(ofRun, z.object({ lines: z.array(z.string()) })),
  'runs.delete': write(ofRun, ok),
} as const

export const runEvents = {
  /** Several times a second while a run trains. */
  'run.progress': runProgress,
  /** A run was made, changed its state or finished an epoch. */
  'run.changed': runSummary,
  'run.epoch': z.object({ runId, studyId, metrics: epochMetrics }),
  'run.deleted': z.object({ runId, studyId }),
} as const
