/** Data sets: import, download, samples and statistics. */
import { z } from 'zod'
import { none, ok, read, withPath, write } from './call'
import { datasetId, seed } from './experiment'

export const datasetSummary = z.object({
  id: datasetId,
  name: z.string(),
  /** Made from a seed, not photographed: said wherever a number from it is shown. */
  synthetic: z.boolean(),
  available: z.boolean(),
  classes: z.array(z.string()),
  train: z.int(),
  test: z.int(),
  bytes: z.number(),
  /** SHA-256 of the canonical examples; null where not available. */
  fingerprint: z.string().nullable(),
  /** Whether the content equals the official one; null where no official checksum applies. */
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
  /** Of the archive. */
  bytes: z.number(),
  /** Of it here already, from a download that was not finished. */
  kept: z.number(),
})
export type DatasetSource = z.infer<typeof datasetSource>

/** Of a set's training pictures; means and standard deviations of pixels scaled to 0..1. */
export const datasetStatistics = z.object({
  perClass: z.array(z.int()),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
  /** [channel][value]: pixels that have it, of the 256 values. */
  histograms: z.array(z.array(z.int()).length(256)).length(3),
})
export type DatasetStatistics = z.infer<typeof datasetStatistics>

export const datasetCalls = {
  'datasets.list': read(none, z.array(datasetSummary)),
  /** From a window the path comes only through a file dialog's grant (see shellCalls). */
  'datasets.import': withPath(write(z.strictObject({ path: z.string().min(1).max(4096) }), datasetSummary)),
  /** Of an import or a download, whichever is under way. */
  'datasets.cancelImport': write(none, ok),
  /** Where data sets can be downloaded from, and how much that is. */
  'datasets.sources': read(none, z.array(datasetSource)),
  /** Fetches the official archive and imports it. What came of it before is not fetched again. */
  'datasets.download': write(z.strictObject({ id: datasetId }), datasetSummary),
  /** Deletes what came of a download that was not finished. */
  'datasets.discardDownload': write(z.strictObject({ id: datasetId }), ok),
  'datasets.verify': write(z.strictObject({ id: datasetId }), datasetSummary),
  /** Takes it away; until the service ends, or `datasets.purge`, it can be put back. */
  'datasets.remove': write(z.strictObject({ id: datasetId }), ok),
  'datasets.restore': write(z.strictObject({ id: datasetId }), ok),
  /** Deletes the files of what was taken away; where nothing was, nothing happens. */
  'datasets.purge': write(z.strictObject({ id: datasetId }), ok),
  /** Pixels as base64 of 32 × 32 × 3 bytes, rows of RGB. */
  'datasets.samples': read(
    z.strictObject({ id: datasetId, perClass: z.int().min(1).max(20).default(8) }),
    z.object({ samples: z.array(z.object({ label: z.int(), pixels: z.string() })) }),
  ),
  /** Of the training pictures; every one is looked at. */
  'datasets.statistics': read(z.strictObject({ id: datasetId }), datasetStatistics),
  /** The first training picture of a class, and what augmentation makes of it; pixels as in `datasets.samples`. */
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
  /** Of an import or a download: bytes. How fast, and how long yet, is told of a download where it is known. */
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
