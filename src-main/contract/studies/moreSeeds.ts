/** Adding runs to a study. */
import { z } from 'zod'
import { read, write } from '../call'
import { addedCell, addedSeeds, arch, mostRuns, seed, trainingRequest } from '../experiment'
import { ofStudy, runId } from '../ids'
import { variant } from '../variants'
import { estimate } from './studies'

/** What more seeds would do for one difference. */
export const seedsForComparison = z.object({
  variant,
  /** Finished seeds of the baseline and the variant, or pairs of them twice. */
  finished: z.tuple([z.int(), z.int()]),
  /** More that wait or train. */
  open: z.tuple([z.int(), z.int()]),
  /** Half the 95 % interval as it is now, in points; null under three. */
  halfWidth: z.number().nullable(),
  /** And as it is to be expected with what is open and what is added; null where that can't be told. */
  expected: z.number().nullable(),
  /**
   * met: narrow enough now; coming: with what is open; needed: with more; unknown: under three finished; beyond: not
   * with 2000 more; null where no width is wanted.
   */
  goal: z.enum(['met', 'coming', 'needed', 'unknown', 'beyond']).nullable(),
  /** Seeds that this difference alone would need; null where that can't be told or no width is wanted. */
  needed: z.int().nullable(),
})
export type SeedsForComparison = z.infer<typeof seedsForComparison>

export const moreSeeds = z.object({
  rows: z.array(
    z.object({ arch, /** Seeds for each chosen variant. */ more: z.int(), comparisons: z.array(seedsForComparison) }),
  ),
  /** What would be added, to be handed on as it is. */
  cells: addedSeeds.shape.cells,
  runs: z.int(),
  /** To train them, from this machine's own history; null where it has none. */
  seconds: z.number().nullable(),
  basis: estimate.shape.basis,
  /** Finished runs of the study: above 0, results could be seen. */
  finished: z.int(),
  /** Why it can't be added; null where it can, and where there is nothing to add. */
  problem: z.string().nullable(),
})
export type MoreSeeds = z.infer<typeof moreSeeds>

export const moreSeedsCalls = {
  /**
   * What more seeds for a study would be: so many, or as many as bring the 95 % intervals of all chosen differences
   * under ± `until` points.
   */
  'studies.moreSeeds': read(
    z.strictObject({
      ...ofStudy.shape,
      /** Null: all of the plan. For `until` the baseline is always among them. */
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
   * Puts seeds into a study's plan and queues them; `cells` as `studies.moreSeeds` tells, `halfWidth` what they were
   * asked for by.
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
   * Adds one run to a study with a plan, if it is trained as the others are; a new network or variant joins the plan.
   */
  'studies.join': write(
    z.strictObject({ ...ofStudy.shape, arch, variant, seed, training: trainingRequest }),
    z.object({ runId }),
  ),
  /** Takes added runs that have not begun out of a study and its plan again. */
  'studies.withdraw': write(
    z.strictObject({ ...ofStudy.shape, runIds: z.array(runId).min(1).max(mostRuns) }),
    z.object({ removed: z.int() }),
  ),
} as const
