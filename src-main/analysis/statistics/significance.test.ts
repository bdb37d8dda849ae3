import { describe, expect, it } from 'vitest'
import { random } from '../../nn/random'
import { correctedWords, holm, pCells, pColumns, pDigits, pWords, testOf, testWords, twoSided } from './significance'
import {
  intervalOf,
  meanInterval,
  meanOf,
  powerOfTest,
  smallestVisible,
  welchDifference,
  welchInterval,
} from './statistics'

// Student 1908, The probable error of a mean, Biometrika 6: more hours of sleep by two drugs for ten people; R's
// `sleep`.
const sleep1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const sleep2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
const differences = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - (b[i] ?? NaN))

// Five and four accuracies like ours, and five that pair with the first.
const a = [91.2, 91.7, 90.9, 91.5, 91.1]
const b = [90.4, 91.3, 90.8, 90.6]
const pairedWithA = [91.9, 91.6, 91.2, 91.8, 91.5]

describe('two-sided p values of Student’s t', () => {
  // scipy 1.17.1: 2 * scipy.stats.t.sf(t, df)
  it.each([
    [0.1, 2, 0.9294654384141402],
    [1.5, 2.7, 0.24025719038839702],
    [4, 3, 0.028008456010146152],
    [12, 4, 0.000276428548502973],
    [40, 6, 1.6318360930542468e-8],
    [3, 200, 0.003043047113905905],
    [2, 10_000, 0.04552726066143543],
    [0.001, 30, 0.9992087357664851],
    [0, 5, 1],
  ])('are for %d with %d degrees of freedom %d, as in scipy', (t, degrees, expected) => {
    // In the tail too, relative to itself.
    expect(Math.abs(twoSided(t, degrees) / expected - 1)).toBeLessThan(1e-6)
    expect(twoSided(-t, degrees)).toBe(twoSided(t, degrees))
  })

  it('have closed forms for one and two degrees of freedom', () => {
    for (const t of [0.3, 1, 4, 63.657]) {
      expect(twoSided(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 7)
      expect(twoSided(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 7)
    }
  })
})

describe('Welch’s test', () => {
  it('agrees with R for Student’s sleep data: t = −1.8608, df = 17.776, p-value = 0.07939', () => {
    const test = testOf(welchDifference(sleep1, sleep2))
    expect(test?.t).toBeCloseTo(-1.8608, 4)
    expect(test?.degrees).toBeCloseTo(17.776, 3)
    expect(test?.p).toBeCloseTo(0.07939, 5)
    // scipy.stats.ttest_ind(sleep1, sleep2, equal_var=False), scipy 1.17.1
    expect(test?.t).toBeCloseTo(-1.8608134674868526, 12)
    expect(test?.degrees).toBeCloseTo(17.776473516178488, 10)
    expect(test?.p).toBeCloseTo(0.0793941401873583, 7)
  })

  it('agrees with scipy for sides of different size: ttest_ind(a, b, equal_var=False) and its confidence_interval()', () => {
    const test = testOf(welchDifference(a, b))
    expect(test?.t).toBeCloseTo(2.102494340017341, 9)
    expect(test?.degrees).toBeCloseTo(5.863902521326051, 9)
    expect(test?.p).toBeCloseTo(0.08127519062046075, 7)
    expect(welchInterval(a, b)).toEqual([expect.closeTo(-0.086048393938854, 6), expect.closeTo(1.0960483939388448, 6)])
  })

  it('has an interval that excludes 0 exactly if p is below 5 %', () => {
    const { normal } = random(3, 'synthetic')
    let under = 0
    for (let i = 0; i < 400; i++) {
      const [x, y] = [Array.from({ length: 4 }, normal), Array.from({ length: 5 }, () => 1.5 + 2 * normal())]
      const p = testOf(welchDifference(x, y))?.p ?? NaN
      const [low, high] = welchInterval(x, y) ?? [NaN, NaN]
      expect(low > 0 || high < 0).toBe(p < 0.05)
      if (p < 0.05) under++
    }
    expect(under).toBeGreaterThan(20)
    expect(under).toBeLessThan(380)
  })

  it('is null with fewer than three values per side, or if neither side varies', () => {
    expect(testOf(welchDifference([1, 2], [1, 2, 3]))).toBeNull()
    expect(testOf(welchDifference([1, 2, 3], [1, 2]))).toBeNull()
    expect(testOf(welchDifference([1, 1, 1], [2, 2, 2]))).toBeNull()
  })
})

describe('paired test', () => {
  it('agrees with R for Student’s sleep data: t = −4.0621, df = 9, p-value = 0.002833', () => {
    const test = testOf(meanOf(differences(sleep1, sleep2)))
    expect(test?.t).toBeCloseTo(-4.0621, 4)
    expect(test?.degrees).toBe(9)
    expect(test?.p).toBeCloseTo(0.002833, 6)
    // scipy.stats.ttest_rel(sleep1, sleep2), scipy 1.17.1
    expect(test?.t).toBeCloseTo(-4.062127683382037, 12)
    expect(test?.p).toBeCloseTo(0.002832890197384273, 9)
  })

  it('agrees with scipy’s ttest_rel(a, pairedWithA)', () => {
    const of = meanOf(differences(a, pairedWithA))
    expect(testOf(of)?.t).toBeCloseTo(-2.4987801902176483, 9)
    expect(testOf(of)?.p).toBeCloseTo(0.06685364453302511, 7)
    expect(intervalOf(of)).toEqual([expect.closeTo(-0.6755584589398802, 6), expect.closeTo(0.03555845893988252, 6)])
  })

  it('is null with fewer than three pairs, or if the differences do not vary', () => {
    expect(testOf(meanOf([1, 2]))).toBeNull()
    expect(testOf(meanOf([1, 1, 1]))).toBeNull()
    // Also if they vary only by the rounding of a subtraction.
    expect(testOf(meanOf([91.2 - 91.1, 90.7 - 90.6, 88.4 - 88.3]))).toBeNull()
    expect(testOf(welchDifference([91.23, 91.23, 91.23], [0.9133 * 100, 0.9133 * 100, 91.33]))).toBeNull()
  })
})

describe('interval of a mean', () => {
  // scipy.stats.t.interval(0.95, len(x) - 1, loc=numpy.mean(x), scale=scipy.stats.sem(x)), scipy 1.17.1
  it.each([
    [a, 90.88344431990903, 91.67655568009097],
    [b, 90.16043619076271, 91.3895638092373],
  ])('of %j agrees with scipy', (values, low, high) => {
    expect(meanInterval(values)).toEqual([expect.closeTo(low, 6), expect.closeTo(high, 6)])
  })
})

describe('power', () => {
  // statsmodels 0.15.0: TTestIndPower().power(effect, nobs1, 0.05, ratio) and .solve_power(nobs1=n, alpha=0.05,
  // power=0.8)
  it('agrees with statsmodels', () => {
    expect(powerOfTest(1.3, 1, 5, 5)).toBeCloseTo(0.4400310875476505, 6)
    expect(powerOfTest(2, 1, 3, 5)).toBeCloseTo(0.6295235786050368, 6)
    expect(smallestVisible(1, 5, 5)).toBeCloseTo(2.024440145655355, 5)
    expect(smallestVisible(1, 3, 3)).toBeCloseTo(3.070892269599019, 5)
  })
})

describe('Holm’s correction', () => {
  it.each([
    // R's documentation has no numbers; these are statsmodels 0.15.0: multipletests(ps, method='holm')[1].
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [
      [0.0001, 0.5, 0.03, 0.03, 0.9, 0.012],
      [0.0006, 1, 0.12, 0.12, 1, 0.06],
    ],
  ])('of %j is %j, as in statsmodels', (ps, expected) => {
    expect(holm(ps)).toEqual(expected.map((p) => expect.closeTo(p, 12) as number))
  })

  it('agrees with a worked example', () => {
    // Wikipedia, Holm–Bonferroni method, example: p = 0.01, 0.04, 0.03, 0.005 at α = 0.05 reject the first and the
    // fourth.
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => p !== null && p <= 0.05)).toEqual([true, false, false, true])
  })

  it('treats a missing p value as the largest of its family', () => {
    expect(holm([0.02, null, 0.01, null])).toEqual([expect.closeTo(0.06, 12), null, expect.closeTo(0.04, 12), null])
    // When the missing p values arrive, earlier findings remain.
    for (const late of [1e-6, 0.015, 0.03, 1]) expect(holm([0.02, late, 0.01, 1])[2]).toBeLessThanOrEqual(0.04)
    expect(holm([0.02])).toEqual([0.02])
    expect(holm([])).toEqual([])
  })

  it('keeps false findings of a whole family below 5 %, while single tests have many more', () => {
    const { normal } = random(11, 'synthetic')
    const families = 1500
    let [single, corrected] = [0, 0]
    for (let i = 0; i < families; i++) {
      // Eight variants against one baseline, none of them different.
      const baseline = Array.from({ length: 5 }, normal)
      const ps = Array.from(
        { length: 8 },
        () => testOf(welchDifference(baseline, Array.from({ length: 5 }, normal)))?.p ?? NaN,
      )
      if (ps.some((p) => p <= 0.05)) single++
      if (holm(ps).some((p) => p !== null && p <= 0.05)) corrected++
    }
    expect(single / families).toBeGreaterThan(0.15)
    // Three standard errors above 5 %.
    expect(corrected / families).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / families))
  })
})

