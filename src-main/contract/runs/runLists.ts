/**
 * Lists of runs: requested by a query (analysis/query/runQuery.ts), page by page, sorted and grouped by the service.
 */
import { z } from 'zod'
import { none, read, write } from '../call'
import { experimentConfig } from '../experiment'
import { runId } from '../ids'
import { sortColumns, type SortColumn } from './columns'
import { runGroup, runRow, statistic, tag } from './rows'

export const sortColumn = z.enum(sortColumns as [SortColumn, ...SortColumn[]])

export const sorting = z.strictObject({ column: sortColumn, descending: z.boolean() })
export type Sorting = z.infer<typeof sorting>

const asked = {
  query: z.string().max(2000).default(''),
  /** Sort order, most significant first; at most one entry per column. Empty is newest first. */
  sort: z.array(sorting).max(5).default([]),
  statistic: statistic.default('last'),
  group: z.enum(['none', 'config']).default('none'),
  /** Keys of the unfolded groups. */
  open: z.array(z.string().max(64)).max(2000).default([]),
}

/** Ids of the runs that one call changes. */
export const runIds = z.array(runId).min(1).max(20_000)

export const runListCalls = {
  /** Rows from `offset` of the grouped list; `rows` is the number of all rows, `runs` that of matching runs. */
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
  /** Runs by their ids, in that order; deleted ones are left out. */
  'runs.rows': read(
    z.strictObject({ ids: z.array(runId).min(1).max(500), statistic: statistic.default('last') }),
    z.array(z.object({ run: runRow, config: experimentConfig })),
  ),
  /** Curves as columns: as rows, a study of a hundred runs would be a million characters of JSON. */
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
  /** Values for completion: all tags and studies in use. */
  'runs.filterValues': read(none, z.object({ tags: z.array(z.string()), studies: z.array(z.string()) })),
  'runs.tag': write(
    z.strictObject({ ids: runIds, add: z.array(tag).max(50).default([]), remove: z.array(tag).max(50).default([]) }),
    z.object({ changed: z.int() }),
  ),
  'runs.note': write(z.strictObject({ id: runId, note: z.string().max(4000) }), z.object({ changed: z.int() })),
  'runs.archive': write(z.strictObject({ ids: runIds, archived: z.boolean() }), z.object({ changed: z.int() })),
  /**
   * Moves runs to the trash: hidden from every list, study and comparison until they are restored or purged. Queued
   * runs are removed from the queue.
   */
  'runs.trash': write(z.strictObject({ ids: runIds }), z.object({ changed: z.int() })),
  'runs.restore': write(z.strictObject({ ids: runIds }), z.object({ changed: z.int() })),
  /** Deletes trashed runs with their weights and logs; null deletes all of them. */
  'runs.purge': write(z.strictObject({ ids: runIds.nullable() }), z.object({ changed: z.int() })),
} as const
