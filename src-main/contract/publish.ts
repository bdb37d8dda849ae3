/**
 * What leaves the history to be shown, checked or carried elsewhere: manifests, verification, archives of studies,
 * reports.
 */
import { z } from 'zod'
import { read, withPath, write } from './call'
import { experimentConfig, studyPlan } from './experiment'
import { pickedSets } from './pickedOn'
import { environment, epochMetrics, runId, runState, runSummary, studyId } from './records'

/**
 * Everything that a run's numbers depend on, and what they are: enough to say whether another machine's come out the
 * same.
 */
export const runManifest = z.object({
  manifest: z.literal('mcnn-run'),
  version: z.literal(1),
  run: z.object({
    id: runId,
    studyId,
    studyName: z.string(),
    state: runState,
    /** Why it is in this state, in words; null where the state says it all. */
    reason: z.string().nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
  }),
  config: experimentConfig,
  /** Of the config without its seed. */
  configId: z.string(),
  model: z.object({ trainableParameters: z.int(), trainableFilters: z.int() }),
  /** Program, commit and whether there were uncommitted changes; null before the run was started. */
  code: environment.pick({ program: true, git: true }).nullable(),
  versions: environment.pick({ node: true, tensorflow: true, tfjs: true }).nullable(),
  machine: environment
    .pick({
      device: true,
      gpuMath: true,
      threads: true,
      cpu: true,
      cores: true,
      memoryBytes: true,
      platform: true,
      instructions: true,
      variables: true,
    })
    .nullable(),
  data: z.object({
    id: z.string(),
    trainExamples: z.int(),
    testExamples: z.int(),
    /** SHA-256 over the examples trained and tested on; null before the run was started. */
    fingerprint: z.string().nullable(),
  }),
  results: z.object({
    epochsPlanned: z.int(),
    epochsDone: z.int(),
    /** The last finished epoch: the result. Null before the first. */
    last: epochMetrics.nullable(),
    /**
     * The best epoch, with what picked it. Null before the first. `validationAccuracy`: only with validation examples.
     */
    best: z
      .object({
        epoch: z.int(),
        testAccuracy: z.number(),
        validationAccuracy: z.number().optional(),
        pickedOn: z.enum(Object.values(pickedSets)),
      })
      .nullable(),
  }),
  /** Of the final weights' file; null where there is none. */
  weights: z.object({ sha256: z.string() }).nullable(),
})
export type RunManifest = z.infer<typeof runManifest>

export const studyManifest = z.object({
  manifest: z.literal('mcnn-study'),
  version: z.literal(1),
  study: z.object({ id: studyId, name: z.string(), createdAt: z.string(), plan: studyPlan.nullable() }),
  seeds: z.array(z.int()),
  /** Every run that is not in the trash, failed and interrupted ones too, in the order they were made. */
  runs: z.array(runManifest),
})
export type StudyManifest = z.infer<typeof studyManifest>

/** Under which circumstances something was computed, then and now. */
export const circumstance = z.object({ what: z.string(), then: z.string(), now: z.string() })
export type Circumstance = z.infer<typeof circumstance>

export const verification = z.object({
  runId,
  /** How much of the run was trained again. */
  extent: z.enum(['whole', 'epochs', 'steps']),
  epochs: z.int().min(0),
  steps: z.int().min(0),
  same: z.boolean(),
  /** How many finished epochs and sampled steps were held against each other. */
  compared: z.object({ epochs: z.int(), steps: z.int(), weights: z.boolean() }),
  /** What differs, in sentences; empty where it came out the same. */
  differences: z.array(z.string()),
  /** What was otherwise than when the run was trained: what explains a difference, if anything does. */
  circumstances: z.array(circumstance),
  /** What is known of the run or the machine that bears on the answer, in sentences. */
  remarks: z.array(z.string()),
  /** What it was trained again on. */
  environment,
  weightsSha256: z.string().nullable(),
  seconds: z.number(),
  /** Whether the verdict is among the run's events: not where the history was only looked at. */
  kept: z.boolean(),
})
export type Verification = z.infer<typeof verification>

