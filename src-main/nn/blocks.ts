/** What a network is made of: blocks of layers one after the other, and all that can be counted from them. */
import type { Arch, Variant } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'

/**
 * Each takes what the one before it gives. Where nothing else is said, a convolution is followed by its normalisation
 * and relu.
 */
export type BlockSpec =
  /** One convolution; without `norm` nothing follows it. */
  | { kind: 'conv'; conv: LayerSummary; norm: boolean }
  /** The largest of each 2 × 2 pixels. */
  | { kind: 'pool' }
  | BasicBlock
  | PreactivationBlock
  | InvertedBlock
  /** Normalisation and relu of their own. */
  | { kind: 'norm'; name: string; channels: number }

/** He et al. 2016, section 4.2: two convolutions, the second's relu behind the sum with the shortcut. */
export interface BasicBlock {
  kind: 'basic'
  conv1: LayerSummary
  conv2: LayerSummary
  /**
   * Option A: where the size changes, the shortcut takes every second pixel and pads a quarter of the output's channels
   * with zeros on each side.
   */
  subsample: boolean
}

/**
 * Zagoruyko and Komodakis 2016: normalisation and relu stand before each convolution, and carry its name. The shortcut
 * is the block's input, or, where the size changes, a convolution of what the first relu gives.
 */
export interface PreactivationBlock {
  kind: 'preactivation'
  conv1: LayerSummary
  conv2: LayerSummary
  /** 1 × 1, without normalisation. */
  shortcut: LayerSummary | null
}

/** Sandler et al. 2018: few channels made many, a filter to each channel, few again without relu. */
export interface InvertedBlock {
  kind: 'inverted'
  /** 1 × 1 */
  expand: LayerSummary
  /** 3 × 3, a group to each channel. */
  depthwise: LayerSummary
  /** 1 × 1, normalisation without relu. */
  project: LayerSummary
  /** What is added to it: the block's input, its 1 × 1 convolution with normalisation, or nothing. */
  shortcut: LayerSummary | 'input' | null
}

export interface NetworkSpec {
  arch: Arch
  variant: Variant
  classes: number
  blocks: BlockSpec[]
  /** Inputs of the dense layer, which takes each channel's mean. */
  features: number
}

/** What has parameters: a convolution's kernel, or a normalisation by the name of its convolution (or its own). */
export type Part = { layer: LayerSummary } | { norm: string; channels: number }

const behind = (layer: LayerSummary): Part[] => [{ layer }, { norm: layer.name, channels: layer.out }]
const before = (layer: LayerSummary): Part[] => [{ norm: layer.name, channels: layer.in }, { layer }]

/** In the order in which they are gone through. */
export function partsOf(block: BlockSpec): Part[] {
  switch (block.kind) {
    case 'conv':
      return block.norm ? behind(block.conv) : [{ layer: block.conv }]
    case 'pool':
      return []
    case 'basic':
      return [...behind(block.conv1), ...behind(block.conv2)]
    case 'preactivation':
      return [...before(block.conv1), ...before(block.conv2), ...(block.shortcut ? [{ layer: block.shortcut }] : [])]
    case 'inverted':
      return [
        block.expand,
        block.depthwise,
        block.project,
        ...(block.shortcut && block.shortcut !== 'input' ? [block.shortcut] : []),
      ].flatMap(behind)
    case 'norm':
      return [{ norm: block.name, channels: block.channels }]
  }
}

export function parts(spec: Pick<NetworkSpec, 'blocks'>): Part[] {
  return spec.blocks.flatMap(partsOf)
}

/** The convolutions of a network, in order. The first is called stem. */
export function convolutions(spec: Pick<NetworkSpec, 'blocks'>): LayerSummary[] {
  return parts(spec).flatMap((part) => ('layer' in part ? [part.layer] : []))
}

/** [rows, columns, inputs of one filter, trained filters]: of a depthwise layer's filters each has one input. */
export function kernelShape({
  kernel,
  in: inputs,
  groups,
  baseFilters,
}: LayerSummary): [number, number, number, number] {
  return [...kernel, inputs / groups, baseFilters]
}

/** Trainable numbers: kernels, scale and offset of each normalisation. */
export function parametersOf(counted: readonly Part[]): number {
  return counted.reduce(
    (sum, part) => sum + ('layer' in part ? kernelShape(part.layer).reduce((a, b) => a * b, 1) : 2 * part.channels),
    0,
  )
}

/**
 * Trainable numbers: convolution kernels, scale and offset of each batch norm, the dense layer's weights and biases.
 */
export function trainableParameters(spec: NetworkSpec): number {
  return parametersOf(parts(spec)) + (spec.features + 1) * spec.classes
}
