import { describe, expect, it } from 'vitest'
import { balancedSubset, validationSplit } from './subset'

const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 10)

function countsOf(indices: Uint32Array | null, of = labels): number[] {
  const counts = new Array<number>(10).fill(0)
  for (const i of indices ?? []) counts[of[i] ?? 0] = (counts[of[i] ?? 0] ?? 0) + 1
  return counts
}

describe('balancedSubset', () => {
  it('returns all examples if the limit is not smaller', () => {
    expect(balancedSubset(labels, null, 1, 'train')).toBeNull()
    expect(balancedSubset(labels, 1000, 1, 'train')).toBeNull()
    expect(balancedSubset(labels, 1001, 1, 'train')).toBeNull()
  })

  it('returns the same number of every class, in the order of the set, each once', () => {
    const indices = balancedSubset(labels, 200, 1, 'train')
    expect(countsOf(indices)).toEqual(new Array(10).fill(20))
    expect([...(indices ?? [])]).toEqual([...new Set(indices)].sort((a, b) => a - b))
  })

  it('differs by at most one if the classes do not divide the limit; the seed chooses them', () => {
    const counts = countsOf(balancedSubset(labels, 203, 1, 'train'))
    expect(counts.reduce((a, b) => a + b)).toBe(203)
    expect(counts.filter((n) => n === 21)).toHaveLength(3)
    expect(counts.filter((n) => n === 20)).toHaveLength(7)
    const more = [1, 2, 3, 4].map((seed) => countsOf(balancedSubset(labels, 203, seed, 'train')).join())
    expect(new Set(more).size).toBeGreaterThan(1)
  })

  it('depends only on seed and split', () => {
    const chosen = balancedSubset(labels, 100, 5, 'train')
    expect(balancedSubset(labels, 100, 5, 'train')).toEqual(chosen)
    expect(balancedSubset(labels, 100, 6, 'train')).not.toEqual(chosen)
    expect(balancedSubset(labels, 100, 5, 'test')).not.toEqual(chosen)
  })

  it('fills up from other classes if one has too few', () => {
    const few = Uint8Array.from({ length: 100 }, (_, i) => (i < 3 ? 0 : 1 + (i % 2)))
    expect(countsOf(balancedSubset(few, 43, 1, 'train'), few).slice(0, 3)).toEqual([3, 20, 20])
  })
})

describe('validationSplit', () => {
  it('separates the examples into two disjoint parts in the order of the set, the validation part balanced by class', () => {
    const { held, rest } = validationSplit(labels, 100, 1)
    expect([...held, ...rest].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()))
    expect(countsOf(held)).toEqual(new Array(10).fill(10))
    expect(countsOf(rest)).toEqual(new Array(10).fill(90))
    for (const part of [held, rest]) expect([...part]).toEqual([...part].sort((a, b) => a - b))
  })

  it('is equal for the same seed, different for another one, and not the subset of a limit', () => {
    const { held } = validationSplit(labels, 100, 5)
    expect(validationSplit(labels, 100, 5).held).toEqual(held)
    expect(validationSplit(labels, 100, 6).held).not.toEqual(held)
    for (const other of ['train', 'test'] as const) expect(balancedSubset(labels, 100, 5, other)).not.toEqual(held)
  })

  it('leaves examples to train on', () => {
    expect(() => validationSplit(labels, 1000, 1)).toThrow(RangeError)
    expect(validationSplit(labels, 999, 1).rest).toHaveLength(1)
  })
})
