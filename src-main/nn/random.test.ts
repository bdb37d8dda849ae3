import { describe, expect, it } from 'vitest'
import { greatestSeed } from '../contract/experiment'
import { random, shuffle } from './random'

const draw = (n: number, next: () => number) => Array.from({ length: n }, next)

describe('random', () => {
  it('gives the same stream for the same names and another for any other', () => {
    const of = (...args: Parameters<typeof random>) => draw(8, random(...args).uniform)
    expect(of(1, 'order', 3)).toEqual(of(1, 'order', 3))
    for (const other of [
      of(2, 'order', 3),
      of(1, 'order', 4),
      of(1, 'augment', 3),
      of(1, 'order'),
      of(1, 'order', 3, 0),
    ])
      expect(other).not.toEqual(of(1, 'order', 3))
  })

  it('gives seeds from 2^31 their own streams and keeps the streams of smaller seeds', () => {
    const first = (seed: number) => random(seed, 'weights', 0).int(0, 0xffffffff)
    const seeds = [0, 1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 2, greatestSeed]
    expect(new Set(seeds.map(first)).size).toBe(seeds.length)
    expect([0, 1, 2 ** 31 - 1].map(first)).toEqual([2786280378, 180372857, 1785383444])
  })

  it('draws normals of mean 0, deviation 1 and kurtosis 3', () => {
    const values = draw(40_000, random(5, 'weights').normal)
    const moment = (k: number) => values.reduce((sum, v) => sum + v ** k, 0) / values.length
    expect(Math.abs(moment(1))).toBeLessThan(0.02)
    expect(moment(2)).toBeCloseTo(1, 1)
    expect(moment(4) / moment(2) ** 2).toBeCloseTo(3, 0)
  })

  it('shuffles into a permutation in which neighbouring streams do not resemble each other', () => {
    const order = (epoch: number) =>
      shuffle(
        Uint32Array.from({ length: 1000 }, (_, i) => i),
        random(1, 'order', epoch),
      )
    expect([...order(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    const kept = [...order(0)].filter((v, i) => v === order(1)[i]).length
    expect(kept).toBeLessThan(10)
  })
})
