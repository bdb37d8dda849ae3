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
  /** Bytes of trashed runs, also of trashed studies: the files that a purge would delete. */
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

export const repair = z.object({
  /**
   * What the history was rebuilt from. `whole`: there was nothing to repair; `records`: records of studies and journals
   * of runs, and a backup for what they do not hold; `backup`: a backup and journals.
   */
  from: z.enum(['whole', 'records', 'backup', 'nothing']),
  /** Path of the kept corrupt file. */
  kept: z.string().nullable(),
  /** The backup that was used. */
  backup: z.string().nullable(),
  /** Studies and runs in the history now. */
  studies: z.int(),
  runs: z.int(),
  /** Each run that lost something, and what, in words. */
  losses: z.array(z.object({ id: z.string(), lost: z.string() })),
  /** Records that can't be read, a sentence each. */
  problems: z.array(z.string()),
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
