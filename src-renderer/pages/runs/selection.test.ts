import { expect, it } from 'vitest'
import { flipped, setOf } from './selection'

it('flipped adds where any is missing, takes where all are there, and leaves the old set alone', () => {
  const old = setOf(['a', 'b'])
  expect([...flipped(old, ['b', 'c'])]).toEqual(['a', 'b', 'c'])
  expect([...flipped(old, ['a', 'b'])]).toEqual([])
  expect([...flipped(old, ['a'])]).toEqual(['b'])
  expect([...old]).toEqual(['a', 'b'])
})
