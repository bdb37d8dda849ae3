/** The network as it is drawn: columns of blocks, and what a click on a layer leads to. Pure. */
import { depthOf, imageSize, type LayerSummary, type ModelSummary, type Variant } from '../../../src-main/contract'

export interface Stage {
  title: string
  channels: number
  /** Side of what it works on, in pixels. */
  size: number
  blocks: LayerSummary[][]
}

export interface Drawing {
  stem: LayerSummary
  stages: Stage[]
}

/** Stages and blocks by the layers' names: stem, stage1.block1.conv1 … */
export function drawingOf(model: Pick<ModelSummary, 'layers'>): Drawing | null {
  const [stem, ...rest] = model.layers
  if (!stem) return null
  let size = imageSize / stem.stride
  const stages: Stage[] = []
  for (const layer of rest) {
    const [stageName = '', blockName = ''] = layer.name.split('.')
    const title = stageName.replace('stage', 'stage ')
    size /= layer.stride
    let stage = stages.at(-1)
    if (stage?.title !== title) {
      stage = { title, channels: layer.out, size, blocks: [] }
      stages.push(stage)
    }
    const last = stage.blocks.at(-1)
    if (last?.[0]?.name.split('.')[1] === blockName) last.push(layer)
    else stage.blocks.push([layer])
  }
  return { stem, stages }
}

/**
 * The named variant that switching a layer leads to, or why there is none: only named variants can be trained.
 * @param layers the network's convolutions, in order
 */
export function switched(variant: Variant, layer: string, layers: readonly LayerSummary[]): { to: Variant } | { why: string } {
  const first = layers[0]?.name === layer
  const last = layers.at(-1)?.name === layer
  if (variant === 'mcnn-a') return { why: 'mcnn-a takes every layer: none of the variants leaves a single one out.' }
  if (!first && !last) return { why: 'Of single layers, variants switch the first and the last only; mcnn-a switches every one.' }
  const on = { f: variant === 'mcnn-f' || variant === 'mcnn-fl', l: variant === 'mcnn-l' || variant === 'mcnn-fl' }
  if (first) on.f = !on.f
  else on.l = !on.l
  return { to: on.f ? (on.l ? 'mcnn-fl' : 'mcnn-f') : on.l ? 'mcnn-l' : 'baseline' }
}

/** Weights that a layer trains: kernel × inputs × trained filters. */
export function weightsOf({ kernel, in: inputs, baseFilters }: LayerSummary): number {
  return kernel[0] * kernel[1] * inputs * baseFilters
}

/** How many block rows there are to a stage: their height follows. */
export function rowHeight(model: Pick<ModelSummary, 'arch'>): number {
  const blocks = (depthOf(model.arch) - 2) / 6
  return blocks > 10 ? 11 : blocks > 6 ? 16 : 24
}
