import { expect, it } from 'vitest'
import { classAccuracies, confusions, mostConfused, rowsOf } from './evaluation'

/** 4 of 5 zeros right, 1 of 4 ones, no twos. */
const counts = { classes: 3, confusion: [4, 1, 0, 2, 1, 1, 0, 0, 0] }

it('splits the counts into rows of true classes', () => {
  expect(rowsOf(counts)).toEqual([
    [4, 1, 0],
    [2, 1, 1],
    [0, 0, 0],
  ])
})

it('sorts classes by accuracy, which is null for a class without examples', () => {
  expect(classAccuracies(counts)).toEqual([
    { label: 1, right: 1, total: 4, accuracy: 0.25 },
    { label: 0, right: 4, total: 5, accuracy: 0.8 },
    { label: 2, right: 0, total: 0, accuracy: null },
  ])
})

it('lists the confusions, the most frequent first', () => {
  expect(confusions(counts, 2)).toEqual([
    { label: 1, predicted: 0, count: 2, share: 0.5 },
    { label: 0, predicted: 1, count: 1, share: 0.2 },
  ])
  expect(mostConfused(counts)).toBe(2)
  expect(mostConfused({ classes: 2, confusion: [3, 0, 0, 3] })).toBe(0)
})
