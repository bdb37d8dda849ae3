/** What is said about a handful of seeds. */
/// <reference path="./jstat.d.ts" />
import jstat from 'jstat'
import type { Spread } from '../contract/records'

/** NaN without values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

/** NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** Sample standard deviation (n − 1); null under two values. */
export function sampleStd(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const m = mean(values)
  return Math.sqrt(values.reduce((sum, x) => sum + (x - m) ** 2, 0) / (values.length - 1))
}

/** Mean, standard deviation and count, with the values themselves; null without values. */
export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  return { mean: mean(values), std: sampleStd(values), n: values.length, values: [...values] }
}

/** Under this many seeds on a side no interval is given: with two, a single degree of freedom makes it meaninglessly wide. */
export const leastSeeds = 3

/**
 * Interval of mean(a) − mean(b) for samples of unequal variance: Welch's t with the degrees of freedom of Welch and
 * Satterthwaite (Welch 1947).
 * @param level confidence, in (0, 1)
 * @returns [low, high] in the values' unit; null under three values on either side, and where neither side varies:
 *   there the t statistic does not exist
 */
export function welchInterval(a: readonly number[], b: readonly number[], level = 0.95): [number, number] | null {
  if (a.length < leastSeeds || b.length < leastSeeds) return null
  const va = (sampleStd(a) ?? NaN) ** 2 / a.length
  const vb = (sampleStd(b) ?? NaN) ** 2 / b.length
  const variance = va + vb
  if (!(variance > 0)) return null
  const degrees = variance ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1))
  const half = tQuantile(1 - (1 - level) / 2, degrees) * Math.sqrt(variance)
  const difference = mean(a) - mean(b)
  return [difference - half, difference + half]
}

/** Half the width of an interval: a true difference smaller than this could not have been told from zero. */
export function visibleDifference(interval: readonly [number, number]): number {
  return (interval[1] - interval[0]) / 2
}

/** Quantile of Student's t. @param degrees of freedom, above 0, need not be whole */
export function tQuantile(p: number, degrees: number): number {
  return jstat.studentt.inv(p, degrees)
}
