/** Manifests: everything that the numbers of a run or a study depend on. */
import { z } from 'zod'
import { read } from '../call'
import { experimentConfig, studyPlan } from '../experiment'
import { ofRun, ofStudy, runId, studyId } from '../ids'
import { environment } from '../runs/environment'
import { epochMetrics } from '../runs/metrics'
import { pickedSets } from '../runs/pickedOn'
import { runState } from '../runs/states'
import { timing } from '../runs/timing'

/**
 * Everything that a run's numbers depend on, and the numbers: enough to check whether another machine gets the same
 * results.
 */
export const runManifest = z.object({
  manifest: z.literal('mcnn-run'),
  version: z.literal(1),
  run: z.object({
    id: runId,
    studyId,
    studyName: z.string(),
    state: runState,
    /** The reason of the state; null if the state needs none. */
    reason: z.string().nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
  }),
  config: experimentConfig,
  /** Id of the config without its seed. */
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
      kernels: true,
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
    /** The last finished epoch, which is the result. Null before the first. */
    last: epochMetrics.nullable(),
    /** Whether times are those of a run alone. Null before the first epoch; missing in manifests of earlier versions. */
    timing: timing.optional(),
    /**
     * The best epoch and the set that it was chosen on. Null before the first. `validationAccuracy`: only with
     * validation examples.
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
  /** SHA-256 of the final weights file; null if there is none. */
  weights: z.object({ sha256: z.string() }).nullable(),
})
export type RunManifest = z.infer<typeof runManifest>

export const studyManifest = z.object({
  manifest: z.literal('mcnn-study'),
  version: z.literal(1),
  study: z.object({ id: studyId, name: z.string(), createdAt: z.string(), plan: studyPlan.nullable() }),
  seeds: z.array(z.int()),
  /** All runs outside the trash in the order of creation, including failed and interrupted ones. */
  runs: z.array(runManifest),
})
export type StudyManifest = z.infer<typeof studyManifest>

export const manifestCalls = {
  'publish.runManifest': read(ofRun, runManifest),
  'publish.studyManifest': read(ofStudy, studyManifest),
} as const