/** What of a run can be trained again, and how long that takes, told from the run's own times. */
export const verifiable = z.object({
  runId,
  /** How far it is compared at most: a run that is not done as far as it came. */
  extent: verification.shape.extent,
  epochs: z.int().min(0),
  steps: z.int().min(0),
  /** From a trainer's start to its first step; a guess where the run did not tell. */
  startupSeconds: z.number(),
  /** Mean over its finished epochs, evaluation included; null before the first. */
  epochSeconds: z.number().nullable(),
  /** Of the steps beyond its last finished epoch. */
  restSeconds: z.number(),
  /** Processor or GPU that those times are of; null where that is not known. */
  trainedOn: z.string().nullable(),
  /** Whether this machine has that processor, and the run was trained on it; null where that can't be told. */
  here: z.boolean().nullable(),
  /** The run that trains now, for which a verification waits. */
  training: runSummary.nullable(),
})
export type Verifiable = z.infer<typeof verifiable>

const whole = z.int('a whole number').min(1, 'at least 1')

/** What takes its time: told several times a second at most. `total` 0: not known. */
export const workProgress = z.object({
  kind: z.enum(['verify', 'export', 'import', 'report']),
  phase: z.string(),
  done: z.number(),
  total: z.number(),
})
export type WorkProgressEvent = z.infer<typeof workProgress>

const ofRun = z.strictObject({ id: runId })
const ofStudy = z.strictObject({ id: studyId })

/** Absolute, and never from a window: see `rendererServiceCalls`. */
const filePath = z.string().min(1).max(4096)

export const exported = z.object({ file: z.string(), bytes: z.number(), runs: z.int(), members: z.int() })
export const imported = z.object({
  studyId,
  studyName: z.string(),
  /** Whether the study was there already, and was completed. */
  completed: z.boolean(),
  /** Runs that came in, by the id in the archive and the one they have here. */
  runs: z.array(z.object({ id: runId, as: runId })),
  /** Runs that were here already with the same contents. */
  skipped: z.array(runId),
})
export type Imported = z.infer<typeof imported>
/** `kept`: the new names of files in the folder that the user had changed. */
export const reported = z.object({ folder: z.string(), files: z.array(z.string()), kept: z.array(z.string()) })

export const publishCalls = {
  'publish.runManifest': read(ofRun, runManifest),
  'publish.studyManifest': read(ofStudy, studyManifest),
  /** What `publish.verify` would do. */
  'publish.verifiable': read(ofRun, verifiable),
  /**
   * Trains a run again, or its first steps or epochs, beside the history, and says whether it comes out the same. What
   * trains now is waited for, and nothing else starts before it is done, unless it is to be `beside`.
   */
  'publish.verify': read(
    z.strictObject({
      id: runId,
      steps: whole.max(1e9, 'at most 1000000000').nullable().default(null),
      epochs: whole.max(10000, 'at most 10000').nullable().default(null),
      beside: z.boolean().default(false),
    }),
    verification,
  ),
  /** Writes a study with all that belongs to it into one file, which must not be there yet unless `replace`. */
  'publish.export': withPath(
    read(
      z.strictObject({
        id: studyId,
        out: filePath,
        checkpoints: z.boolean().default(false),
        replace: z.boolean().default(false),
      }),
      exported,
    ),
  ),
  /** Takes an exported study in: all of it that is not here already, or nothing. */
  'publish.import': withPath(write(z.strictObject({ path: filePath }), imported)),
  /** Writes a report of a study into a folder, which must be empty or new unless `replace`. */
  'publish.report': withPath(
    read(z.strictObject({ id: studyId, out: filePath, replace: z.boolean().default(false) }), reported),
  ),
  /** Ends what of a kind is under way, as cancelled; nothing where nothing is. */
  'publish.cancel': read(z.strictObject({ kind: workProgress.shape.kind }), z.object({ ok: z.literal(true) })),
} as const