describe('p values in words', () => {
  it.each([
    [0.4, 'p = 0.40'],
    [1, 'p = 1.00'],
    [0.0028328, 'p = 0.0028'],
    [0.031, 'p = 0.031'],
    [0.00009, 'p < 0.0001'],
    [0.05, 'p = 0.050'],
    [0.0502, 'p = 0.0502'],
    [0.050003, 'p = 0.050003'],
    [0.0498, 'p = 0.050'],
  ])('describe %d as %s', (p, words) => expect(pWords(p)).toBe(words))
  it('never round to the other side of 5 %', () => {
    for (let i = 4900; i < 5100; i++) expect(Number(pDigits(i / 1e5)) <= 0.05).toBe(i <= 5000)
  })
})

describe('p values in tables and sentences', () => {
  const test = { t: 3, degrees: 6, p: 0.024, corrected: 0.12 }

  it('are the uncorrected and the corrected value, each with its name', () => {
    expect(pColumns(5).map(({ title }, i) => `${title}: ${pCells(test, 5)[i]}`)).toEqual([
      'p (uncorrected): 0.024',
      'p (corrected): 0.12',
    ])
    expect(testWords(test, 5)).toBe('p = 0.024, corrected p = 0.12')
    expect(correctedWords(test, 5)).toBe('corrected p = 0.12')
    expect(pCells(null, 5)).toEqual(['–', '–'])
  })

  it('are a single value if there is one comparison', () => {
    expect(pColumns(1).map(({ title }) => title)).toEqual(['p'])
    expect(pCells(test, 1)).toEqual(['0.024'])
    expect(testWords(test, 1)).toBe('p = 0.024')
  })
})
