import { describe, expect, it } from 'vitest'
import {
  compact,
  duration,
  fixed,
  halfWidthWords,
  percent,
  percentSpread,
  percentText,
  pointsWithInterval,
  pointsWords,
  progressText,
  typedNumber,
  whole,
} from './numbers'

describe('numbers', () => {
  it('have a true minus sign and no negative zero', () => {
    expect([fixed(-0.314), fixed(-0.001), fixed(0), percent(-0.5, 1)]).toEqual(['−0.31', '0.00', '0.00', '−50.0'])
  })

  it('are shown as missing, NaN or infinite', () => {
    expect([fixed(null), fixed(NaN), fixed(-Infinity), whole(null), duration(null), percentSpread(null)]).toEqual([
      '–',
      'NaN',
      '−∞',
      '–',
      '–',
      '–',
    ])
    expect(pointsWithInterval(null, [1, 2])).toBe('–')
  })

  it('are percentages with the sign, and without it if they are not numbers', () => {
    expect([
      percentText(0.9316),
      percentText(0.7549, 1),
      percentText(-0.001, 0),
      percentText(null),
      percentText(NaN),
      percentText(Infinity),
    ]).toEqual(['93.16 %', '75.5 %', '0 %', '–', 'NaN', '∞'])
    expect([progressText(0, 7), progressText(999, 1000), progressText(1000, 1000)]).toEqual(['0 %', '99 %', '100 %'])
  })

  it('are abbreviated counts, as on an axis', () => {
    expect(
      [0, 820, 1000, 10_000, 75_290, 100_000, 464_154, 999_499, 999_600, 1_000_000, 1_730_714, 10_961_370, -20_000].map(
        compact,
      ),
    ).toEqual(['0', '820', '1 k', '10 k', '75.3 k', '100 k', '464 k', '999 k', '1 M', '1 M', '1.73 M', '11 M', '−20 k'])
  })

  it('include their spread and count', () => {
    expect(percentSpread({ mean: 0.9316, std: 0.0012, n: 5, values: [] })).toBe('93.16 ± 0.12 (5)')
    expect(percentSpread({ mean: 0.9316, std: null, n: 1, values: [] })).toBe('93.16 (1)')
    expect(pointsWithInterval(-0.31, [-0.8, 0.184])).toBe('−0.31 [−0.80, 0.18]')
  })

  it('are parsed as typed, and strictly', () => {
    expect(['0.1', '-3', '.5', '5.', '1e-4', '+2E3'].map(typedNumber)).toEqual([0.1, -3, 0.5, 5, 1e-4, 2000])
    expect(['', ' ', '1e', '0x10', 'Infinity', 'NaN', '1,5', '1 '].map(typedNumber)).toEqual(new Array(8).fill(null))
  })

  it('are formatted as counts and durations', () => {
    expect([whole(463830), whole(-1234), whole(1.5), whole(NaN), whole(Infinity)]).toEqual([
      '463,830',
      '−1,234',
      '2',
      'NaN',
      '∞',
    ])
    expect([duration(0.47), duration(45), duration(200), duration(3600 * 2 + 300), duration(86400 * 3)]).toEqual([
      '0.5 s',
      '45 s',
      '3 min 20 s',
      '2 h 05 min',
      '3.0 days',
    ])
  })
})

it('sizes in points have the noun for the displayed digits, and never show 0 for a non-zero size', () => {
  expect([0, 0.004, -0.004, 0.31, 1, -1.004, 1.01].map((value) => pointsWords(value))).toEqual([
    '0.00 points',
    'less than 0.01 points',
    'less than 0.01 points',
    '0.31 points',
    '1.00 point',
    '1.00 point',
    '1.01 points',
  ])
  expect([0.04, 0.95].map((value) => pointsWords(value, 1))).toEqual(['less than 0.1 points', '0.9 points'])
  expect([0.5, 1, 0.001].map(halfWidthWords)).toEqual(['± 0.50 points', '± 1.00 point', '± 0.001 points'])
})
