/** Colour and marker of each variant: the same in every chart, whatever else the chart shows. */
import { parseVariant, type Variant } from '../../contract'
import { layerSetEntry } from '../../contract/variants/namedVariants'
import { lettersOf, variantColor } from './colors'
import type { Look } from './curves'
import type { MarkerShape } from './markers'

const markers: readonly MarkerShape[] = ['circle', 'square', 'up', 'diamond', 'down']

/** Returns a marker, which shows the layers, and a colour token, which shows the variant (see `printColor`). */
export function lookOf(variant: Variant): Look {
  const layers = parseVariant(variant)?.layers ?? 'none'
  const marker =
    typeof layers === 'string'
      ? layerSetEntry(layers).marker
      : (markers[lettersOf(`${variant} `) % markers.length] ?? 'circle')
  return { color: `var(--v-${variantColor(variant)})`, marker }
}
