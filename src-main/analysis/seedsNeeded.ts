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
 * The smallest k for which the difference of two means, each over k more values, is to be expected within ± `halfWidth`:
 * t(1 − α/2, ν) √(s₁²/(n₁ + k) + s₂²/(n₂ + k)) ≤ w, with Welch's and Satterthwaite's ν at those counts and the
 * deviations as they are known now. The t quantile depends on k, so k is searched and not solved for: the usual
 * iteration over t quantiles (Desu and Raghavarao 1990, Sample Size Methodology, section 2; Kupper and Hafner 1989,
 * The American Statistician 43, 101–105), started at the counts there are. Width falls with k, so halving finds it.
 * It plans for the deviation as now estimated: about every second time the interval comes out wider (Kupper and Hafner),
 * and the question is asked again.
 * @param halfWidth above 0, in the values' unit
 * @returns 'unknown' under three finished values on a side; 'beyond' where `mostMoreSeeds` are not enough
 */
export function moreSeeds(a: Side, b: Side, halfWidth: number, level = 0.95): MoreSeeds | 'unknown' | 'beyond' {
  const [s1, s2] = [sampleStd(a.values), sampleStd(b.values)]
  if (a.values.length < leastSeeds || b.values.length < leastSeeds || s1 === null || s2 === null) return 'unknown'
  const [n1, n2] = [a.values.length + a.open, b.values.length + b.open]
  return smallest((k) => {
    const of = welchError(s1, n1 + k, s2, n2 + k)
    // Equal values, time and again: nothing is left to narrow.
    return of === null ? 0 : tQuantile(1 - (1 - level) / 2, of.degrees) * of.error
  }, halfWidth)
}

/** The same for the mean of differences within pairs: t(1 − α/2, n + k − 1) s / √(n + k) ≤ w. */
export function morePairs(pairs: Side, halfWidth: number, level = 0.95): MoreSeeds | 'unknown' | 'beyond' {
  const s = sampleStd(pairs.values)
  if (pairs.values.length < leastSeeds || s === null) return 'unknown'
  const n = pairs.values.length + pairs.open
  return smallest((k) => (tQuantile(1 - (1 - level) / 2, n + k - 1) * s) / Math.sqrt(n + k), halfWidth)
}

/** @param width falls as its argument rises */
function smallest(width: (k: number) => number, wanted: number): MoreSeeds | 'beyond' {
  if (width(mostMoreSeeds) > wanted) return 'beyond'
  let [low, high] = [0, mostMoreSeeds]
  while (low < high) {
    const middle = (low + high) >> 1
    if (width(middle) > wanted) low = middle + 1
    else high = middle
  }
  return { more: low, expected: width(low) }
}
