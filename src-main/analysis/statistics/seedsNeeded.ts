/** How many seeds an interval of a wanted width takes. */
import { leastSeeds, sampleStd, tQuantile, welchError } from './statistics'

/** More are not looked for. */
export const mostMoreSeeds = 2000

export interface MoreSeeds {
  /** On each side; 0 where what is there or on its way is enough. */
  more: number
  /** Half the 95 % interval that is to be expected then, in the values' unit. */
  expected: number
}

/** Of one side: what its finished seeds gave, and how many more are on their way. */
export interface Side {
  values: readonly number[]
  open: number
}

/**
 * Half the 95 % interval of the difference of two means that is to be expected when what is on its way and `more` has
 * come: t(1 − α/2, ν) √(s₁²/n₁ + s₂²/n₂), with Welch's and Satterthwaite's ν at those counts and the deviations as
 * they are known now.
 * @returns in the values' unit; null under three finished values on a side
 */
export function expectedWidth(
  a: Side,
  b: Side,
  [moreA, moreB]: readonly [number, number],
  level = 0.95,
): number | null {
  const [s1, s2] = [sampleStd(a.values), sampleStd(b.values)]
  if (a.values.length < leastSeeds || b.values.length < leastSeeds || s1 === null || s2 === null) return null
  const of = welchError(s1, a.values.length + a.open + moreA, s2, b.values.length + b.open + moreB)
  // Equal values, time and again: nothing is left to narrow.
  return of === null ? 0 : tQuantile(1 - (1 - level) / 2, of.degrees) * of.error
}

/** The same for the mean of differences within pairs: t(1 − α/2, n − 1) s / √n. */
export function expectedPairedWidth({ values, open }: Side, more: number, level = 0.95): number | null {
  const s = sampleStd(values)
  if (values.length < leastSeeds || s === null) return null
  const n = values.length + open + more
  return (tQuantile(1 - (1 - level) / 2, n - 1) * s) / Math.sqrt(n)
}

/**
 * The smallest k for which the difference of two means, each over k more values, is to be expected within ±
 * `halfWidth`. The t quantile depends on k, so k is searched and not solved for: the usual iteration over t quantiles
 * (Desu and Raghavarao 1990, Sample Size Methodology, section 2; Kupper and Hafner 1989, The American Statistician 43,
 * 101–105), here by halving, for width falls with k. It plans for the deviation as now estimated: about every second
 * time the interval comes out wider (Kupper and Hafner), and the question is asked again.
 * @param halfWidth above 0, in the values' unit
 * @returns 'unknown' under three finished values on a side; 'beyond' where `mostMoreSeeds` are not enough
 */
export function moreSeeds(a: Side, b: Side, halfWidth: number): MoreSeeds | 'unknown' | 'beyond' {
  return smallest((k) => expectedWidth(a, b, [k, k]), halfWidth)
}

/** The same for the mean of differences within pairs. */
export function morePairs(pairs: Side, halfWidth: number): MoreSeeds | 'unknown' | 'beyond' {
  return smallest((k) => expectedPairedWidth(pairs, k), halfWidth)
}

/** @param width falls as its argument rises, or is null for any */
function smallest(width: (k: number) => number | null, wanted: number): MoreSeeds | 'unknown' | 'beyond' {
  const narrowest = width(mostMoreSeeds)
  if (narrowest === null) return 'unknown'
  if (narrowest > wanted) return 'beyond'
  let [low, high] = [0, mostMoreSeeds]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((width(middle) ?? Infinity) > wanted) low = middle + 1
    else high = middle
  }
  return { more: low, expected: width(low) ?? NaN }
}
