/** Results for use elsewhere: manifests, verifications, archives, reports. */
import { z } from 'zod'
import { ok, read, withPath, write } from '../call'
import { runId, studyId } from '../ids'

/** Progress of a long task, several times a second at most. `total` 0: unknown. */
export const taskProgress = z.object({
  kind: z.enum(['verify', 'export', 'import', 'report']),
  phase: z.string(),
  done: z.number(),
  total: z.number(),
})
export type TaskProgress = z.infer<typeof taskProgress>

/** Absolute, and never from a window: see `rendererServiceCalls`. */
const filePath = z.string().min(1).max(4096)

export const exported = z.object({ file: z.string(), bytes: z.number(), runs: z.int(), members: z.int() })

export const imported = z.object({
  studyId,
  studyName: z.string(),
  /** Whether the study existed already and was completed. */
  completed: z.boolean(),
  /** Imported runs: the id in the archive and the id here. */
  runs: z.array(z.object({ id: runId, as: runId })),
  /** Ids of runs that existed already with the same contents. */
  skipped: z.array(runId),
})
export type Imported = z.infer<typeof imported>

/** `kept`: the new names of files in the folder that the user had changed. */
export const reported = z.object({ folder: z.string(), files: z.array(z.string()), kept: z.array(z.string()) })

export const publishCalls = {
  /** Writes a study and everything that belongs to it to one file, which must not exist unless `replace`. */
  'publish.export': withPath(
    read(
      z.strictObject({
        id: studyId,
        out: filePath,
        checkpoints: z.boolean().default(false),
        replace: z.boolean().default(false),
      }),
      exported,
    ),
  ),
  /** Imports an exported study: all runs that do not exist yet or, if it fails, none. */
  'publish.import': withPath(write(z.strictObject({ path: filePath }), imported)),
  /** Writes a report of a study into a folder, which must be empty or new unless `replace`. */
  'publish.report': withPath(
    read(z.strictObject({ id: studyId, out: filePath, replace: z.boolean().default(false) }), reported),
  ),
  /** Cancels the running task of a kind; does nothing if there is none. */
  'publish.cancel': read(z.strictObject({ kind: taskProgress.shape.kind }), ok),
} as const

export const taskEvents = {
  /** Progress of a background task: a verification, an archive, a report. */
  'task.progress': taskProgress,
  /** A background task has succeeded, failed or been cancelled. */
  'task.ended': taskProgress.pick({ kind: true }),
} as const
