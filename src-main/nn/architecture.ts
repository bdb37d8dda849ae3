/** Which network a config names, with its multi-band layers, and what is counted on it. */
import { bankSize, bankTable, isBankable, namedLayers, signBank, type BankTable } from '../analysis/filters/banks'
import { matchesLayer, parseVariant, type Arch, type ParsedVariant, type Variant } from '../contract/experiment'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary, ModelSummary } from '../contract/models/models'
import { narrowed } from './narrow'
import { convolutions, plainNetwork, trainableParameters, type NetworkSpec } from './networkSpec'
import { random } from './random'

export { convolutions, trainableParameters, type NetworkSpec } from './networkSpec'

/**
 * The network of an arch with a variant's layers multi-band, or made narrow.
 * @param seed of the run: what the masks of `@random` are drawn by; counts don't depend on it
 * @throws WorkbenchError bad-input where the variant names layers that are not there or can't be multi-band
 */
export function network(arch: Arch, variant: Variant, classes: number, seed = 1): NetworkSpec {
  const parsed = parseVariant(variant)
  if (!parsed)
    throw new WorkbenchError('bad-input', `There is no variant ${JSON.stringify(variant)}.`, { field: 'variant' })
  const banked = plainNetwork(arch, variant, classes)
  const layers = convolutions(banked)
  for (const layer of chosenLayers(parsed, layers, arch))
    makeMultiband(layer, bankTable(parsed.bank, random(seed, 'bank', layers.indexOf(layer)).int))
  return parsed.kind === 'narrow' ? narrowed(banked) : banked
}

/**
 * The layers that a variant makes multi-band. Where a pattern means many, those are left out whose output count the
 * bank does not divide.
 */
function chosenLayers(
  { layers: wanted, bank }: ParsedVariant,
  all: readonly LayerSummary[],
  arch: Arch,
): LayerSummary[] {
  if (typeof wanted === 'string') return namedLayers(wanted, all, bankSize(bank))
  const able = all.filter(isBankable)
  const divides = (layer: LayerSummary): boolean => layer.out % bankSize(bank) === 0
  const found = wanted.map((one) =>
    able.filter((layer) => matchesLayer(one, layer.name) && (divides(layer) || !one.includes('*'))),
  )
  const missed = wanted[found.findIndex((some) => some.length === 0)]
  if (missed !== undefined)
    throw new WorkbenchError(
      'bad-input',
      `${arch} has no 3 × 3 convolution ${missed}${missed.includes('*') ? ` whose output count divides by ${bankSize(bank)}` : ''}.`,
      {
        fix: `Its layers are ${able[0]?.name ?? ''} to ${able.at(-1)?.name ?? ''}: \`mcnn models --json\` lists them.`,
        field: 'variant',
      },
    )
  const chosen = new Set(found.flat())
  return able.filter((layer) => chosen.has(layer))
}

/**
 * Marks a convolution as multi-band: of its filters one a bank is trained, the others are derived from it.
 * @throws WorkbenchError bad-input where the bank does not divide the output count
 */
export function makeMultiband(layer: LayerSummary, bank: BankTable = signBank): void {
  if (layer.out % bank.length !== 0)
    throw new WorkbenchError(
      'bad-input',
      `${layer.name} has ${layer.out} outputs: a multi-band layer of ${bank.length} bands needs a count that divides by ${bank.length}.`,
      {
        fix: `Give the layer ${Math.ceil(layer.out / bank.length) * bank.length} outputs, or keep it a plain convolution.`,
      },
    )
  layer.multiband = true
  layer.baseFilters = layer.out / bank.length
  layer.bank = bank.map((band) => [...band])
}

/**
 * Multiplications of one picture's forward pass through convolutions (expanded, as executed: a derived filter costs
 * what a trained one costs) and the dense layer. Normalisation and the zeros of the padding are not subtracted.
 */
export function multiplications(spec: NetworkSpec): number {
  return convolutions(spec).reduce(
    (sum, { size, kernel, in: inputs, groups, out }) =>
      sum + size * size * kernel[0] * kernel[1] * (inputs / groups) * out,
    spec.features * spec.classes,
  )
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
    features: spec.features,
    layers,
  }
}
