/** Data sets: import, download, samples and statistics. */
import { z } from 'zod'
import { none, ok, read, withPath, write } from '../call'
import { datasetId, seed } from '../experiment'

export const datasetSummary = z.object({
  id: datasetId,
  name: z.string(),
  /** Generated from a seed: noted wherever a number from it is shown. */
  synthetic: z.boolean(),
  available: z.boolean(),
  classes: z.array(z.string()),
  train: z.int(),
  test: z.int(),
  bytes: z.number(),
  /** SHA-256 of the canonical examples; null if it is not installed. */
  fingerprint: z.string().nullable(),
  /** Whether the content equals the official one; null if there is no official checksum. */
  official: z.boolean().nullable(),
  importedAt: z.string().nullable(),
  source: z.string().nullable(),
})
export type DatasetSummary = z.infer<typeof datasetSummary>

/** Where a published set can be downloaded. */
export const datasetSource = z.object({
  id: datasetId,
  url: z.string(),
  host: z.string(),
  file: z.string(),
  /** Bytes of the archive. */
  bytes: z.number(),
  /** Bytes of an unfinished download on this machine. */
  kept: z.number(),
})
export type DatasetSource = z.infer<typeof datasetSource>

/** Statistics of the training images; means and standard deviations of pixels scaled to 0..1. */
export const datasetStatistics = z.object({
  perClass: z.array(z.int()),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
  /** [channel][value]: number of pixels with each of the 256 values. */
  histograms: z.array(z.array(z.int()).length(256)).length(3),
})
export type DatasetStatistics = z.infer<typeof datasetStatistics>

export const datasetCalls = {
  'datasets.list': read(none, z.array(datasetSummary)),
  /** A window gives no path: it comes from a file dialog (see shellCalls). */
  'datasets.import': withPath(write(z.strictObject({ path: z.string().min(1).max(4096) }), datasetSummary)),
  /** Cancels the import or download that is running. */
  'datasets.cancelImport': write(none, ok),
  /** Where data sets can be downloaded, and how large the archives are. */
  'datasets.sources': read(none, z.array(datasetSource)),
  /** Downloads and imports the official archive. Resumes an unfinished download. */
  'datasets.download': write(z.strictObject({ id: datasetId }), datasetSummary),
  /** Deletes an unfinished download. */
  'datasets.discardDownload': write(z.strictObject({ id: datasetId }), ok),
  'datasets.verify': write(z.strictObject({ id: datasetId }), datasetSummary),
  /** Removes a data set. It can be restored until the service closes or `datasets.purge` is called. */
  'datasets.remove': write(z.strictObject({ id: datasetId }), ok),
  'datasets.restore': write(z.strictObject({ id: datasetId }), ok),
  /** Deletes the files of a removed data set; does nothing if there is none. */
  'datasets.purge': write(z.strictObject({ id: datasetId }), ok),
  /** Pixels as base64 of 32 × 32 × 3 bytes, rows of RGB. */
  'datasets.samples': read(
    z.strictObject({ id: datasetId, perClass: z.int().min(1).max(20).default(8) }),
    z.object({ samples: z.array(z.object({ label: z.int(), pixels: z.string() })) }),
  ),
  /** Statistics over all training images. */
  'datasets.statistics': read(z.strictObject({ id: datasetId }), datasetStatistics),
  /** The first training image of a class and augmented versions of it; pixels as in `datasets.samples`. */
  'datasets.augmented': read(
    z.strictObject({
      id: datasetId,
      label: z.int().min(0).max(999),
      seed: seed.default(1),
      draws: z.int().min(1).max(30).default(9),
    }),
    z.object({ original: z.string(), pictures: z.array(z.string()) }),
  ),
} as const

export const datasetEvents = {
  /**
   * Progress of an import or download, in bytes. A download also has its rate and remaining time once they are known.
   */
  'dataset.progress': z.object({
    id: datasetId.nullable(),
    phase: z.string(),
    done: z.number(),
    total: z.number(),
    bytesPerSecond: z.number().nullable().optional(),
    etaSeconds: z.number().nullable().optional(),
  }),
  'dataset.changed': z.object({ id: datasetId }),
} as const
