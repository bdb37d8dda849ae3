/** The network of an arch and a variant, and its counts. */
import { bankSize, bankTable, isBankable, namedLayers, signBank, type BankTable } from '../analysis/filters/banks'
import { matchesLayer, parseVariant, type Arch, type ParsedVariant, type Variant } from '../contract/experiment'
import { WorkbenchError } from '../contract/errors'
import type { LayerSummary, ModelSummary } from '../contract/models/models'
import { narrowed } from './narrow'
import { convolutions, plainNetwork, trainableParameters, type NetworkSpec } from './networkSpec'
import { random } from './random'

export { convolutions, trainableParameters, type NetworkSpec } from './networkSpec'

/**
 * Returns the network of an arch with the variant's layers multi-band, or its narrow control.
 * @param classes outputs of the dense layer
 * @param seed of the run: the masks of `@random` are drawn from it; counts don't depend on it
 * @throws WorkbenchError bad-input if the variant has a layer that the network lacks or that cannot be multi-band
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
 * Returns the layers that a variant makes multi-band. A pattern with `*` leaves out layers whose output count the bank
 * does not divide.
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
 * Makes a convolution multi-band: one filter of each bank is trained, the others are derived from it. Paper, section
 * III-A, equations 1 to 4.
 * @throws WorkbenchError bad-input if the number of bands does not divide the output count
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
 * Counts the multiplications of one image's forward pass: convolutions and the dense layer. A derived filter costs as
 * much as a trained one. Padding is counted, normalisation is not.
 */
export function multiplications(spec: NetworkSpec): number {
  return convolutions(spec).reduce(
    (sum, { size, kernel, in: inputs, groups, out }) =>
      sum + size * size * kernel[0] * kernel[1] * (inputs / groups) * out,
    spec.features * spec.classes,
  )
}

/** Returns the layers and counts of a network. Throws as `network` does. */
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
