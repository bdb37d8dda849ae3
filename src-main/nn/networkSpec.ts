/** A network with its classes: its blocks, its parameters and how many there are. */
import { imageChannels, imageSize, networkEntry, type Arch, type Variant } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'
import { blockNodes, inputName, nodesByBlock, type Block } from '../networks/blocks'
import type { GraphNode } from '../networks/graph'

export interface NetworkSpec {
  arch: Arch
  variant: Variant
  /** Outputs of the dense layer. */
  classes: number
  blocks: Block[]
  /** Inputs of the dense layer, which takes the mean of each channel. */
  features: number
}

/** Returns the network of an arch without multi-band layers, under the name of `variant`. */
export function plainNetwork(arch: Arch, variant: Variant, classes: number): NetworkSpec {
  const { blocks, features } = networkEntry(arch).build({ size: imageSize, channels: imageChannels })
  return { arch, variant, classes, blocks, features }
}

/** The parameters of one operation: a convolution's kernel, or the vectors of a normalisation by its name. */
export type ParameterGroup = { layer: LayerSummary } | { norm: string; channels: number }

function groupOf(node: GraphNode): ParameterGroup[] {
  if (node.op === 'convolution') return [{ layer: node.layer }]
  return node.op === 'norm' ? [{ norm: node.norm, channels: node.channels }] : []
}

/** Returns the parameters of a network but for its dense layer, in the order of its operations. */
export function parameterGroups({ blocks }: Pick<NetworkSpec, 'blocks'>): ParameterGroup[] {
  return nodesByBlock(blocks).flat().flatMap(groupOf)
}

/** Returns the convolutions of a network in order. The first one is the stem. */
export function convolutions(spec: Pick<NetworkSpec, 'blocks'>): LayerSummary[] {
  return parameterGroups(spec).flatMap((group) => ('layer' in group ? [group.layer] : []))
}

/** Returns [rows, columns, inputs of one filter, trained filters]. A depthwise filter has one input. */
export function kernelShape({
  kernel,
  in: inputs,
  groups,
  baseFilters,
}: LayerSummary): [number, number, number, number] {
  return [...kernel, inputs / groups, baseFilters]
}

/** Counts kernels, scales and offsets. Running statistics are not trained. */
function countParameters(groups: readonly ParameterGroup[]): number {
  return groups.reduce(
    (sum, group) => sum + ('layer' in group ? kernelShape(group.layer).reduce((a, b) => a * b, 1) : 2 * group.channels),
    0,
  )
}

/** Counts the trainable parameters of one block. */
export function blockParameters(block: Block): number {
  return countParameters(blockNodes(block, inputName, 0).flatMap(groupOf))
}

/**
 * Counts the trainable parameters of a network: kernels, scale and offset of each batch normalisation, weights and
 * biases of the dense layer.
 */
export function trainableParameters(spec: NetworkSpec): number {
  return countParameters(parameterGroups(spec)) + (spec.features + 1) * spec.classes
}
