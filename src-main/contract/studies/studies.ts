/** Studies: creating, listing, pausing and deleting them. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'
import { arch, datasetId, mostRuns, studyPlan, studyRequest } from '../experiment'
import { ofStudy, runId, studyId } from '../ids'
import { modelSummary } from '../models/models'
import { stopCause } from '../runs/endReasons'
import { runSummary } from '../runs/runs'
import { runState } from '../runs/states'

export const studySummary = z.object({
  id: studyId,
  name: z.string(),
  createdAt: z.string(),
  /** Null for runs started singly with `mcnn train`. */
  plan: studyPlan.nullable(),
  counts: z.record(runState, z.int()),
  total: z.int(),
  /** Steps done over steps planned, 0 to 1. */
  progress: z.number(),
  /** For what is queued and running, from this study's own speed; null until known. */
  etaSeconds: z.number().nullable(),
})
export type StudySummary = z.infer<typeof studySummary>

export const trashedStudy = z.object({
  id: studyId,
  name: z.string(),
  trashedAt: z.string(),
  /** Those that were put into the trash singly are not counted. */ runs: z.int(),
})
export type TrashedStudy = z.infer<typeof trashedStudy>

export const estimate = z.object({
  runs: z.int(),
  /** For the whole study; null where this machine has no history to tell from. */
  seconds: z.number().nullable(),
  /** measured: same arch on this machine; scaled: from another arch's speed by multiplications. */
  basis: z.enum(['measured', 'scaled', 'unknown']),
  models: z.array(modelSummary.omit({ layers: true })),
})
export type Estimate = z.infer<typeof estimate>

export const studyCalls = {
  'studies.list': read(none, z.array(studySummary)),
  /** With its runs in the order they were made: all of them, or a part for who can't take in thousands at once. */
  'studies.get': read(
    z.strictObject({
      ...ofStudy.shape,
      offset: z.int().min(0).optional(),
      limit: z.int().min(1).max(mostRuns).optional(),
    }),
    z.object({ study: studySummary, runs: z.array(runSummary) }),
  ),
  'studies.create': write(z.strictObject({ plan: studyRequest }), z.object({ id: studyId, runIds: z.array(runId) })),
  'studies.estimate': read(z.strictObject({ plan: studyRequest }), estimate),
  /**
   * Curves of a study's runs on one data set with one network, as columns. Of many runs not every epoch is told: the
   * first, each
   * `every`th and the last planned, the same of all runs, so that means over runs are exact where they are drawn.
   */
  'studies.curves': read(
    z.strictObject({ id: studyId, dataset: datasetId, arch }),
    z.object({
      every: z.int().min(1),
      runs: z.array(
        z.object({
          runId,
          epoch: z.array(z.int()),
          testAccuracy: z.array(z.number()),
          trainLoss: z.array(z.number()),
          /** Seconds of training up to that epoch, evaluation included. */ elapsed: z.array(z.number()),
        }),
      ),
    }),
  ),
  'studies.pause': write(ofStudy, ok),
  'studies.resume': write(ofStudy, ok),
  /** Stops what trains and takes the rest of the queue back. */
  'studies.stop': write(z.strictObject({ ...ofStudy.shape, cause: stopCause.default('window') }), ok),
  /**
   * Takes a study with its runs out of every list, count and search, until it is restored or purged. What waits is
   * taken back from the queue.
   */
  'studies.trash': write(ofStudy, ok),
  /** Brings a study back as it was; runs that were in the trash before it stay there. */
  'studies.restore': write(ofStudy, ok),
  /** Deletes a study that is in the trash with its runs, their weights and logs. */
  'studies.purge': write(ofStudy, ok),
  /** What is in the trash, what came last first. */
  'studies.trashed': read(none, z.array(trashedStudy)),
} as const

export const studyEvents = {
  /** The study's row changed: made, deleted, a run of it changed its state. Ask again. */
  'study.changed': z.object({ studyId }),
} as const
