/** Texts and drawings of the data sets page. Pure. */
import type { DatasetSummary } from '../../../src-main/contract'

/** Returns the status line of a data set in the list. */
export function presence(set: DatasetSummary): string {
  if (set.synthetic) return 'built in'
  return set.available ? 'imported' : 'not installed'
}

/** Returns whether the content equals the official data set. */
export function authenticity(set: DatasetSummary): { kind: 'good' | 'bad' | 'neutral'; text: string } {
  if (set.synthetic)
    return { kind: 'neutral', text: 'Synthetic: textures, gratings and shapes generated from a seed, not photos.' }
  if (!set.available) return { kind: 'neutral', text: 'Not installed.' }
  if (set.official === true)
    return {
      kind: 'good',
      text: `Every record equals the official ${set.name}: results are comparable with published ones.`,
    }
  if (set.official === false)
    return {
      kind: 'bad',
      text: `Its records differ from the official ${set.name}: results are not comparable with published ones.`,
    }
  return { kind: 'neutral', text: `Not comparable with the official ${set.name}: no official checksum applies.` }
}

/** Groups samples by class, in the order of the classes. */
export function byClass(
  classes: readonly string[],
  samples: readonly { label: number; pixels: string }[],
): { name: string; pictures: string[] }[] {
  const rows = classes.map((name) => ({ name, pictures: [] as string[] }))
  for (const sample of samples) rows[sample.label]?.pictures.push(sample.pixels)
  return rows
}

/** Returns the number of images per class to load. */
export function samplesPerClass(classes: number): number {
  return classes > 20 ? 8 : 20
}

/** Returns the smallest and the greatest value that occurs; null if the histogram is empty. */
export function extent(histogram: readonly number[]): [number, number] | null {
  const first = histogram.findIndex((n) => n > 0)
  return first < 0 ? null : [first, histogram.findLastIndex((n) => n > 0)]
}

/**
 * Returns a histogram as an SVG path of bars, four values per bar. The highest bar fills the height; a single spike,
 * such as black, is cut at three times the next bar.
 */
export function bars(histogram: readonly number[], width: number, height: number): string {
  const together = 4
  const sums = Array.from({ length: Math.ceil(histogram.length / together) }, (_, i) =>
    histogram.slice(i * together, (i + 1) * together).reduce((sum, n) => sum + n, 0),
  )
  const [highest = 0, next = 0] = [...sums].sort((a, b) => b - a)
  const top = Math.min(highest, 3 * next) || highest
  if (top === 0) return ''
  const each = width / sums.length
  const at = (value: number): string => String(Math.round(value * 100) / 100)
  return sums
    .map((n, i) => `M${at(i * each)} ${height}h${at(each)}v${at(-Math.min(1, n / top) * height)}h${at(-each)}z`)
    .join('')
}
