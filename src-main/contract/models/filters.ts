/** The filters of a run, their banks and frequency responses. */
import { z } from 'zod'
import { read } from '../call'
import { ofRun, runId } from '../ids'
import { runSummary } from '../runs/runs'
import { searchText } from '../runs/search'
import { bankSizes } from '../variants'
import { bankTable, layerSummary, picture } from './models'

export const filterLayer = z.object({ ...layerSummary.shape, epochs: z.array(z.int()) })
export type FilterLayer = z.infer<typeof filterLayer>

export const bank = z.object({
  /** From 1; of the paper's bank: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h. */
  band: z.int().min(1).max(bankSizes.most),
  /** [row][column][in] */
  kernel: z.array(z.array(z.array(z.number()))),
  /** |H(u, v)| as [v][u][in] on a grid over −π…π with 0 at index ⌊size / 2⌋. */
  response: z.array(z.array(z.array(z.number()))),
})
export type Bank = z.infer<typeof bank>

/** For a plain layer there is one bank: the filter itself. */
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
  /** Rows, columns, in, stored filters (base filters where multi-band). */
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

/** Of every convolution, in order; null where nothing was kept or a weight was no number. */
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
  /** What a pixel of the picture, 0 to 1, was normalised by: (pixel − mean) / std. */
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
  /**
   * Runs of which filters are kept and in which every word of the text occurs, the newest first, and how many there are
   * in all.
   */
  'filters.runs': read(
    z.strictObject({ text: searchText, limit: z.int().min(1).max(100).default(40) }),
    z.object({ found: z.array(runSummary), total: z.int() }),
  ),
  /**
   * What is shown where nothing was chosen: the run (the newest that says something, for null), and the baseline that
   * belongs beside it.
   */
  'filters.defaultRun': read(
    z.strictObject({ id: runId.nullable() }),
    z.object({ run: runSummary.nullable(), beside: runSummary.nullable() }),
  ),
  'filters.layers': read(ofRun, z.array(filterLayer)),
  /** How complementary the filters of each convolution were, epoch by epoch as far as that was kept. */
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
   * How much of the frequency plane filters cover after each epoch (see analysis/spectrum.ts), for a multi-band layer
   * with all their bands.
   */
  'filters.coverage': read(
    z.strictObject({
      id: runId,
      layer: z.string().max(100),
      filters: z.array(z.int().min(0)).min(1).max(16),
      /** Input channels, taken together as the root of the mean square. */
      channels: z.array(z.int().min(0)).min(1).max(3),
      /** Band edge in decibels under each filter's peak. */
      edge: z.union([z.literal(3), z.literal(6)]),
    }),
    z.object({ epochs: z.array(z.int()), covered: z.array(z.number().min(0).max(1)) }),
  ),
  /**
   * The greatest weight and the greatest |H| of a layer over all its epochs and filters, for scales that hold for the
   * whole run.
   */
  'filters.scale': read(
    z.strictObject({ id: runId, layer: z.string().max(100), channels: z.array(z.int().min(0)).min(1).max(3) }),
    z.object({ weight: z.number(), magnitude: z.number() }),
  ),
  /**
   * What comes into a layer when a run's network looks at a picture: for the first layer the picture as the run's data
   * are normalised, for others what the layers before make of it with the weights at the run's end.
   */
  'filters.input': read(z.strictObject({ id: runId, layer: z.string().max(100), picture }), layerInput),
} as const
