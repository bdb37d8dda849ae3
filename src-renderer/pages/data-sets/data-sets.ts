/** What the data sets page says and draws. Pure. */
import type { DatasetSummary } from '../../../src-main/contract'

/** The one line under a data set's name in the list. */
export function presence(set: DatasetSummary): string {
  if (set.synthetic) return 'built in'
  return set.available ? 'imported' : 'not here'
}

/** Whether its content is what papers mean by its name. */
export function authenticity(set: DatasetSummary): { kind: 'good' | 'bad' | 'neutral'; text: string } {
  if (set.synthetic)
    return { kind: 'neutral', text: 'Synthetic: textures, gratings and shapes drawn from a seed, not photographs.' }
  if (!set.available) return { kind: 'neutral', text: 'Not here.' }
  if (set.official === true)
    return {
      kind: 'good',
      text: `Every record equals the official ${set.name}: numbers can be put beside published ones.`,
    }
  if (set.official === false)
    return {
      kind: 'bad',
      text: `Its records differ from the official ${set.name}: numbers can’t be put beside published ones.`,
    }
  return { kind: 'neutral', text: `Not comparable with the official ${set.name}: no official checksum applies.` }
}

/** Samples by class, in the order of the classes; a class without samples has none. */
export function byClass(
  classes: readonly string[],
  samples: readonly { label: number; pixels: string }[],
): { name: string; pictures: string[] }[] {
  const rows = classes.map((name) => ({ name, pictures: [] as string[] }))
  for (const sample of samples) rows[sample.label]?.pictures.push(sample.pixels)
  return rows
}

/** How many pictures a class to ask for, so that the page stays light. */
export function samplesPerClass(classes: number): number {
  return classes > 20 ? 8 : 20
}

/** The smallest and the greatest value that occurs; null where none does. */
export function extent(histogram: readonly number[]): [number, number] | null {
  const first = histogram.findIndex((n) => n > 0)
  return first < 0 ? null : [first, histogram.findLastIndex((n) => n > 0)]
}

/**
 * A histogram as an SVG path of bars, four values a bar. The highest is as high as there is room; one spike, such as
 * black, is cut at three times the next.
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
