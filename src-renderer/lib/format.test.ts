import { describe, expect, it } from 'vitest'
import {
  bytes,
  count,
  duration,
  millions,
  number,
  percent,
  percentValue,
  plural,
  readyAbout,
  signed,
  significant,
  when,
} from './format'

describe('numbers', () => {
  it('are shown as missing, NaN or infinite', () => {
    for (const text of [number, signed, significant, percent, percentValue, count, millions, bytes])
      expect([text(null), text(undefined), text(NaN)], text.name).toEqual(['–', '–', 'NaN'])
    expect([percent(-Infinity), count(Infinity)]).toEqual(['−∞', '∞'])
    expect([duration(null), duration(NaN), duration(-1)]).toEqual(['–', '–', '–'])
  })

  it('have a true minus sign, and a plus sign in differences', () => {
    expect([number(-1.5), signed(-0.314), signed(0.314), signed(0), signed(-0.001)]).toEqual([
      '−1.50',
      '−0.31',
      '+0.31',
      '0.00',
      '0.00',
    ])
  })

  it('are shown as percentages if they are fractions', () => {
    expect([percent(0.9285), percent(0.669, 0), percentValue(0.93161)]).toEqual(['92.85 %', '67 %', '93.16'])
  })

  it('keep the digits that distinguish small and large values', () => {
    expect([
      significant(0.1),
      significant(0.0001),
      significant(0.43123),
      significant(2.302585),
      significant(0),
      significant(-0.00025),
    ]).toEqual(['0.1', '1e−4', '0.431', '2.3', '0', '−2.5e−4'])
  })

  it('have separators and units', () => {
    expect([
      count(1727962),
      millions(68862592, 2),
      bytes(18.24e9),
      bytes(512),
      bytes(999_900),
      plural(1, 'run'),
      plural(1200, 'run'),
    ]).toEqual(['1,727,962', '68.86 M', '18.2 GB', '512 B', '1.0 MB', '1 run', '1,200 runs'])
  })
})

describe('times', () => {
  it('are shown as durations', () => {
    expect([duration(0.42), duration(21), duration(13620)]).toEqual(['0.4 s', '21 s', '3 h 47 min'])
  })

  it('are shown relative to today', () => {
    const now = new Date(2026, 4, 9, 15, 0)
    const at = (day: number, hour: number): string => new Date(2026, 4, day, hour, 5).toISOString()
    expect([
      when(at(9, 0), now),
      when(at(8, 23), now),
      when(at(7, 23), now),
      when('nonsense', now),
      when(null, now),
    ]).toEqual(['today 00:05', 'yesterday 23:05', '2026-05-07', '–', '–'])
  })
})

describe('expected finish', () => {
  const now = new Date(2026, 4, 8, 14, 31)

  it('is a time today, a coming weekday, or a date', () => {
    expect(readyAbout(3600, now)).toBe('15:31')
    expect(readyAbout(9 * 3600 + 20 * 60, now)).toBe('23:51')
    expect(readyAbout(24 * 3600, now)).toBe('Sat 14:31')
    expect(readyAbout(30 * 24 * 3600, now)).toBe('2026-06-07')
    expect([readyAbout(null), readyAbout(NaN), readyAbout(-1)]).toEqual(['–', '–', '–'])
  })
})
