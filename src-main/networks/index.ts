/**
 * The registry of networks. A family is declared in one file; names, command-line choices, validation, warm-ups and
 * labels are derived from it.
 */
import type { NetworkEntry } from './family'
import { mobilenet } from './mobilenet'
import { resnet } from './resnet'
import { vgg } from './vgg'
import { wideResnet } from './wideResnet'

/** In the order in which tables, menus and completions list them. */
const families = [resnet, vgg, wideResnet, mobilenet] as const

type Family = (typeof families)[number]['id']
export type Arch = (typeof families)[number]['networks'][number]['id']

const entries: ReadonlyMap<string, { family: Family; network: NetworkEntry<Arch> }> = new Map(
  families.flatMap((family) =>
    family.networks.map((network: NetworkEntry<Arch>) => [network.id, { family: family.id, network }] as const),
  ),
)

/** The ids of all networks. */
export const archs: readonly Arch[] = [...entries.values()].map(({ network }) => network.id)

function entryOf(arch: Arch): { family: Family; network: NetworkEntry<Arch> } {
  const entry = entries.get(arch)
  if (!entry) throw new Error(`No network has the id ${arch}.`)
  return entry
}

/** Returns a network's declaration. Throws if `arch` is not in the registry. */
export function networkEntry(arch: Arch): NetworkEntry<Arch> {
  return entryOf(arch).network
}

export function familyOf(arch: Arch): Family {
  return entryOf(arch).family
}

/** Other spellings of family names: a pattern and the id that it means. */
export const familySynonyms: readonly (readonly [RegExp, Family])[] = families.flatMap(({ id, synonyms }) =>
  synonyms.map((pattern) => [pattern, id] as const),
)
