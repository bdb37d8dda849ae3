/** Display names of networks, variants and data sets. */
import { bankEntry, bankSize } from '../../contract/variants/banks'
import { datasetEntry } from '../../contract/datasets/datasetRegistry'
import { layerSetEntry } from '../../contract/variants/namedVariants'
import {
  bankCode,
  compactVariant,
  networkEntry,
  parseVariant,
  type Arch,
  type DatasetId,
  type Variant,
} from '../../contract/experiment'
import type { Device } from '../../contract/system/system'

/** Returns a network's name, such as 'ResNet-32'. */
export function archName(arch: Arch): string {
  return networkEntry(arch).name
}

/** Returns a network's name for narrow labels and ids: R32, VGG-16, WRN-16-4, MNV2. */
export function archShort(arch: Arch): string {
  return networkEntry(arch).shortName
}

/** Returns one sentence for a reader who does not know the network. */
export function archMeaning(arch: Arch): string {
  return networkEntry(arch).meaning
}

/** Returns a data set's name for narrow labels. */
export function datasetShort(dataset: DatasetId): string {
  return datasetEntry(dataset).shortName
}

/** Returns a data set's name; that of a generated set says that it is generated. */
export function datasetName(dataset: DatasetId): string {
  return datasetEntry(dataset).name
}

/** Returns a variant's name: 'MCNN-F', 'MCNN-A, random signs', 'MCNN (stem, stage3.*)' or 'Narrow, as MCNN-A'. */
export function variantName(variant: Variant): string {
  const parsed = parseVariant(variant)
  if (!parsed) return variant
  const { kind, layers, bank } = parsed
  const name = `${typeof layers === 'string' ? layerSetEntry(layers).name : `MCNN (${layers.join(', ')})`}${typeof bank === 'string' ? bankEntry(bank).suffix : `, own bank of ${bank.length} (${bankCode(bank)})`}`
  return kind === 'narrow' ? `Narrow, as ${name}` : name
}

/** Number of hash characters in a shortened name. */
const hashDigits = 7

/**
 * Returns a variant's name for narrow labels: custom masks as their code; if that is too long, its beginning and a
 * hash.
 * @param most characters
 */
export function variantShort(variant: Variant, most = 22): string {
  const compact = compactVariant(variant)
  return compact.length <= most ? compact : `${compact.slice(0, most - hashDigits - 1)}…${hashOf(compact)}`
}

/** FNV-1a with the finalizer of MurmurHash3, in base 36: names that differ in one character differ in most digits. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0).toString(36).padStart(hashDigits, '0')
}

/** Returns which layers are multi-band and how, in words; '' for text that names no variant. */
export function variantMeaning(variant: Variant): string {
  const parsed = parseVariant(variant)
  if (!parsed) return ''
  const { kind, layers, bank } = parsed
  if (kind === 'narrow')
    return `plain, with blocks narrowed to the number of trainable parameters of ${variantName(variant.slice('narrow('.length, -1))}`
  const which =
    typeof layers === 'string' ? layerSetEntry(layers).meaning(bankSize(bank)) : `${layers.join(', ')} multi-band`
  return `${which}${typeof bank === 'string' ? bankEntry(bank).meaning : `, by custom masks: ${bank.join(' ')}`}`
}

/** Returns how a device computes bfloat16, in words. */
export function bfloat16Words({ bfloat16 }: Pick<Device, 'bfloat16'>): string {
  return bfloat16 === null ? 'emulated, slower than float32' : `in hardware (${bfloat16})`
}
