/** Tests of differences of means, and their correction for multiple comparisons. */
/// <reference path="./jstat.d.ts" />
import jstat from 'jstat'
import type { TestResult } from '../../contract/studies/comparison'
import { missing } from '../text/numbers'
import { testLevel, type Estimated } from './statistics'

/**
 * Returns the probability that Student's t with `degrees` of freedom is at least as far from 0 as `t`: I_x(ν/2, 1/2)
 * with x = ν / (ν + t²) (Abramowitz and Stegun 1964, 26.7.1 and 26.5.27). 1 − F would lose all digits of a small p.
 */
export function twoSided(t: number, degrees: number): number {
  return jstat.ibeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/**
 * Returns the two-sided t test of an estimate against 0: Welch's for a difference of means, the paired one for a mean
 * of differences. Null for null.
 */
export function testOf(estimated: Estimated | null): Omit<TestResult, 'corrected'> | null {
  if (estimated === null) return null
  const t = estimated.value / estimated.error
  return { t, degrees: estimated.degrees, p: twoSided(t, estimated.degrees) }
}

/**
 * Holm's step-down correction (Holm 1979): the i-th smallest of m p values times m − i + 1, at least the one before, at
 * most 1. Calling a difference significant if its corrected value is at most α keeps the chance of any false positive
 * in the family at α, however the comparisons depend on each other: here they share a baseline.
 * @param ps in any order; null for a comparison of the family without a p value yet. It counts as the largest, so that
 *   results stay significant when it arrives
 * @returns in the same order, null if `ps` is
 */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const corrected: (number | null)[] = ps.map(() => null)
  const ascending = ps.flatMap((p, at) => (p === null ? [] : [{ p, at }])).sort((a, b) => a.p - b.p)
  let least = 0
  for (const [i, { p, at }] of ascending.entries()) {
    least = Math.max(least, Math.min(1, p * (ps.length - i)))
    corrected[at] = least
  }
  return corrected
}

/** Formats a p value with two digits, or more if rounding would move it across 5 %: '0.0028', '0.40', '< 0.0001'. */
export function pDigits(p: number): string {
  if (p < 1e-4) return '< 0.0001'
  for (let digits = 2; ; digits++) {
    const text = p >= 0.1 ? p.toFixed(digits) : p.toPrecision(digits)
    if (digits > 8 || Number(text) <= testLevel === p <= testLevel) return text
  }
}

/** Returns 'p = 0.0028' or 'p < 0.0001'. */
export function pWords(p: number): string {
  const digits = pDigits(p)
  return digits.startsWith('<') ? `p ${digits}` : `p = ${digits}`
}

/** Returns whether the corrected test shows a difference: the one criterion of every table and sentence. */
export function isSeen({ corrected }: Pick<TestResult, 'corrected'>): boolean {
  return corrected <= testLevel
}

interface PColumn {
  title: string
  key: 'p' | 'corrected'
}

/**
 * Returns the columns of p values, the same in the window and all exports: the uncorrected value first, each under its
 * own title. A single comparison needs no correction and has one column.
 */
export function pColumns(comparisons: number): readonly PColumn[] {
  return comparisons > 1
    ? [
        { title: 'p (uncorrected)', key: 'p' },
        { title: 'p (corrected)', key: 'corrected' },
      ]
    : [{ title: 'p', key: 'p' }]
}

/** Returns a cell for each of `pColumns`; `missing` if there is no test. */
export function pCells(test: TestResult | null, comparisons: number): string[] {
  return pColumns(comparisons).map(({ key }) => (test === null ? missing : pDigits(test[key])))
}

/** Returns 'corrected p = 0.12', or 'p = 0.024' for a single comparison. */
export function correctedWords({ corrected }: Pick<TestResult, 'corrected'>, comparisons: number): string {
  return `${comparisons > 1 ? 'corrected ' : ''}${pWords(corrected)}`
}

/** Returns 'p = 0.024, corrected p = 0.12', or 'p = 0.024' for a single comparison. */
export function testWords(test: Pick<TestResult, 'p' | 'corrected'>, comparisons: number): string {
  return comparisons > 1 ? `${pWords(test.p)}, ${correctedWords(test, comparisons)}` : pWords(test.p)
}
