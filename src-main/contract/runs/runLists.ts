/** Lists of runs: asked for by a query (analysis/runQuery.ts), in parts, sorted and grouped by the service. */
import { z } from 'zod'
import { none, read, write } from '../call'
import { arch, datasetId, trainingConfig, experimentConfig, variant } from '../experiment'
import { runId } from '../ids'
import { runState } from './states'
import { runSummary } from './runs'
import { spread } from '../studies/comparison'

/** Which of a run's epochs its accuracy and losses are of; `best` is the highest accuracy and the lowest loss. */
export const statistics = ['last', 'best', 'min', 'max'] as const
export const statistic = z.enum(statistics)
export type Statistic = z.infer<typeof statistic>

export const sortColumns = [
  'config',
  'study',
  'dataset',
  'seed',
  'state',
  'accuracy',
  'best',
  'trainLoss',
  'testLoss',
  'epochs',
  'parameters',
  'filters',
  'stepMs',
  'speed',
  'time',
  'created',
] as const
export const sortColumn = z.enum(sortColumns)
export type SortColumn = z.infer<typeof sortColumn>

export const sorting = z.strictObject({ column: sortColumn, descending: z.boolean() })
export type Sorting = z.infer<typeof sorting>

export const tag = z
  .string()
  .trim()
  .min(1, 'needs a word')
  .max(40, 'at most 40 characters')
  .regex(/^[^"\p{Cc}]*$/u, 'no quotes')

/** A run as a list shows it. Accuracy and losses are of the statistic asked for. */
export const runRow = runSummary.extend({
  kind: z.literal('run'),
  /** Null for what diverged, where the last epoch is asked for: it has no result. */
  accuracy: z.number().nullable(),
  rowTrainLoss: z.number().nullable(),
  rowTestLoss: z.number().nullable(),
  /** Mean of a step, from images a second. */
  stepMs: z.number().nullable(),
  tags: z.array(z.string()),
  note: z.string(),
  archivedAt: z.string().nullable(),
  trashedAt: z.string().nullable(),
})
export type RunRow = z.infer<typeof runRow>

/** Runs of one config. Means are over finished runs, a seed that was trained again counted once by its newest. */
export const runGroup = z.object({
  kind: z.literal('group'),
  configId: z.string(),
  arch,
  variant,
  dataset: datasetId,
  training: trainingConfig,
  /** Of the runs that match, by state. */
  counts: z.record(runState, z.int()),
  runs: z.int(),
  accuracy: spread.nullable(),
  best: z.number().nullable(),
  trainLoss: z.number().nullable(),
  testLoss: z.number().nullable(),
  stepMs: z.number().nullable(),
  /** Sum over all of its runs. */
  seconds: z.number().nullable(),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  createdAt: z.string(),
})
export type RunGroup = z.infer<typeof runGroup>

const asked = {
  query: z.string().max(2000).default(''),
  /** The first decides; at most one entry a column. Empty is newest first. */
  sort: z.array(sorting).max(5).default([]),
  statistic: statistic.default('last'),
  group: z.enum(['none', 'config']).default('none'),
  /** Groups that are unfolded. */
  open: z.array(z.string().max(64)).max(2000).default([]),
}

/** Runs that one call changes. */
export const runIds = z.array(runId).min(1).max(20_000)

export const runListCalls = {
  /**
   * Rows from `offset` of the list as it is grouped and unfolded; `rows` counts all of them, `runs` the runs that
   * match.
   */
  'runs.query': read(
    z.strictObject({ ...asked, offset: z.int().min(0).default(0), limit: z.int().min(1).max(500).default(100) }),
    z.object({
      rows: z.int(),
      runs: z.int(),
      groups: z.int().nullable(),
      part: z.array(z.discriminatedUnion('kind', [runRow, runGroup])),
    }),
  ),
  /** Ids of the runs in rows `offset` to `offset + limit`; a folded group stands for all of its runs. */
  'runs.ids': read(
    z.strictObject({ ...asked, offset: z.int().min(0).default(0), limit: z.int().min(1).max(20_000).default(20_000) }),
    z.array(runId),
  ),
  /** Runs by their ids, in that order; ids that are gone are left out. */
  'runs.rows': read(
    z.strictObject({ ids: z.array(runId).min(1).max(500), statistic: statistic.default('last') }),
    z.array(z.object({ run: runRow, config: experimentConfig })),
  ),
  /** Curves as columns: a study of a hundred runs is a million characters of JSON otherwise. */
  'runs.curves': read(
    z.strictObject({
      ids: z.array(runId).min(1).max(500),
      /** Greatest number of epochs of each run, evenly spaced; null for all. */ points: z
        .int()
        .min(2)
        .max(10_000)
        .nullable()
        .default(null),
    }),
    z.array(
      z.object({
        runId,
        epoch: z.array(z.int()),
        testAccuracy: z.array(z.number()),
        trainLoss: z.array(z.number()),
        testLoss: z.array(z.number()),
      }),
    ),
  ),
  /** What completion offers: all tags and studies in use. */
  'runs.filterValues': read(none, z.object({ tags: z.array(z.string()), studies: z.array(z.string()) })),
  'runs.tag': write(
    z.strictObject({ ids: runIds, add: z.array(tag).max(50).default([]), remove: z.array(tag).max(50).default([]) }),
    z.object({ changed: z.int() }),
  ),
  'runs.note': write(z.strictObject({ id: runId, note: z.string().max(4000) }), z.object({ changed: z.int() })),
  'runs.archive': write(z.strictObject({ ids: runIds, archived: z.boolean() }), z.object({ changed: z.int() })),
  /**
   * Takes runs out of every list, study and comparison, until they are restored or purged. What waits is taken back
   * from the queue.
   */
  'runs.trash': write(z.strictObject({ ids: runIds }), z.object({ changed: z.int() })),
  'runs.restore': write(z.strictObject({ ids: runIds }), z.object({ changed: z.int() })),
  /** Deletes runs that are in the trash with their weights and logs; null is everything in it. */
  'runs.purge': write(z.strictObject({ ids: runIds.nullable() }), z.object({ changed: z.int() })),
} as const
