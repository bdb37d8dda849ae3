/** What the network of a finished run is used for: export and classification. */
import { z } from 'zod'
import { read, withPath } from '../call'
import { runId } from '../ids'
import { modelFormat } from './modelFormats'
import { picture } from './models'

/** A network that was written for other programs. */
export const exportedModel = z.object({
  format: modelFormat,
  /** A SavedModel is a folder. */
  path: z.string(),
  bytes: z.int(),
  /** Of the file; null for a folder. */
  sha256: z.string().nullable(),
  /** In a folder: the new names of files that the user had changed. */
  kept: z.array(z.string()),
})
export type ExportedModel = z.infer<typeof exportedModel>

/** What a run's network says of a picture. */
export const classification = z.object({
  /** The most probable classes, the first of them first; equal ones in the order of their labels. */
  top: z.array(z.object({ label: z.int().min(0), name: z.string(), probability: z.number().min(0).max(1) })),
  classes: z.int(),
})
export type Classification = z.infer<typeof classification>

export const runModelCalls = {
  /**
   * Writes the network with the weights at the run's end for other programs. From a window the path comes from a dialog
   * only (see shellCalls).
   */
  'runs.export': withPath(
    read(
      z.strictObject({
        id: runId,
        format: modelFormat,
        path: z.string().min(1).max(4096),
        /** Replaces what is there. */ force: z.boolean().default(false),
      }),
      exportedModel,
    ),
  ),
  /** What the network with the weights at the run's end makes of a picture. */
  'runs.classify': read(
    z.strictObject({ id: runId, picture, top: z.int().min(1).max(100).default(5) }),
    classification,
  ),
} as const
