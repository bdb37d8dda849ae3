/** The CIFAR ResNets as lists of layers, and what is counted on them. He et al. 2016, section 4.2; paper, section III-B. */
import { depthOf, imageChannels, imageSize, type Arch, type Variant } from '../contract/experiment'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary, ModelSummary } from '../contract/records'

/** Filters in a bank: the base filter and the three derived from it. */
export const bands = 4

export interface BlockSpec {
  conv1: LayerSummary
  conv2: LayerSummary
  /** Option A: where the size changes, the shortcut takes every second pixel and pads a quarter of the output's channels with zeros on each side. */
  subsample: boolean
}

export interface NetworkSpec {
  arch: Arch
  variant: Variant
  classes: number
  stem: LayerSummary
  blocks: BlockSpec[]
  /** Inputs of the dense layer. */
  features: number
}

/**
 * The network of an arch (depth 6n + 2: a stem and three stages of n blocks at 16, 32 and 64 channels) with a
 * variant's layers multi-band.
 * @throws WorkbenchError bad-input where a layer that must be multi-band has an output count that 4 does not divide
 */
export function network(arch: Arch, variant: Variant, classes: number): NetworkSpec {
  const n = (depthOf(arch) - 2) / 6
  const stem = conv('stem', imageChannels, 16, 1)
  const blocks: BlockSpec[] = []
  let channels = stem.out
  for (const [stage, out] of [16, 32, 64].entries()) {
    for (let k = 0; k < n; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const subsample = stage > 0 && k === 0
      blocks.push({
        conv1: conv(`${name}.conv1`, channels, out, subsample ? 2 : 1),
        conv2: conv(`${name}.conv2`, out, out, 1),
        subsample,
      })
      channels = out
    }
  }
  const spec = { arch, variant, classes, stem, blocks, features: channels }
  for (const layer of multibandLayers(variant, convolutions(spec))) makeMultiband(layer)
  return spec
}

/** The convolutions of a network, in order. */
export function convolutions(spec: NetworkSpec): LayerSummary[] {
  return [spec.stem, ...spec.blocks.flatMap((block) => [block.conv1, block.conv2])]
}

function conv(name: string, inputs: number, out: number, stride: number): LayerSummary {
  return { name, kernel: [3, 3], in: inputs, out, stride, multiband: false, baseFilters: out }
}

function multibandLayers(variant: Variant, layers: LayerSummary[]): LayerSummary[] {
  const first = layers.slice(0, 1)
  const last = layers.slice(-1)
  switch (variant) {
    case 'baseline':
      return []
    case 'mcnn-f':
      return first
    case 'mcnn-l':
      return last
    case 'mcnn-fl':
      return [...first, ...last]
    case 'mcnn-a':
      return layers.filter((layer) => layer.out % bands === 0)
  }
}

/**
 * Marks a convolution as multi-band: a quarter of its filters is trained, three more are derived from each.
 * @throws WorkbenchError bad-input where the output count does not divide by 4
 */
export function makeMultiband(layer: LayerSummary): void {
  if (layer.out % bands !== 0)
    throw new WorkbenchError('bad-input', `${layer.name} has ${layer.out} outputs: a multi-band layer needs a count that divides by ${bands}.`, {
      fix: `Give the layer ${Math.ceil(layer.out / bands) * bands} outputs, or keep it a plain convolution.`,
    })
  layer.multiband = true
  layer.baseFilters = layer.out / bands
}

/** Trainable numbers: convolution kernels, scale and offset of each batch norm, the dense layer's weights and biases. */
export function trainableParameters(spec: NetworkSpec): number {
  const kernels = convolutions(spec).reduce((sum, l) => sum + l.kernel[0] * l.kernel[1] * l.in * l.baseFilters, 0)
  const norms = convolutions(spec).reduce((sum, l) => sum + 2 * l.out, 0)
  return kernels + norms + (spec.features + 1) * spec.classes
}

/**
 * Multiplications of one picture's forward pass through convolutions (expanded, as executed: a derived filter costs
 * what a trained one costs) and the dense layer. Normalisation and the zeros of the padding are not subtracted.
 */
export function multiplications(spec: NetworkSpec): number {
  let size = imageSize
  let count = 0
  for (const layer of convolutions(spec)) {
    size /= layer.stride
    count += size * size * layer.kernel[0] * layer.kernel[1] * layer.in * layer.out
  }
  return count + spec.features * spec.classes
}

/** @throws WorkbenchError as `network` does */
export function modelSummary(arch: Arch, variant: Variant, classes: number): ModelSummary {
  const spec = network(arch, variant, classes)
  const layers = convolutions(spec)
  return {
    arch,
    variant,
    classes,
    trainableParameters: trainableParameters(spec),
    trainableFilters: layers.reduce((sum, l) => sum + l.baseFilters, 0),
    multiplications: multiplications(spec),
    layers,
  }
}
