/** The data directory: its sizes, backups of the history, its repair. */
import { z } from 'zod'
import { none, read, write } from '../call'

export const storageKinds = ['runs', 'history', 'backups', 'datasets', 'logs', 'desktop', 'other'] as const

export const storage = z.object({
  parts: z.array(
    z.object({
      kind: z.enum(storageKinds),
      bytes: z.number(),
      /** Needed by nothing in the history. */ reclaimable: z.number(),
    }),
  ),
  bytes: z.number(),
  reclaimable: z.number(),
  /** Bytes of trashed runs, also of trashed studies: weights and logs that a purge would delete. */
  trash: z.number(),
})
export type Storage = z.infer<typeof storage>

/** A backup of the history: requested, made before a database upgrade, or a kept corrupt history. */
export const backup = z.object({
  file: z.string(),
  kind: z.enum(['asked', 'migration', 'damaged']),
  at: z.string(),
  bytes: z.number(),
})
export type Backup = z.infer<typeof backup>

/** Rows of a table; lost is null if their number is unknown. */
export const repairedTable = z.object({ table: z.string(), saved: z.int(), lost: z.int().nullable() })

export const repair = z.object({
  /** Source of the repaired history; `whole`: there was nothing to repair. */
  from: z.enum(['whole', 'history', 'backup', 'nothing']),
  /** Path of the kept corrupt file. */
  kept: z.string().nullable(),
  /** The backup that was restored. */
  backup: z.string().nullable(),
  tables: z.array(repairedTable),
  /** Each run that lost something, and what, in words. */
  runs: z.array(z.object({ id: z.string(), lost: z.string() })),
  /** Whether an unreadable part of the write-ahead log has unknown contents: more may be missing than is counted. */
  unsure: z.boolean(),
})
export type Repair = z.infer<typeof repair>

export const storageCalls = {
  /** Backs up the history to the data directory's `backups`. */
  'system.backup': read(none, z.object({ file: z.string(), bytes: z.number() })),
  /** The backups there, newest first. */
  'system.backups': read(none, z.array(backup)),
  /** Sizes in the data directory, and bytes that the history no longer needs. */
  'system.storage': read(none, storage),
  /** Deletes files that the history no longer needs. */
  'system.reclaim': write(none, z.object({ bytes: z.number() })),
} as const
