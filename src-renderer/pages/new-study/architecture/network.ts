/** The drawing of a network in columns of blocks, and the variant that toggling a layer leads to. Pure. */
import { bankSize, isBankable, namedLayers } from '../../../../src-main/analysis/filters/banks'
import {
  imageChannels,
  imageSize,
  networkEntry,
  parseVariant,
  variantOfLayers,
  variants,
  type Arch,
  type LayerSummary,
  type ModelSummary,
  type Variant,
} from '../../../../src-main/contract'
import { surroundingsOf, type Surroundings } from '../../../../src-main/networks/surroundings'

export interface Stage {
  title: string
  channels: number
  /** Side of its feature maps in pixels. */
  size: number
  blocks: LayerSummary[][]
}

export interface Drawing {
  stem: LayerSummary
  stages: Stage[]
}

/** Stages and blocks by the layers' names: stem, stage1.block1.conv1, stage1.conv2, head … */
export function drawingOf(model: Pick<ModelSummary, 'layers'>): Drawing | null {
  const [stem, ...rest] = model.layers
  if (!stem) return null
  const stages: Stage[] = []
  for (const layer of rest) {
    const [stageName = '', blockName = ''] = layer.name.split('.')
    const title = stageName.replace('stage', 'stage ')
    let stage = stages.at(-1)
    if (stage?.title !== title) {
      stage = { title, channels: layer.out, size: layer.size, blocks: [] }
      stages.push(stage)
    }
    // A stage's output is that of its last layer: MobileNetV2's blocks are wider inside.
    if (!layer.name.endsWith('.shortcut')) [stage.channels, stage.size] = [layer.out, layer.size]
    const last = stage.blocks.at(-1)
    if (last?.[0]?.name.split('.')[1] === blockName) last.push(layer)
    else stage.blocks.push([layer])
  }
  return { stem, stages }
}

/**
 * Returns the variant after toggling a layer, by its name if it has one; or why the layer can't be toggled.
 * @param layers the network's convolutions, in order
 */
export function switched(
  variant: Variant,
  name: string,
  layers: readonly LayerSummary[],
): { to: Variant } | { why: string } {
  const parsed = parseVariant(variant)
  const clicked = layers.find((layer) => layer.name === name)
  if (!parsed || !clicked) return { why: `This network has no layer ${name}.` }
  if (parsed.kind === 'narrow')
    return {
      why: 'The narrow control has no multi-band layers. Toggle the layers of its variant instead.',
    }
  const bands = bankSize(parsed.bank)
  if (!isBankable(clicked))
    return { why: `${name} has a kernel of ${clicked.kernel.join(' × ')}: only 3 × 3 convolutions can be multi-band.` }
  if (clicked.out % bands !== 0)
    return { why: `${name} has ${clicked.out} outputs, which the bank’s ${bands} bands don’t divide.` }
  const bank = variant.split('@')[1]
  const after = layers.filter((layer) => (layer.name === name) !== layer.multiband)
  if (after.length === 0) return { to: 'baseline' }
  const named = variants.find((other) => {
    const of = parseVariant(other)?.layers
    const set = typeof of === 'string' ? namedLayers(of, layers, bands) : []
    return set.length === after.length && set.every((layer) => after.includes(layer))
  })
  return {
    to:
      named === undefined
        ? variantOfLayers(
            after.map((layer) => layer.name),
            bank,
          )
        : bank === undefined
          ? named
          : `${named}@${bank}`,
  }
}

/** Weights that a layer trains: kernel × inputs of a filter × trained filters. */
export function weightsOf({ kernel, in: inputs, groups, baseFilters }: LayerSummary): number {
  return (kernel[0] * kernel[1] * inputs * baseFilters) / groups
}

/** Describes the normalisation and ReLU around a layer, without sums. */
export function surroundings(arch: Arch, { name }: LayerSummary): Surroundings {
  const { blocks } = networkEntry(arch).build({ size: imageSize, channels: imageChannels })
  return surroundingsOf(blocks, name)
}

/** Returns the height of a row for the number of blocks in the longest stage. */
export function rowHeight({ stages }: Drawing): number {
  const blocks = Math.max(0, ...stages.map((stage) => stage.blocks.length))
  return blocks > 10 ? 11 : blocks > 6 ? 16 : 24
}
