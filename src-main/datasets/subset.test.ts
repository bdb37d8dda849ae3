import { describe, expect, it } from 'vitest'
import { balancedSubset, validationSplit } from './subset'

const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 10)

function countsOf(indices: Uint32Array | null, of = labels): number[] {
  const counts = new Array<number>(10).fill(0)
  for (const i of indices ?? []) counts[of[i] ?? 0] = (counts[of[i] ?? 0] ?? 0) + 1
  return counts
}

describe('balancedSubset', () => {
  it('takes all where the limit leaves nothing out', () => {
    expect(balancedSubset(labels, null, 1, 'train')).toBeNull()
    expect(balancedSubset(labels, 1000, 1, 'train')).toBeNull()
    expect(balancedSubset(labels, 1001, 1, 'train')).toBeNull()
  })

  it('takes as many of every class, in the order of the set, each once', () => {
    const indices = balancedSubset(labels, 200, 1, 'train')
    expect(countsOf(indices)).toEqual(new Array(10).fill(20))
    expect([...(indices ?? [])]).toEqual([...new Set(indices)].sort((a, b) => a - b))
  })

  it('differs by at most one where the limit does not divide, in classes that the seed chooses', () => {
    const counts = countsOf(balancedSubset(labels, 203, 1, 'train'))
    expect(counts.reduce((a, b) => a + b)).toBe(203)
    expect(counts.filter((n) => n === 21)).toHaveLength(3)
    expect(counts.filter((n) => n === 20)).toHaveLength(7)
    const more = [1, 2, 3, 4].map((seed) => countsOf(balancedSubset(labels, 203, seed, 'train')).join())
    expect(new Set(more).size).toBeGreaterThan(1)
  })

  it('is chosen by seed and split alone', () => {
    const chosen = balancedSubset(labels, 100, 5, 'train')
    expect(balancedSubset(labels, 100, 5, 'train')).toEqual(chosen)
    expect(balancedSubset(labels, 100, 6, 'train')).not.toEqual(chosen)
    expect(balancedSubset(labels, 100, 5, 'test')).not.toEqual(chosen)
  })

  it('fills up from other classes where one runs out', () => {
    const few = Uint8Array.from({ length: 100 }, (_, i) => (i < 3 ? 0 : 1 + (i % 2)))
    expect(countsOf(balancedSubset(few, 43, 1, 'train'), few).slice(0, 3)).toEqual([3, 20, 20])
  })
})

describe('validationSplit', () => {
  it('parts the examples in two that share none, the one balanced by class, both in the order of the set', () => {
    const { held, rest } = validationSplit(labels, 100, 1)
    expect([...held, ...rest].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()))
    expect(countsOf(held)).toEqual(new Array(10).fill(10))
    expect(countsOf(rest)).toEqual(new Array(10).fill(90))
    for (const part of [held, rest]) expect([...part]).toEqual([...part].sort((a, b) => a - b))
  })

  it('is the same by seed, another for another seed, and not the subset that a limit takes', () => {
    const { held } = validationSplit(labels, 100, 5)
    expect(validationSplit(labels, 100, 5).held).toEqual(held)
    expect(validationSplit(labels, 100, 6).held).not.toEqual(held)
    for (const other of ['train', 'test'] as const) expect(balancedSubset(labels, 100, 5, other)).not.toEqual(held)
  })

  it('leaves something to train on', () => {
    expect(() => validationSplit(labels, 1000, 1)).toThrow(RangeError)
    expect(validationSplit(labels, 999, 1).rest).toHaveLength(1)
  })
})
