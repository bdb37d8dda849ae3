/** What the data sets page says and draws. Pure. */
import { imageSize, type DatasetSummary } from '../../../src-main/contract'

/** Pictures are 32 × 32 × 3 bytes, rows of RGB. */
export const side = imageSize

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

/** A picture as RGBA. @throws Error where the bytes are not those of a picture */
export function decodePicture(base64: string): Uint8ClampedArray<ArrayBuffer> {
  const bytes = atob(base64)
  if (bytes.length !== side * side * 3) throw new Error(`A picture has ${side * side * 3} bytes, not ${bytes.length}.`)
  const pixels = new Uint8ClampedArray(side * side * 4)
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = bytes.charCodeAt(i * 3 + c)
    pixels[i * 4 + 3] = 255
  }
  return pixels
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
