/**
 * Names of networks, data sets, variants and other choices as people type them: `ResNet-20`, `resnet20`, `RESNET_20`.
 * Pure.
 */

import { familySynonyms } from '../networks'

/** Words that other libraries use for the same thing, in the form of `keyOf`. */
const synonyms: readonly (readonly [RegExp, string])[] = [
  ...familySynonyms,
  [/^(fp|float-)32$/, 'float32'],
  [/^bf-?16$/, 'bfloat16'],
]

/** Returns lower case text with one kind of hyphen; typographic hyphens and minus signs come from papers and PDFs. */
export function plainText(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[‐‑‒–—−]/g, '-')
}

/** Returns a normalised form in which spellings of one name are equal: without separators, except between digits. */
function keyOf(text: string): string {
  const plain = plainText(text).replace(/[\s_]+/g, '-')
  const named = synonyms.reduce((name, [pattern, word]) => name.replace(pattern, word), plain)
  return named.replace(/(?<=\d)x(?=\d)/g, '-').replace(/-+/g, (hyphens, at: number) => {
    const isBetweenDigits = /\d/.test(named.charAt(at - 1)) && /\d/.test(named.charAt(at + hyphens.length))
    return isBetweenDigits ? '-' : ''
  })
}

/** Returns the choice that `text` means; null if it names none. */
export function matchName<T extends string>(choices: readonly T[], text: string): T | null {
  const key = keyOf(text)
  return (
    choices.find((choice) => choice === text) ??
    (key === '' ? null : (choices.find((choice) => keyOf(choice) === key) ?? null))
  )
}

/** Returns up to three choices that are close to `text`; none that differs by more than a third of its characters. */
export function nearestNames<T extends string>(choices: readonly T[], text: string): T[] {
  const key = keyOf(text)
  const measured = choices.map((choice) => ({ choice, distance: editDistance(keyOf(choice), key) }))
  const least = Math.min(...measured.map(({ distance }) => distance))
  if (least > Math.max(1, Math.min(3, Math.floor(key.length / 3)))) return []
  return measured
    .filter(({ distance }) => distance === least)
    .slice(0, 3)
    .map(({ choice }) => choice)
}

/**
 * Returns "Did you mean resnet-20 or resnet-32? " for an unknown name, with a space at its end; '' if nothing is near.
 */
export function didYouMean(choices: readonly string[], text: string): string {
  const near = nearestNames(choices, text)
  return near.length === 0 ? '' : `Did you mean ${near.join(' or ')}? `
}

/**
 * Returns the items of a typed list, separated by commas or semicolons; ignores empty ones, as after a trailing comma.
 */
export function listItems(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/**
 * Returns how many characters to insert, delete, replace or swap with their neighbour turn one text into the other
 * (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? at(beforeLast, j - 2) + 1 : Infinity
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped))
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity
