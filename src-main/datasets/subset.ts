/** A class-balanced part of a split. */
import { random, shuffle } from '../nn/random'
import type { SplitName } from './import/format'

/** In the order of their random streams: new ones come last. */
const purposes = ['train', 'test', 'validation'] as const satisfies readonly (SplitName | 'validation')[]

/**
 * `limit` positions, ascending, chosen by the seed: as many of every class as possible, and where `limit` does not
 * divide (or a class runs out) one more of some, chosen by the seed too. Null where the limit leaves nothing out.
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
  // One of each class in turn; a class that runs out is passed over.
  for (let round = 0; chosen.length < limit; round++)
    for (const positions of members) {
      const position = positions[round]
      if (position !== undefined && chosen.length < limit) chosen.push(position)
    }
  return Uint32Array.from(chosen).sort()
}

/**
 * Parts `count` examples in two: `held`, balanced by class and chosen by the seed, and what is left to train on;
 * ascending both.
 * @throws RangeError where nothing would be left
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
