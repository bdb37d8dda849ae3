/**
 * The random streams of the program. Seed, purpose and indices (epoch, example) name a stream. Draws for one purpose never
 * depend on draws for another, so that a resumed run draws the same numbers.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

export interface Random {
  /** Draws from [0, 1). */
  uniform: () => number
  /** Draws a whole number from `from` to `to`, both included. */
  int: (from: number, to: number) => number
  /** Draws from the standard normal distribution. */
  normal: () => number
}

/** The names are part of every result: renaming one changes the numbers. */
export type Purpose = 'weights' | 'order' | 'augment' | 'subset' | 'synthetic' | 'history' | 'faults' | 'bank'

/** Returns a stream. @param seed and indices: whole numbers from 0 to 2³² − 1 */
export function random(seed: number, purpose: Purpose, ...indices: number[]): Random {
  const words = [seed, ...Array.from(purpose, (letter) => letter.charCodeAt(0)), 0x9e3779b9, ...indices]
  const generator = xoroshiro128plusFromState([hash(words, 1), hash(words, 2), hash(words, 3), hash(words, 4)])
  let spare: number | null = null
  return {
    uniform: () => uniformFloat64(generator),
    int: (from, to) => uniformInt(generator, from, to),
    normal() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      // Box–Muller; 1 − u lies in (0, 1], so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)))
      const angle = 2 * Math.PI * uniformFloat64(generator)
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}

/** Shuffles in place (Fisher–Yates). */
export function shuffle<T extends Uint32Array | number[]>(values: T, rng: Random): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = rng.int(0, i)
    const kept = values[i] as number
    values[i] = values[j] as number
    values[j] = kept
  }
  return values
}

/** Returns MurmurHash3 of 32-bit words, for a stream's initial state. */
function hash(words: number[], salt: number): number {
  let h = Math.imul(salt, 0x85ebca6b)
  for (const word of words) {
    let k = Math.imul(word | 0, 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    h ^= k
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
  }
  h ^= words.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
