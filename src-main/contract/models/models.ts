/** Networks: layers, counts of parameters and multiplications. */
import { z } from 'zod'
import { read } from '../call'
import { arch } from '../experiment'
import { bankSizes, variant } from '../variants/variants'

/** How a multi-band layer derives filters (analysis/filters/banks.ts); null for a plain layer. */
export const bankTable = z
  .array(z.array(z.int().min(-9).max(9)).length(9))
  .min(bankSizes.least)
  .max(bankSizes.most)
  .nullable()

export const layerSummary = z.object({
  /** stem, stage1.block1.conv1 … stage3.block5.conv2 */
  name: z.string(),
  kernel: z.tuple([z.int(), z.int()]),
  in: z.int(),
  out: z.int(),
  /** 1, or the number of inputs if each filter sees one of them (depthwise). */
  groups: z.int(),
  stride: z.int(),
  /** Side of the output, in pixels. */
  size: z.int(),
  multiband: z.boolean(),
  /** Trained filters: the output channels, divided by the bank's number of filters in a multi-band layer. */
  baseFilters: z.int(),
  bank: bankTable,
})
export type LayerSummary = z.infer<typeof layerSummary>

export const modelSummary = z.object({
  arch,
  variant,
  classes: z.int(),
  trainableParameters: z.int(),
  /** Trained filters over all convolutions. */
  trainableFilters: z.int(),
  /** Multiplications of one image's forward pass, convolutions and dense layer, as executed. */
  multiplications: z.int(),
  /** Inputs of the dense layer: channels of the global average pooling. */
  features: z.int(),
  /** The convolutions, in order. */
  layers: z.array(layerSummary),
})
export type ModelSummary = z.infer<typeof modelSummary>

/** 32 × 32 × 3 bytes, rows of RGB, as base64. */
export const picture = z.base64().length(4096)

export const modelCalls = {
  'models.list': read(z.strictObject({ classes: z.int().min(2).max(1000).default(10) }), z.array(modelSummary)),
  'models.get': read(z.strictObject({ arch, variant, classes: z.int().min(2).max(1000).default(10) }), modelSummary),
} as const
