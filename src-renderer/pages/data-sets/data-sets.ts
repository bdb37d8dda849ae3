/** What the data sets page says and draws. Pure. */
import type { DatasetSummary } from '../../../src-main/contract'

/** The one line under a data set's name in the list. */
export function presence(set: DatasetSummary): string {
  if (set.synthetic) return 'built in'
  return set.available ? 'imported' : 'not here'
}

/** Whether its content is what papers mean by its name. */
export function authenticity(set: DatasetSummary): { kind: 'good' | 'bad' | 'neutral'; text: string } {
  if (set.synthetic) return { kind: 'neutral', text: 'Synthetic: textures, gratings and shapes drawn from a seed, not photographs.' }
  if (!set.available) return { kind: 'neutral', text: 'Not here.' }
  if (set.official === true) return { kind: 'good', text: `Every record equals the official ${set.name}: numbers can be put beside published ones.` }
  if (set.official === false) return { kind: 'bad', text: `Its records differ from the official ${set.name}: numbers can’t be put beside published ones.` }
  return { kind: 'neutral', text: `Not comparable with the official ${set.name}: no official checksum applies.` }
}

/** Samples by class, in the order of the classes; a class without samples has none. */
export function byClass(classes: readonly string[], samples: readonly { label: number; pixels: string }[]): { name: string; pictures: string[] }[] {
  const rows = classes.map((name) => ({ name, pictures: [] as string[] }))
  for (const sample of samples) rows[sample.label]?.pictures.push(sample.pixels)
  return rows
}

/** How many pictures a class to ask for, so that the page stays light. */
export function samplesPerClass(classes: number): number {
  return classes > 20 ? 8 : 20
}
