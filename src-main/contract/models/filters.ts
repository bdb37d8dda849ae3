/** The filters of a run, their banks and frequency responses. */
import { z } from 'zod'
import { read } from '../call'
import { ofRun, runId } from '../ids'
import { runSummary } from '../runs/runs'
import { searchText } from '../runs/search'
import { bankSizes } from '../variants/variants'
import { bankTable, layerSummary, picture } from './models'

export const filterLayer = z.object({ ...layerSummary.shape, epochs: z.array(z.int()) })
export type FilterLayer = z.infer<typeof filterLayer>

export const bank = z.object({
  /** Number of the band, from 1. Bands of the paper's bank: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h. */
  band: z.int().min(1).max(bankSizes.most),
  /** [row][column][in] */
  kernel: z.array(z.array(z.array(z.number()))),
  /** |H(u, v)| as [v][u][in] on a grid over −π…π with 0 at index ⌊size / 2⌋. */
  response: z.array(z.array(z.array(z.number()))),
})
export type Bank = z.infer<typeof bank>

/** A plain layer has one band: the filter itself. */
export const filterBank = z.object({
  runId,
  layer: z.string(),
  filter: z.int().min(0),
  epoch: z.int().min(0),
  multiband: z.boolean(),
  baseFilters: z.int(),
  bank: bankTable,
  banks: z.array(bank),
})
export type FilterBank = z.infer<typeof filterBank>

export const layerFilterValues = z.object({
  runId,
  layer: z.string(),
  epoch: z.int().min(0),
  multiband: z.boolean(),
  bank: bankTable,
  stride: z.int(),
  /** Rows, columns, in, stored filters (base filters in a multi-band layer). */
  shape: z.tuple([z.int(), z.int(), z.int(), z.int()]),
  /** float32, little endian, laid out as `shape`, base64. */
  values: z.string(),
})
export type LayerFilterValues = z.infer<typeof layerFilterValues>

/** How complementary the filters of a layer are (analysis/complementarity.ts). */
export const layerFigures = z.object({
  covered: z.number().min(0).max(1),
  overlap: z.number().min(0).max(1),
  cosine: z.number().min(0).max(1).nullable(),
  effectiveRank: z.number().min(0).nullable(),
  filters: z.int().min(1),
})

/** One entry per convolution, in order; null if nothing was stored or a weight is not finite. */
export const epochFigures = z.object({
  epoch: z.int().min(0),
  layers: z.array(z.object({ layer: z.string(), figures: layerFigures.nullable() })),
})
export type EpochFigures = z.infer<typeof epochFigures>

/** Channels last: [height, width, channels], float32, little endian, base64. */
export const layerInput = z.object({
  height: z.int(),
  width: z.int(),
  channels: z.int(),
  values: z.string(),
  /** Normalisation of the image's pixels, which are 0 to 1: (pixel − mean) / std. */
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
})
export type LayerInput = z.infer<typeof layerInput>

const atEpoch = z.strictObject({
  id: runId,
  layer: z.string().max(100),
  /** Null is the newest; epoch 0 is before training. */
  epoch: z.int().min(0).nullable().default(null),
})

export const filterCalls = {
  /** Runs with stored filters whose texts contain every word of `text`, newest first, and their total number. */
  'filters.runs': read(
    z.strictObject({ text: searchText, limit: z.int().min(1).max(100).default(40) }),
    z.object({ found: z.array(runSummary), total: z.int() }),
  ),
  /** The run to show by default (for null the newest one with stored filters), and the baseline to compare it with. */
  'filters.defaultRun': read(
    z.strictObject({ id: runId.nullable() }),
    z.object({ run: runSummary.nullable(), compared: runSummary.nullable() }),
  ),
  'filters.layers': read(ofRun, z.array(filterLayer)),
  /** How complementary the filters of each convolution were, for each epoch with stored figures. */
  'filters.figures': read(ofRun, z.array(epochFigures)),
  'filters.bank': read(
    z.strictObject({
      id: runId,
      layer: z.string().max(100).default('stem'),
      filter: z.int().min(0).default(0),
      /** Null is the newest; epoch 0 is before training. */
      epoch: z.int().min(0).nullable().default(null),
      size: z.int().min(8).max(256).default(64),
    }),
    filterBank,
  ),
  /** All stored filters of a layer at once. */
  'filters.layer': read(atEpoch, layerFilterValues),
  /**
   * The share of the frequency plane that filters cover after each epoch (see analysis/filters/spectrum.ts); for a
   * multi-band layer, by all bands.
   */
  'filters.coverage': read(
    z.strictObject({
      id: runId,
      layer: z.string().max(100),
      filters: z.array(z.int().min(0)).min(1).max(16),
      /** Input channels; several are combined by their root mean square. */
      channels: z.array(z.int().min(0)).min(1).max(3),
      /** Band edge in decibels below each filter's peak. */
      edge: z.union([z.literal(3), z.literal(6)]),
    }),
    z.object({ epochs: z.array(z.int()), covered: z.array(z.number().min(0).max(1)) }),
  ),
  /**
   * The largest absolute weight and |H| of a layer over all epochs and filters, for scales that hold for the complete
   * run.
   */
  'filters.scale': read(
    z.strictObject({ id: runId, layer: z.string().max(100), channels: z.array(z.int().min(0)).min(1).max(3) }),
    z.object({ weight: z.number(), magnitude: z.number() }),
  ),
  /**
   * The input of a layer for one image. For the first layer it is the image, normalised as the run's data; for others
   * it is computed by the layers before, with the final weights.
   */
  'filters.input': read(z.strictObject({ id: runId, layer: z.string().max(100), picture }), layerInput),
} as const
