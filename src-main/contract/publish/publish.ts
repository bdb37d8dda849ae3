/** What leaves the history to be checked or carried elsewhere: manifests, verifications, archives, reports. */
import { z } from 'zod'
import { ok, read, withPath, write } from '../call'
import { runId, studyId } from '../ids'

/** What takes its time: told several times a second at most. `total` 0: not known. */
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
  /** Whether the study was there already, and was completed. */
  completed: z.boolean(),
  /** Runs that came in, by the id in the archive and the one they have here. */
  runs: z.array(z.object({ id: runId, as: runId })),
  /** Runs that were here already with the same contents. */
  skipped: z.array(runId),
})
export type Imported = z.infer<typeof imported>

/** `kept`: the new names of files in the folder that the user had changed. */
export const reported = z.object({ folder: z.string(), files: z.array(z.string()), kept: z.array(z.string()) })

export const publishCalls = {
  /** Writes a study with all that belongs to it into one file, which must not be there yet unless `replace`. */
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
  /** Takes an exported study in: all of it that is not here already, or nothing. */
  'publish.import': withPath(write(z.strictObject({ path: filePath }), imported)),
  /** Writes a report of a study into a folder, which must be empty or new unless `replace`. */
  'publish.report': withPath(
    read(z.strictObject({ id: studyId, out: filePath, replace: z.boolean().default(false) }), reported),
  ),
  /** Ends what of a kind is under way, as cancelled; nothing where nothing is. */
  'publish.cancel': read(z.strictObject({ kind: taskProgress.shape.kind }), ok),
} as const

export const taskEvents = {
  /** What takes its time (a verification, an archive, a report) goes on. */
  'task.progress': taskProgress,
  /** It is done, failed or was cancelled. */
  'task.ended': taskProgress.pick({ kind: true }),
} as const
