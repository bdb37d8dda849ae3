/** Colour and marker of each variant: the same everywhere, for ever. */
import { lettersOf, variantColor } from '../../src-main/analysis/colors'
import { parseVariant, type Variant } from '../../src-main/contract'
import type { MarkerShape } from '../charts/markers'

export interface Look {
  color: string
  marker: MarkerShape
}

const markerOf = { none: 'circle', first: 'square', last: 'up', both: 'diamond', all: 'down' } as const
const markers: readonly MarkerShape[] = ['circle', 'square', 'up', 'diamond', 'down']

/** The marker tells which layers, the colour which variant. */
export function lookOf(variant: Variant): Look {
  const layers = parseVariant(variant)?.layers ?? 'none'
  const marker = typeof layers === 'string' ? markerOf[layers] : (markers[lettersOf(`${variant} `) % markers.length] ?? 'circle')
  return { color: `var(--v-${variantColor(variant)})`, marker }
}
