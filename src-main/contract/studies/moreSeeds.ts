/** Adding runs to a study. */
import { z } from 'zod'
import { read, write } from '../call'
import { addedCell, addedSeeds, arch, mostRuns, seed, trainingRequest } from '../experiment'
import { ofStudy, runId } from '../ids'
import { variant } from '../variants/variants'
import { estimate } from './studies'

/** The effect of more seeds on one difference. */
export const seedsForComparison = z.object({
  variant,
  /** Number of finished seeds of the baseline and the variant; for paired differences, of pairs, twice. */
  finished: z.tuple([z.int(), z.int()]),
  /** Number of queued and running seeds of both. */
  open: z.tuple([z.int(), z.int()]),
  /** Half of the current 95 % interval, in points; null under three seeds. */
  halfWidth: z.number().nullable(),
  /** The expected half width with the queued, running and added seeds; null if it cannot be estimated. */
  expected: z.number().nullable(),
  /**
   * met: narrow enough now; coming: with the queued and running seeds; needed: with more seeds; unknown: under three
   * finished seeds; beyond: not even with 2000 more; null if no width is requested.
   */
  goal: z.enum(['met', 'coming', 'needed', 'unknown', 'beyond']).nullable(),
  /** Seeds that this difference alone would need; null if it cannot be estimated or no width is requested. */
  needed: z.int().nullable(),
})
export type SeedsForComparison = z.infer<typeof seedsForComparison>

export const moreSeeds = z.object({
  rows: z.array(
    z.object({ arch, /** Seeds for each chosen variant. */ more: z.int(), comparisons: z.array(seedsForComparison) }),
  ),
  /** What would be added, as input of `studies.extend`. */
  cells: addedSeeds.shape.cells,
  runs: z.int(),
  /** Seconds to train them, from this machine's own history; null if it has none. */
  seconds: z.number().nullable(),
  basis: estimate.shape.basis,
  sharedMachine: estimate.shape.sharedMachine,
  /** Finished runs of the study: above 0, results could be seen. */
  finished: z.int(),
  /** Why nothing can be added; null if something can, or if nothing is needed. */
  problem: z.string().nullable(),
})
export type MoreSeeds = z.infer<typeof moreSeeds>

export const moreSeedsCalls = {
  /**
   * Estimates more seeds for a study: a given number, or as many as bring the 95 % intervals of all chosen differences
   * under ± `until` points.
   */
  'studies.moreSeeds': read(
    z.strictObject({
      ...ofStudy.shape,
      /** Null: the complete plan. With `until` the baseline is always included. */
      archs: z.array(arch).min(1).max(100).nullable().default(null),
      variants: z.array(variant).min(1).max(100).nullable().default(null),
      want: z.union([
        z.strictObject({ seeds: z.int('a whole number').min(1, 'at least 1').max(mostRuns, `at most ${mostRuns}`) }),
        z.strictObject({
          until: z.number('a number').positive('above 0').max(100, 'at most 100'),
          paired: z.boolean().default(false),
        }),
      ]),
    }),
    moreSeeds,
  ),
  /**
   * Adds seeds to a study's plan and queues them; `cells` as `studies.moreSeeds` returns them, `halfWidth` the
   * requested width.
   */
  'studies.extend': write(
    z.strictObject({
      ...ofStudy.shape,
      cells: z.array(addedCell).min(1).max(1000),
      halfWidth: z.number().positive().max(100).nullable().default(null),
    }),
    z.object({ runIds: z.array(runId) }),
  ),
  /**
   * Adds one run to a study with a plan, if its training is the same as the others'; a new network or variant joins the
   * plan.
   */
  'studies.join': write(
    z.strictObject({ ...ofStudy.shape, arch, variant, seed, training: trainingRequest }),
    z.object({ runId }),
  ),
  /** Removes added runs that have not started from a study and its plan. */
  'studies.withdraw': write(
    z.strictObject({ ...ofStudy.shape, runIds: z.array(runId).min(1).max(mostRuns) }),
    z.object({ removed: z.int() }),
  ),
} as const
