/** Estimates the number of seeds for an interval of a given width. */
import { leastSeeds, sampleStd, tQuantile, welchError } from './statistics'

/** Upper limit of the search. */
export const mostMoreSeeds = 2000

export interface MoreSeeds {
  /** Seeds to add per side; 0 if the finished, queued and running ones are enough. */
  more: number
  /** Half of the expected 95 % interval, in the values' unit. */
  expected: number
}

/** One side: values of its finished seeds, and the number of queued and running ones. */
export interface Side {
  values: readonly number[]
  open: number
}

/**
 * Returns half of the expected 95 % interval of the difference of two means after the pending and `more` further seeds:
 * t(1 − α/2, ν) √(s₁²/n₁ + s₂²/n₂), with Welch and Satterthwaite's ν at these counts and the current deviations.
 * @returns in the values' unit; null under three finished values per side
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
  // All values are equal: the interval has no width.
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
 * Returns the smallest k for which the expected interval of the difference of two means, each over k more values, is
 * within ± `halfWidth`. The t quantile depends on k, so k is searched: the usual iteration over t quantiles (Desu and
 * Raghavarao 1990, Sample Size Methodology, section 2; Kupper and Hafner 1989, The American Statistician 43, 101–105),
 * by bisection, because the width falls with k. The plan uses the current deviation: about every second time the
 * interval turns out wider (Kupper and Hafner), and the estimate is repeated.
 * @param halfWidth above 0, in the values' unit
 * @returns 'unknown' under three finished values per side; 'beyond' if `mostMoreSeeds` are not enough
 */
export function moreSeeds(a: Side, b: Side, halfWidth: number): MoreSeeds | 'unknown' | 'beyond' {
  return smallest((k) => expectedWidth(a, b, [k, k]), halfWidth)
}

/** The same for the mean of differences within pairs. */
export function morePairs(pairs: Side, halfWidth: number): MoreSeeds | 'unknown' | 'beyond' {
  return smallest((k) => expectedPairedWidth(pairs, k), halfWidth)
}

/** @param width decreases with its argument, or is always null */
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
