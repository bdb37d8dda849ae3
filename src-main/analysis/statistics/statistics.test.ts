import { describe, expect, it } from 'vitest'
import { random } from '../../nn/random'
import {
  mean,
  median,
  meanInterval,
  pooledStd,
  powerOfTest,
  sampleStd,
  smallestVisible,
  spread,
  tQuantile,
  welchInterval,
} from './statistics'

describe('spread', () => {
  it('divides by n − 1', () => {
    expect(sampleStd([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14)
    expect(mean([1, 2, 6])).toBe(3)
    expect(spread([0.5, 0.7])).toEqual({
      mean: 0.6,
      std: expect.closeTo(Math.SQRT2 / 10, 14),
      n: 2,
      values: [0.5, 0.7],
    })
  })

  it('has no deviation below two values, and is null without values', () => {
    expect(spread([0.5])).toEqual({ mean: 0.5, std: null, n: 1, values: [0.5] })
    expect(spread([])).toBeNull()
    expect(sampleStd([])).toBeNull()
  })
})

describe('tQuantile', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
  it.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 3, 3.182],
    [0.975, 4, 2.776],
    [0.975, 10, 2.228],
    [0.975, 30, 2.042],
    [0.975, 100, 1.984],
    [0.95, 5, 2.015],
    [0.995, 7, 3.499],
    [0.9, 20, 1.325],
  ])('of %f with %i degrees of freedom is %f, as in tables', (p, degrees, expected) => {
    expect(tQuantile(p, degrees)).toBeCloseTo(expected, 3)
  })

  it('interpolates between neighbours for fractional degrees', () => {
    const t = tQuantile(0.975, 2.5)
    expect(t).toBeLessThan(tQuantile(0.975, 2))
    expect(t).toBeGreaterThan(tQuantile(0.975, 3))
  })
})

describe('welchInterval', () => {
  // R's documentation of t.test, Student's sleep data: t.test(extra ~ group) gives t = −1.8608, df = 17.776,
  // 95 percent confidence interval −3.3654832 0.2054832, p-value = 0.07939.
  const a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
  const b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

  it('agrees with a worked example', () => {
    const [low, high] = welchInterval(a, b) ?? [NaN, NaN]
    expect(low).toBeCloseTo(-3.3654832, 6)
    expect(high).toBeCloseTo(0.2054832, 6)
    // p-value = 0.07939: the interval of 1 − p ends at 0.
    expect(welchInterval(a, b, 1 - 0.07939)?.[1]).toBeCloseTo(0, 4)
  })

  it('changes its sign if the sides are swapped', () => {
    const [low, high] = welchInterval(a, b) ?? [NaN, NaN]
    expect(welchInterval(b, a)).toEqual([expect.closeTo(-high, 12), expect.closeTo(-low, 12)])
  })

  it('is the pooled interval if variances and counts are equal', () => {
    // Both sides: s² = 1, n = 3, so the error is √(2/3), with 4 degrees of freedom.
    const interval = welchInterval([1, 2, 3], [1, 2, 3])
    expect(interval?.[1]).toBeCloseTo(2.776445 * Math.sqrt(2 / 3), 5)
  })

  it('uses the degrees of freedom of the side that varies if the other does not', () => {
    expect(welchInterval([1, 2, 3], [5, 5, 5])?.[1]).toBeCloseTo(-3 + 4.302653 / Math.sqrt(3), 5)
  })

  it('is null with fewer than three values on either side, or if nothing varies', () => {
    expect(welchInterval([1, 2], [1, 2, 3])).toBeNull()
    expect(welchInterval([1, 2, 3], [1, 2])).toBeNull()
    expect(welchInterval([], [])).toBeNull()
    expect(welchInterval([1, 1, 1], [2, 2, 2])).toBeNull()
  })
})

describe('meanInterval', () => {
  it('agrees with a worked example', () => {
    // The same sleep data as pairs, ten people each with both drugs: R's t.test(paired = TRUE) gives t = −4.0621, df =
    // 9, 95 percent confidence interval −2.4598858 −0.7001142.
    const differences = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0].map(
      (x, i) => x - ([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4][i] ?? NaN),
    )
    const [low, high] = meanInterval(differences) ?? [NaN, NaN]
    expect(low).toBeCloseTo(-2.4598858, 6)
    expect(high).toBeCloseTo(-0.7001142, 6)
  })

  it('is null with fewer than three pairs, or if nothing varies', () => {
    expect(meanInterval([1, 2])).toBeNull()
    expect(meanInterval([1, 1, 1])).toBeNull()
  })
})

describe('smallest detectable difference', () => {
  // Cohen 1988, table 2.3.5: n a side for d at power 0.80, two-sided 5 %: 0.50 needs 64, 0.80 needs 26, 1.00 needs 17.
  it.each([
    [64, 0.5],
    [26, 0.8],
    [17, 1],
  ])('is for %i values per side about %f standard deviations, as in tables', (n, d) => {
    expect(smallestVisible(1, n, n)).toBeLessThanOrEqual(d)
    expect(smallestVisible(1, n - 1, n - 1)).toBeGreaterThan(d)
  })

  it('scales with the standard deviation', () => {
    expect(smallestVisible(0.25, 3, 5)).toBeCloseTo((smallestVisible(1, 3, 5) ?? NaN) / 4, 9)
  })

  it.each([
    [3, 3],
    [5, 5],
    [3, 6],
  ])('is found in four of five simulated studies of %i and %i seeds', (n1, n2) => {
    const std = 0.2
    const difference = smallestVisible(std, n1, n2) ?? NaN
    expect(powerOfTest(difference, std, n1, n2)).toBeCloseTo(0.8, 6)
    const { normal } = random(7, 'synthetic', n1, n2)
    const critical = tQuantile(0.975, n1 + n2 - 2)
    const studies = 20_000
    let seen = 0
    for (let i = 0; i < studies; i++) {
      const a = Array.from({ length: n1 }, () => std * normal())
      const b = Array.from({ length: n2 }, () => difference + std * normal())
      const t = (mean(b) - mean(a)) / ((pooledStd(a, b) ?? NaN) * Math.sqrt(1 / n1 + 1 / n2))
      if (Math.abs(t) > critical) seen++
    }
    // Five standard errors of a share of 0.8.
    expect(Math.abs(seen / studies - 0.8)).toBeLessThan(5 * Math.sqrt(0.16 / studies))
  })

  it('is null with one value on a side, or if nothing varies', () => {
    expect(smallestVisible(1, 1, 5)).toBeNull()
    expect(smallestVisible(0, 5, 5)).toBeNull()
  })

  it('pools variances by degrees of freedom', () => {
    expect(pooledStd([1, 2, 3], [5])).toBe(1)
    expect(pooledStd([1, 3], [1, 2, 3])).toBeCloseTo(Math.sqrt((2 + 2) / 3), 12)
    expect(pooledStd([1], [2])).toBeNull()
  })
})

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected))
})
