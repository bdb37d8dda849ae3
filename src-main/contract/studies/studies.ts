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
  /** Null for single runs that `mcnn train` started. */
  plan: studyPlan.nullable(),
  counts: z.record(runState, z.int()),
  total: z.int(),
  /** Finished steps divided by planned steps, 0 to 1. */
  progress: z.number(),
  /** Seconds for the queued and running runs, from this study's own speed; null until known. */
  etaSeconds: z.number().nullable(),
})
export type StudySummary = z.infer<typeof studySummary>

export const trashedStudy = z.object({
  id: studyId,
  name: z.string(),
  trashedAt: z.string(),
  /** Without runs that were trashed singly. */ runs: z.int(),
})
export type TrashedStudy = z.infer<typeof trashedStudy>

export const estimate = z.object({
  runs: z.int(),
  /** Seconds for the complete study; null if this machine has no history to estimate from. */
  seconds: z.number().nullable(),
  /** measured: same network on this machine; scaled: from another network's speed by multiplications. */
  basis: z.enum(['measured', 'scaled', 'unknown']),
  /** Whether all known times were measured next to another training: the estimate is too long for runs alone. */
  sharedMachine: z.boolean(),
  models: z.array(modelSummary.omit({ layers: true })),
})
export type Estimate = z.infer<typeof estimate>

export const studyCalls = {
  'studies.list': read(none, z.array(studySummary)),
  /**
   * The study with its runs in the order of creation: all of them, or one page for clients that avoid large answers.
   */
  'studies.get': read(
    z.strictObject({
      ...ofStudy.shape,
      offset: z.int().min(0).optional(),
      limit: z.int().min(1).max(mostRuns).optional(),
    }),
    z.object({ study: studySummary, runs: z.array(runSummary) }),
  ),
  /** `hold`: the runs wait until the study is resumed. */
  'studies.create': write(
    z.strictObject({ plan: studyRequest, hold: z.boolean().default(false) }),
    z.object({ id: studyId, runIds: z.array(runId) }),
  ),
  'studies.estimate': read(z.strictObject({ plan: studyRequest }), estimate),
  /**
   * Curves of a study's runs on one data set with one network, as columns. With many runs only the first, every
   * `every`th and the last planned epoch are returned, the same for all runs, so that means over runs are exact at
   * these epochs.
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
  /** Stops the running runs and removes the queued ones from the queue. */
  'studies.stop': write(z.strictObject({ ...ofStudy.shape, cause: stopCause.default('window') }), ok),
  /**
   * Moves a study with its runs to the trash: hidden from every list, count and search until it is restored or purged.
   * Queued runs are removed from the queue.
   */
  'studies.trash': write(ofStudy, ok),
  /** Restores a study; runs that were trashed before it stay in the trash. */
  'studies.restore': write(ofStudy, ok),
  /** Deletes a trashed study with its runs, their weights and logs. */
  'studies.purge': write(ofStudy, ok),
  /** Trashed studies, last trashed first. */
  'studies.trashed': read(none, z.array(trashedStudy)),
} as const

export const studyEvents = {
  /** The study's row changed: created, deleted, or the state of a run changed. Request it again. */
  'study.changed': z.object({ studyId }),
} as const
