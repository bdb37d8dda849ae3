/** The rows of a list of runs: a run, or a group of runs with the same config. */
import { z } from 'zod'
import { arch, datasetId, trainingConfig, variant } from '../experiment'
import { spread } from '../studies/comparison'
import { runSummary } from './runs'
import { runState } from './states'
import { timing } from './timing'

/** The epoch whose accuracy and losses are shown; `best` is the highest accuracy and the lowest loss. */
export const statistics = ['last', 'best', 'min', 'max'] as const
export const statistic = z.enum(statistics)
export type Statistic = z.infer<typeof statistic>

export const tag = z
  .string()
  .trim()
  .min(1, 'needs a word')
  .max(40, 'at most 40 characters')
  .regex(/^[^"\p{Cc}]*$/u, 'no quotes')

/** A run. Its accuracy and losses are of the requested statistic. */
export const runRow = runSummary.extend({
  kind: z.literal('run'),
  /** Null for a diverged run if the last epoch is requested: it has no result. */
  accuracy: z.number().nullable(),
  rowTrainLoss: z.number().nullable(),
  rowTestLoss: z.number().nullable(),
  /** Mean duration of a step, from images per second. */
  stepMs: z.number().nullable(),
  tags: z.array(z.string()),
  note: z.string(),
  archivedAt: z.string().nullable(),
  trashedAt: z.string().nullable(),
})
export type RunRow = z.infer<typeof runRow>

/**
 * Runs of one config. Means are over finished runs; for runs with the same seed only the newest finished one counts.
 */
export const runGroup = z.object({
  kind: z.literal('group'),
  configId: z.string(),
  arch,
  variant,
  dataset: datasetId,
  training: trainingConfig,
  /** Number of matching runs by state. */
  counts: z.record(runState, z.int()),
  runs: z.int(),
  accuracy: spread.nullable(),
  best: z.number().nullable(),
  trainLoss: z.number().nullable(),
  testLoss: z.number().nullable(),
  stepMs: z.number().nullable(),
  /** Sum over all runs of the group. */
  seconds: z.number().nullable(),
  /** shared if a run of the group is. */
  timing,
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  createdAt: z.string(),
})
export type RunGroup = z.infer<typeof runGroup>
