/** Uses of a finished run's network: export and classification. */
import { z } from 'zod'
import { read, withPath } from '../call'
import { runId } from '../ids'
import { modelFormat } from './modelFormats'
import { picture } from './models'

/** A network that was exported. */
export const exportedModel = z.object({
  format: modelFormat,
  /** A SavedModel is a folder. */
  path: z.string(),
  bytes: z.int(),
  /** SHA-256 of the file; null for a folder. */
  sha256: z.string().nullable(),
  /** In a folder: the new names of files that the user had changed. */
  kept: z.array(z.string()),
})
export type ExportedModel = z.infer<typeof exportedModel>

/** The prediction of a run's network for one image. */
export const classification = z.object({
  /** The most probable classes in descending order; ties in the order of their labels. */
  top: z.array(z.object({ label: z.int().min(0), name: z.string(), probability: z.number().min(0).max(1) })),
  classes: z.int(),
})
export type Classification = z.infer<typeof classification>

export const runModelCalls = {
  /** Exports the network with its final weights. A window gives no path: it comes from a dialog (see shellCalls). */
  'runs.export': withPath(
    read(
      z.strictObject({
        id: runId,
        format: modelFormat,
        path: z.string().min(1).max(4096),
        /** Whether to replace an existing file. */ force: z.boolean().default(false),
      }),
      exportedModel,
    ),
  ),
  /** Classifies an image with the final weights. */
  'runs.classify': read(
    z.strictObject({ id: runId, picture, top: z.int().min(1).max(100).default(5) }),
    classification,
  ),
} as const
