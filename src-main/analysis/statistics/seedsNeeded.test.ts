import { describe, expect, it } from 'vitest'
import { random } from '../../nn/random'
import { mostMoreSeeds, morePairs, moreSeeds } from './seedsNeeded'
import { mean, welchInterval } from './statistics'

/** n values whose sample deviation is `std`. */
function withStd(n: number, std: number): number[] {
  const steps = Array.from({ length: n }, (_, i) => i - (n - 1) / 2)
  const now = Math.sqrt(steps.reduce((sum, x) => sum + x * x, 0) / (n - 1))
  return steps.map((x) => 90 + (x * std) / now)
}
const side = (n: number, std: number, open = 0): { values: number[]; open: number } => ({
  values: withStd(n, std),
  open,
})

describe('seeds needed for a width', () => {
  // By counting up from 0 in Python with scipy.stats.t.ppf(0.975, df) * sqrt(s1²/n1 + s2²/n2), df by Welch and
  // Satterthwaite (scipy 1.17.1).
  it.each([
    [0.2, 0.3, 3, 3, 0.15, 21, 0.14873877721628218],
    [0.25, 0.25, 5, 5, 0.15, 18, 0.1485748687735694],
    [0.1, 0.4, 5, 3, 0.5, 2, 0.4915473872317557],
    [1, 1, 3, 3, 1, 6, 0.9993329417017641],
    [0.25, 0.25, 3, 3, 0.9, 0, 0.5667394838818798],
  ])('are for deviations %d and %d, %i and %i seeds and ± %d: %i', (s1, s2, n1, n2, width, more, expected) => {
    expect(moreSeeds(side(n1, s1), side(n2, s2), width)).toEqual({
      more,
      expected: expect.closeTo(expected, 6) as number,
    })
  })

  // The same with t.ppf(0.975, n - 1) * s / sqrt(n).
  it.each([
    [0.2, 3, 0.15, 7, 0.14307138119413296],
    [1, 3, 0.5, 15, 0.4972883007129839],
    [0.5, 5, 0.1, 94, 0.09972324174661071],
  ])('are for pairs of deviation %d, %i pairs and ± %d: %i', (s, n, width, more, expected) => {
    expect(morePairs(side(n, s), width)).toEqual({ more, expected: expect.closeTo(expected, 6) as number })
  })

  it('are zero at the current interval', () => {
    const [a, b] = [withStd(4, 0.3), withStd(5, 0.2)]
    const [low, high] = welchInterval(a, b) ?? [NaN, NaN]
    const half = (high - low) / 2
    expect(moreSeeds({ values: a, open: 0 }, { values: b, open: 0 }, half * 1.0001)).toEqual({
      more: 0,
      expected: expect.closeTo(half, 9) as number,
    })
    expect(moreSeeds({ values: a, open: 0 }, { values: b, open: 0 }, half * 0.9999)).toMatchObject({ more: 1 })
  })

  it('include seeds that are queued or running', () => {
    expect(moreSeeds(side(3, 0.2, 21), side(3, 0.3, 21), 0.15)).toMatchObject({ more: 0 })
    expect(moreSeeds(side(3, 0.2, 20), side(3, 0.3, 20), 0.15)).toMatchObject({ more: 1 })
    expect(morePairs(side(3, 0.2, 5), 0.15)).toMatchObject({ more: 2 })
  })

  it('are unknown with fewer than three finished seeds per side, and limited in number', () => {
    expect(moreSeeds(side(2, 0.2), side(5, 0.3), 0.15)).toBe('unknown')
    expect(moreSeeds(side(5, 0.2), { values: [91], open: 6 }, 0.15)).toBe('unknown')
    expect(morePairs(side(2, 0.2), 0.15)).toBe('unknown')
    expect(moreSeeds(side(3, 1), side(3, 1), 0.01)).toBe('beyond')
    expect(moreSeeds(side(3, 1), side(3, 1), 0.0877)).toMatchObject({ more: expect.any(Number) as number })
    expect(mostMoreSeeds).toBe(2000)
  })

  it('are zero if nothing varies', () => {
    const same = { values: [90, 90, 90], open: 0 }
    expect(moreSeeds(same, same, 0.1)).toEqual({ more: 0, expected: 0 })
    expect(morePairs({ values: [0, 0, 0], open: 0 }, 0.1)).toEqual({ more: 0, expected: 0 })
  })

  it('give intervals of that width on average if the deviation is the true one', () => {
    const { normal } = random(5, 'synthetic')
    const asked = moreSeeds(side(5, 0.25), side(5, 0.25), 0.15)
    if (typeof asked === 'string') throw new Error(asked)
    const n = 5 + asked.more
    const draw = (): number[] => Array.from({ length: n }, () => 0.25 * normal())
    const halves = Array.from({ length: 2000 }, () => {
      const [low, high] = welchInterval(draw(), draw()) ?? [NaN, NaN]
      return (high - low) / 2
    })
    expect(mean(halves)).toBeCloseTo(asked.expected, 2)
    // About every second one is wider, as the comment says.
    const wider = halves.filter((half) => half > asked.expected).length / halves.length
    expect(wider).toBeGreaterThan(0.4)
    expect(wider).toBeLessThan(0.6)
  })
})
