/** Statistics over a few seeds. */
/// <reference path="./jstat.d.ts" />
import jstat from 'jstat'
import type { Spread } from '../../contract/studies/comparison'

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/**
 * A deviation below this share of the values is a rounding error: three times 91.23 would give 1e-14, and an
 * arbitrarily large t.
 */
const rounding = 1e-10

/** Sample standard deviation (n − 1); null for fewer than two values, 0 if they differ by rounding only. */
export function sampleStd(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const m = mean(values)
  const std = Math.sqrt(values.reduce((sum, x) => sum + (x - m) ** 2, 0) / (values.length - 1))
  return std <= rounding * Math.max(...values.map(Math.abs)) ? 0 : std
}

/** Mean, standard deviation and count, with the values themselves; null for no values. */
export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  return { mean: mean(values), std: sampleStd(values), n: values.length, values: [...values] }
}

/**
 * Under this many seeds per side no interval is given: with two, a single degree of freedom makes it meaninglessly
 * wide.
 */
export const leastSeeds = 3

/** The parts of a t statistic: an estimate, its standard error and the degrees of freedom of that error. */
export interface Estimated {
  value: number
  /** Above 0. */
  error: number
  /** Above 0, not necessarily an integer. */
  degrees: number
}

/**
 * Returns mean(a) − mean(b) of samples of unequal variance, with the degrees of freedom of Welch and Satterthwaite
 * (Welch 1947).
 * @returns in the values' unit; null under three values per side, or if neither side varies: the t statistic is
 *   undefined then
 */
export function welchDifference(a: readonly number[], b: readonly number[]): Estimated | null {
  if (a.length < leastSeeds || b.length < leastSeeds) return null
  const [sa, sb] = [sampleStd(a) ?? NaN, sampleStd(b) ?? NaN]
  const error = welchError(sa, a.length, sb, b.length)
  return error === null ? null : { value: mean(a) - mean(b), ...error }
}

/** Standard error and degrees of freedom of a difference of two means; null if neither side varies. */
export function welchError(s1: number, n1: number, s2: number, n2: number): { error: number; degrees: number } | null {
  const [v1, v2] = [s1 ** 2 / n1, s2 ** 2 / n2]
  const variance = v1 + v2
  if (!(variance > 0)) return null
  return { error: Math.sqrt(variance), degrees: variance ** 2 / (v1 ** 2 / (n1 - 1) + v2 ** 2 / (n2 - 1)) }
}

/**
 * Returns a mean with its standard error s / √n and n − 1 degrees of freedom: of single values, or of paired
 * differences such as those of runs with equal seeds.
 * @returns in the values' unit; null under three values, or if they do not vary
 */
export function meanOf(values: readonly number[]): Estimated | null {
  if (values.length < leastSeeds) return null
  const error = (sampleStd(values) ?? NaN) / Math.sqrt(values.length)
  return error > 0 ? { value: mean(values), error, degrees: values.length - 1 } : null
}

/** Returns the t interval around an estimate. @param level confidence, in (0, 1) @returns [low, high]; null for null */
export function intervalOf(estimated: Estimated | null, level = 0.95): [number, number] | null {
  if (estimated === null) return null
  const half = tQuantile(1 - (1 - level) / 2, estimated.degrees) * estimated.error
  return [estimated.value - half, estimated.value + half]
}

/** `intervalOf` Welch's difference mean(a) − mean(b). */
export function welchInterval(a: readonly number[], b: readonly number[], level = 0.95): [number, number] | null {
  return intervalOf(welchDifference(a, b), level)
}

/** `intervalOf` the mean of differences within pairs, or of single values. */
export function meanInterval(values: readonly number[], level = 0.95): [number, number] | null {
  return intervalOf(meanOf(values), level)
}

/**
 * Returns the pooled standard deviation of two samples: √(((n₁ − 1) s₁² + (n₂ − 1) s₂²) / (n₁ + n₂ − 2)); null if no
 * sample has two values.
 */
export function pooledStd(a: readonly number[], b: readonly number[]): number | null {
  const degrees = Math.max(0, a.length - 1) + Math.max(0, b.length - 1)
  if (degrees === 0) return null
  return Math.sqrt(((a.length - 1) * (sampleStd(a) ?? 0) ** 2 + (b.length - 1) * (sampleStd(b) ?? 0) ** 2) / degrees)
}

/** Two-sided significance level. */
export const testLevel = 0.05
/** Probability of detecting a true difference. */
export const testPower = 0.8

/**
 * Returns the power of the two-sided t test of two samples of one standard deviation σ whose means are δ apart: with ν
 * = n₁ + n₂ − 2, λ = δ / (σ √(1/n₁ + 1/n₂)) and t the (1 − α/2) quantile of Student's t, it is 1 − F(t; ν, λ) + F(−t;
 * ν, λ), where F is the noncentral t distribution (Cohen 1988, chapter 2).
 */
export function powerOfTest(difference: number, std: number, n1: number, n2: number, level = testLevel): number {
  const degrees = n1 + n2 - 2
  const shift = difference / (std * Math.sqrt(1 / n1 + 1 / n2))
  const t = tQuantile(1 - level / 2, degrees)
  return 1 - jstat.noncentralt.cdf(t, degrees, shift) + jstat.noncentralt.cdf(-t, degrees, shift)
}

/**
 * Returns the smallest true difference that the test above detects with the given power.
 * @param std of single values, above 0
 * @returns in the unit of `std`; null for fewer than two values per side, or if nothing varies
 */
export function smallestVisible(
  std: number,
  n1: number,
  n2: number,
  power = testPower,
  level = testLevel,
): number | null {
  if (n1 < 2 || n2 < 2 || !(std > 0)) return null
  let low = 0
  let high = std
  while (powerOfTest(high, std, n1, n2, level) < power) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (powerOfTest(middle, std, n1, n2, level) < power) low = middle
    else high = middle
  }
  return high
}

/** Quantile of Student's t. @param degrees of freedom, above 0, not necessarily an integer */
export function tQuantile(p: number, degrees: number): number {
  return jstat.studentt.inv(p, degrees)
}
