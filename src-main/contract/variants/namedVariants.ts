/**
 * The registry of variants with a name of their own. Adding one needs one entry in `namedVariants`: names, validation,
 * command-line choices, charts and the window's colours are derived.
 */

/** The properties of a convolution by which a variant chooses it. */
export interface ChoosableLayer {
  /** Output channels. */
  out: number
}

interface NamedVariant {
  /** Id of the set of layers in code. */
  layers: string
  /** Name in texts, such as 'MCNN-F'. */
  name: string
  /** Which layers are multi-band, in words. `bands` is the number of filters in the bank. */
  meaning: (bands: number) => string
  /** Returns the multi-band layers of `all`, the 3 × 3 convolutions of a network in order. */
  choose: <Layer extends ChoosableLayer>(all: readonly Layer[], bands: number) => Layer[]
  /** Shape of its points in charts (analysis/figures/markers.ts). */
  marker: string
  /** Colours in charts, as hex, with a contrast of at least 3:1 to the surface of their theme. */
  color: { light: string; dark: string }
}

/** In the order of tables and charts. Ids are stored and part of config hashes: never rename one. */
const entries = {
  baseline: {
    layers: 'none',
    name: 'Baseline',
    meaning: () => 'no layer multi-band',
    choose: () => [],
    marker: 'circle',
    color: { light: '#5c626c', dark: '#a3a9b2' },
  },
  'mcnn-f': {
    layers: 'first',
    name: 'MCNN-F',
    meaning: () => 'first convolution multi-band',
    choose: (all) => all.slice(0, 1),
    marker: 'square',
    color: { light: '#0072b2', dark: '#4aa8e0' },
  },
  'mcnn-l': {
    layers: 'last',
    name: 'MCNN-L',
    meaning: () => 'last convolution multi-band',
    choose: (all) => all.slice(-1),
    marker: 'up',
    color: { light: '#cc8400', dark: '#eeb13c' },
  },
  'mcnn-fl': {
    layers: 'both',
    name: 'MCNN-FL',
    meaning: () => 'first and last convolution multi-band',
    choose: (all) => [...new Set([...all.slice(0, 1), ...all.slice(-1)])],
    marker: 'diamond',
    color: { light: '#009e73', dark: '#2bbd92' },
  },
  'mcnn-a': {
    layers: 'all',
    name: 'MCNN-A',
    meaning: (bands) => `every convolution multi-band whose output count divides by ${bands}`,
    choose: (all, bands) => all.filter((layer) => layer.out % bands === 0),
    marker: 'down',
    color: { light: '#bf3f0d', dark: '#ee7043' },
  },
} as const satisfies Record<string, NamedVariant>

export type VariantId = keyof typeof entries
export type LayerSet = (typeof entries)[VariantId]['layers']
type MarkerName = (typeof entries)[VariantId]['marker']
type Entry = NamedVariant & { id: VariantId; layers: LayerSet; marker: MarkerName }

/** All variants with a name of their own. */
export const namedVariants: readonly Entry[] = (Object.keys(entries) as VariantId[]).map((id) => ({
  id,
  ...entries[id],
}))

/** Their ids: none, first, last, both, or every convolution whose output count the bank divides. */
export const variants = Object.keys(entries) as [VariantId, ...VariantId[]]

/** Returns the declaration of a set of layers. */
export function layerSetEntry(set: LayerSet): Entry {
  const entry = namedVariants.find(({ layers }) => layers === set)
  if (!entry) throw new Error(`No variant has the layers ${set}.`)
  return entry
}
