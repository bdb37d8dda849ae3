/** Colour and marker of each variant: the same everywhere, for ever. */
import { parseVariant, type Variant } from '../../contract'
import { lettersOf, variantColor } from './colors'
import type { Look } from './curves'
import type { MarkerShape } from './markers'

const markerOf = { none: 'circle', first: 'square', last: 'up', both: 'diamond', all: 'down' } as const
const markers: readonly MarkerShape[] = ['circle', 'square', 'up', 'diamond', 'down']

/**
 * The marker tells which layers, the colour (a token, which `printColor` turns into the light theme's) which variant.
 */
export function lookOf(variant: Variant): Look {
  const layers = parseVariant(variant)?.layers ?? 'none'
  const marker =
    typeof layers === 'string' ? markerOf[layers] : (markers[lettersOf(`${variant} `) % markers.length] ?? 'circle')
  return { color: `var(--v-${variantColor(variant)})`, marker }
}
