/** Colour and marker of each variant: the same everywhere, for ever. */
import type { Variant } from '../../src-main/contract'
import type { MarkerShape } from '../charts/markers'

export const variantLooks: Record<Variant, { color: string; marker: MarkerShape }> = {
  baseline: { color: 'var(--v-baseline)', marker: 'circle' },
  'mcnn-f': { color: 'var(--v-f)', marker: 'square' },
  'mcnn-l': { color: 'var(--v-l)', marker: 'up' },
  'mcnn-fl': { color: 'var(--v-fl)', marker: 'diamond' },
  'mcnn-a': { color: 'var(--v-a)', marker: 'down' },
}

/** What is multi-band, in words. */
export const variantMeanings: Record<Variant, string> = {
  baseline: 'no layer multi-band',
  'mcnn-f': 'first convolution multi-band',
  'mcnn-l': 'last convolution multi-band',
  'mcnn-fl': 'first and last convolution multi-band',
  'mcnn-a': 'every convolution multi-band whose output count divides by 4',
}
