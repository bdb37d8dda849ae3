import { expect, it } from 'vitest'
import { flipped, groupSelection, setOf } from './idSets'

it('flipped adds ids if any is missing, removes them if all are present, and does not modify the old set', () => {
  const old = setOf(['a', 'b'])
  expect([...flipped(old, ['b', 'c'])]).toEqual(['a', 'b', 'c'])
  expect([...flipped(old, ['a', 'b'])]).toEqual([])
  expect([...flipped(old, ['a'])]).toEqual(['b'])
  expect([...old]).toEqual(['a', 'b'])
})

it('groupSelection returns whether all, some or none of a group’s runs are selected', () => {
  const selected = setOf(['a', 'b'])
  expect(groupSelection(['a', 'b'], selected, false)).toBe('all')
  expect(groupSelection(['b', 'c'], selected, false)).toBe('some')
  expect(groupSelection(['c'], selected, false)).toBe('none')
  expect(groupSelection([], selected, false)).toBe('none')
  expect(groupSelection(undefined, selected, false)).toBe('none')
  // All runs of the list are selected: so are those of a group that nobody looked into.
  expect(groupSelection(undefined, selected, true)).toBe('all')
})
