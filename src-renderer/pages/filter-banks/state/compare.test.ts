import { expect, it } from 'vitest'
import { signBank } from '../../../../src-main/analysis/filters/banks'
import { bankKernelsOf } from '../../../../src-main/analysis/filters/convolution'
import { counterpart, figuresOf, groupOf, wholeLayer } from './compare'

const own = {
  shape: [3, 3, 1, 2] as const,
  values: Float32Array.from({ length: 18 }, (_, i) => Math.sin(i * 1.3) + 0.4),
  bank: signBank,
}

it('finds a bank among free filters in any order and with any factor', () => {
  const { values } = bankKernelsOf(own, [1])
  // h1 to h4 at 4, 2, 0 and 3, one filter of its own at 1.
  const order = [2, null, 1, 3, 0]
  const free = {
    shape: [3, 3, 1, 5] as const,
    bank: null,
    values: Float32Array.from({ length: 45 }, (_, i) => {
      const band = order[i % 5] ?? null
      return band === null ? (i === 21 ? 1 : 0) : -2 * (values[Math.floor(i / 5) * 4 + band] ?? NaN)
    }),
  }
  expect(counterpart(own, 1, free, [0])).toEqual([4, 2, 0, 3])
  expect(groupOf(free, [4, 2], [0]).names).toEqual(['#4', '#2'])
})

it('finds the nearest bank of a multi-band layer', () => {
  const turned = {
    ...own,
    values: Float32Array.from(own.values, (_, i) => own.values[i % 2 === 0 ? i + 1 : i - 1] ?? NaN),
  }
  expect(counterpart(own, 0, turned, [0])).toEqual([1])
  expect(groupOf(own, [1], [0]).names).toEqual(['h₁', 'h₂', 'h₃', 'h₄'])
})

it('counts the filters of a whole layer by the bands that it applies', () => {
  const planes = wholeLayer(own, [0])
  expect(planes).toHaveLength(8)
  const { covered, overlap, likeness } = figuresOf(planes, 3)
  for (const figure of [covered, overlap, likeness ?? NaN]) expect(figure >= 0 && figure <= 1).toBe(true)
  expect(figuresOf(planes, 6).covered).toBeGreaterThanOrEqual(covered)
})
