import { expect, it } from 'vitest'
import { flipped, groupSelection, setOf } from './idSets'

it('flipped adds where any is missing, takes where all are there, and leaves the old set alone', () => {
  const old = setOf(['a', 'b'])
  expect([...flipped(old, ['b', 'c'])]).toEqual(['a', 'b', 'c'])
  expect([...flipped(old, ['a', 'b'])]).toEqual([])
  expect([...flipped(old, ['a'])]).toEqual(['b'])
  expect([...old]).toEqual(['a', 'b'])
})

it('groupSelection tells all, some and none of a group’s runs', () => {
  const selected = setOf(['a', 'b'])
  expect(groupSelection(['a', 'b'], selected, false)).toBe('all')
  expect(groupSelection(['b', 'c'], selected, false)).toBe('some')
  expect(groupSelection(['c'], selected, false)).toBe('none')
  expect(groupSelection([], selected, false)).toBe('none')
  expect(groupSelection(undefined, selected, false)).toBe('none')
  // All runs of the list are selected: so are those of a group that nobody looked into.
  expect(groupSelection(undefined, selected, true)).toBe('all')
})
