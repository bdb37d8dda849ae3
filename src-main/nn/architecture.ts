/** The CIFAR ResNets as lists of layers, and what is counted on them. He et al. 2016, section 4.2; paper, section III-B. */
import { bankSide, bankSize, bankTable, signBank, type BankTable } from '../analysis/banks'
import { depthOf, imageChannels, imageSize, matchesLayer, parseVariant, type Arch, type ParsedVariant, type Variant } from '../contract/experiment'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary, ModelSummary } from '../contract/records'
import { random } from './random'

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
 * The network of an arch with a variant's layers multi-band, or made narrow.
 * @param seed of the run: what the masks of `@random` are drawn by; counts don't depend on it
 * @throws WorkbenchError bad-input where the variant names layers that are not there or can't be multi-band
 */
export function network(arch: Arch, variant: Variant, classes: number, seed = 1): NetworkSpec {
  const parsed = parseVariant(variant)
  if (!parsed) throw new WorkbenchError('bad-input', `There is no variant ${JSON.stringify(variant)}.`, { field: 'variant' })
  const banked = plainNetwork(arch, variant, classes)
  const layers = convolutions(banked)
  for (const layer of chosenLayers(parsed, layers, arch)) makeMultiband(layer, bankOf(parsed.bank, seed, layers.indexOf(layer)))
  return parsed.kind === 'narrow' ? narrowed(banked) : banked
}

/** Depth 6n + 2: a stem and three stages of n blocks at 16, 32 and 64 channels. */
function plainNetwork(arch: Arch, variant: Variant, classes: number): NetworkSpec {
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
  return { arch, variant, classes, stem, blocks, features: channels }
}

/** The convolutions of a network, in order. */
export function convolutions(spec: NetworkSpec): LayerSummary[] {
  return [spec.stem, ...spec.blocks.flatMap((block) => [block.conv1, block.conv2])]
}

function conv(name: string, inputs: number, out: number, stride: number): LayerSummary {
  return { name, kernel: [3, 3], in: inputs, out, stride, multiband: false, baseFilters: out, bank: null }
}

/**
 * The layers that a variant makes multi-band. Masks of a 1 × 1 kernel would be plain factors: only 3 × 3 convolutions count.
 * Where many layers are meant at once, those are left out whose output count the bank does not divide.
 */
function chosenLayers({ layers: wanted, bank }: ParsedVariant, all: readonly LayerSummary[], arch: Arch): LayerSummary[] {
  const able = all.filter(({ kernel }) => kernel.every((side) => side === bankSide))
  const divides = (layer: LayerSummary): boolean => layer.out % bankSize(bank) === 0
  switch (wanted) {
    case 'none':
      return []
    case 'first':
      return able.slice(0, 1)
    case 'last':
      return able.slice(-1)
    case 'both':
      return [...new Set([...able.slice(0, 1), ...able.slice(-1)])]
    case 'all':
      return able.filter(divides)
  }
  const found = wanted.map((one) => able.filter((layer) => matchesLayer(one, layer.name) && (divides(layer) || !one.includes('*'))))
  const missed = wanted[found.findIndex((some) => some.length === 0)]
  if (missed !== undefined)
    throw new WorkbenchError('bad-input', `${arch} has no 3 × 3 convolution ${missed}${missed.includes('*') ? ` whose output count divides by ${bankSize(bank)}` : ''}.`, {
      fix: `Its layers are ${able[0]?.name ?? ''} to ${able.at(-1)?.name ?? ''}: \`mcnn models --json\` lists them.`,
      field: 'variant',
    })
  const chosen = new Set(found.flat())
  return able.filter((layer) => chosen.has(layer))
}

/** @param layer its place in the network: with the seed it decides on random masks, the same for all filters of the layer */
function bankOf(bank: ParsedVariant['bank'], seed: number, layer: number): BankTable {
  return bank === 'random' ? randomBank(seed, layer) : bankTable(bank)
}

/** As many bands as the paper's: the filter itself and masks of random signs, none of them another's or its negative. */
function randomBank(seed: number, layer: number): BankTable {
  const rng = random(seed, 'bank', layer)
  const [own = [], ...others] = signBank
  const masks: number[][] = [[...own]]
  while (masks.length <= others.length) {
    const mask = own.map((tap) => (rng.int(0, 1) === 0 ? tap : -tap))
    const agreements = masks.map((other) => other.filter((tap, t) => tap === mask[t]).length)
    if (agreements.every((n) => n > 0 && n < own.length)) masks.push(mask)
  }
  return masks
}

/**
 * Marks a convolution as multi-band: of its filters one a bank is trained, the others are derived from it.
 * @throws WorkbenchError bad-input where the bank does not divide the output count
 */
export function makeMultiband(layer: LayerSummary, bank: BankTable = signBank): void {
  if (layer.out % bank.length !== 0)
    throw new WorkbenchError('bad-input', `${layer.name} has ${layer.out} outputs: a multi-band layer of ${bank.length} bands needs a count that divides by ${bank.length}.`, {
      fix: `Give the layer ${Math.ceil(layer.out / bank.length) * bank.length} outputs, or keep it a plain convolution.`,
    })
  layer.multiband = true
  layer.baseFilters = layer.out / bank.length
  layer.bank = bank.map((band) => [...band])
}

/**
 * The control of a variant: the plain network with its blocks' inner channels (outputs of conv1, inputs of conv2) taken away
 * until it has as many trainable parameters, block by block; what a stem saves, the first blocks give. Depth and the
 * width between blocks stay, and what one block misses for want of half a channel, the next makes up.
 */
function narrowed(banked: NetworkSpec): NetworkSpec {
  const spec = plainNetwork(banked.arch, banked.variant, banked.classes)
  let owed = layerParameters(banked.stem) - layerParameters(spec.stem)
  for (const [i, { conv1, conv2 }] of spec.blocks.entries()) {
    const model = banked.blocks[i]
    if (!model) continue
    const wanted = layerParameters(model.conv1) + layerParameters(model.conv2) + owed
    const perChannel = (layerParameters(conv1) + layerParameters(conv2) - 2 * conv2.out) / conv1.out
    const inner = Math.min(conv1.out, Math.max(1, Math.round((wanted - 2 * conv2.out) / perChannel)))
    conv1.out = conv1.baseFilters = conv2.in = inner
    owed = wanted - layerParameters(conv1) - layerParameters(conv2)
  }
  return spec
}

/** Trainable numbers of a convolution: its kernel, scale and offset of its normalisation. */
function layerParameters({ kernel, in: inputs, out, baseFilters }: LayerSummary): number {
  return kernel[0] * kernel[1] * inputs * baseFilters + 2 * out
}

/** Trainable numbers: convolution kernels, scale and offset of each batch norm, the dense layer's weights and biases. */
export function trainableParameters(spec: NetworkSpec): number {
  return convolutions(spec).reduce((sum, layer) => sum + layerParameters(layer), 0) + (spec.features + 1) * spec.classes
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
export function modelSummary(arch: Arch, variant: Variant, classes: number, seed = 1): ModelSummary {
  const spec = network(arch, variant, classes, seed)
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
