/** Chooses class-balanced subsets of a split. */
import { random, shuffle } from '../nn/random'
import type { SplitName } from './import/format'

/** In the order of their random streams: append new ones. */
const purposes = ['train', 'test', 'validation'] as const satisfies readonly (SplitName | 'validation')[]

/**
 * Returns `limit` positions, ascending, chosen by the seed: equally many of every class. If `limit` is not divisible,
 * or a class is exhausted, some classes get one more, also chosen by the seed. Null if the limit excludes nothing.
 */
export function balancedSubset(
  labels: Uint8Array,
  limit: number | null,
  seed: number,
  split: (typeof purposes)[number],
): Uint32Array | null {
  if (limit === null || limit >= labels.length) return null
  const rng = random(seed, 'subset', purposes.indexOf(split))
  const classes = new Map<number, number[]>()
  labels.forEach((label, i) => {
    const members = classes.get(label)
    if (members) members.push(i)
    else classes.set(label, [i])
  })
  const members = shuffle(
    [...classes.keys()].sort((a, b) => a - b),
    rng,
  ).map((label) => shuffle(classes.get(label) ?? [], rng))
  const chosen: number[] = []
  // One of each class in turn; exhausted classes are skipped.
  for (let round = 0; chosen.length < limit; round++)
    for (const positions of members) {
      const position = positions[round]
      if (position !== undefined && chosen.length < limit) chosen.push(position)
    }
  return Uint32Array.from(chosen).sort()
}

/**
 * Splits `count` examples into `held`, balanced by class and chosen by the seed, and the rest to train on; both
 * ascending.
 * @throws RangeError if nothing would be left
 */
export function validationSplit(
  labels: Uint8Array,
  count: number,
  seed: number,
): { held: Uint32Array; rest: Uint32Array } {
  const held = balancedSubset(labels, count, seed, 'validation')
  if (!held) throw new RangeError(`${count} validation examples of ${labels.length} leave none to train on.`)
  const isHeld = new Set(held)
  return { held, rest: Uint32Array.from(labels.keys()).filter((i) => !isHeld.has(i)) }
}
