/** The data directory: what it holds, copies of the history, its repair. */
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
  /** Of runs in the trash, of studies in the trash too: weights and logs that a purge would delete. */
  trash: z.number(),
})
export type Storage = z.infer<typeof storage>

/** A copy of the history: one that was asked for, made before a newer program changed its form, or of a damaged one. */
export const backup = z.object({
  file: z.string(),
  kind: z.enum(['asked', 'migration', 'damaged']),
  at: z.string(),
  bytes: z.number(),
})
export type Backup = z.infer<typeof backup>

/** Rows of a table; lost is null where nobody can tell how many there were. */
export const repairedTable = z.object({ table: z.string(), saved: z.int(), lost: z.int().nullable() })

export const repair = z.object({
  /** What the history is made of now; whole: there was nothing to mend. */
  from: z.enum(['whole', 'history', 'backup', 'nothing']),
  /** Where the damaged file is kept. */
  kept: z.string().nullable(),
  /** The copy that was taken in its place. */
  backup: z.string().nullable(),
  tables: z.array(repairedTable),
  /** Each run that is known to have lost something, and what, in words. */
  runs: z.array(z.object({ id: z.string(), lost: z.string() })),
  /**
   * A part of the write-ahead log could not be read that does not say what it held: more may be missing than is
   * counted.
   */
  unsure: z.boolean(),
})
export type Repair = z.infer<typeof repair>

export const storageCalls = {
  /** Copies the history into the data directory's `backups`. */
  'system.backup': read(none, z.object({ file: z.string(), bytes: z.number() })),
  /** The copies there, the newest first. */
  'system.backups': read(none, z.array(backup)),
  /** What lies in the data directory, and what of it nothing needs any more. */
  'system.storage': read(none, storage),
  /** Deletes what nothing needs any more. */
  'system.reclaim': write(none, z.object({ bytes: z.number() })),
} as const
