import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseQuery } from '../query/runQuery'
import { clock, dateTime, dateTimeZone, readyAbout, when } from './time'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** Zones on both sides of the date line, one with half an hour, one with summer time. */
const zones: [zone: string, shown: string, zoned: string][] = [
  ['Pacific/Kiritimati', '2026-05-10 12:30', '2026-05-10 12:30 (UTC+14:00)'],
  ['Asia/Kolkata', '2026-05-10 04:00', '2026-05-10 04:00 (UTC+05:30)'],
  ['Europe/Berlin', '2026-05-10 00:30', '2026-05-10 00:30 (UTC+02:00)'],
  ['UTC', '2026-05-09 22:30', '2026-05-09 22:30 (UTC)'],
  ['America/Los_Angeles', '2026-05-09 15:30', '2026-05-09 15:30 (UTC−07:00)'],
]
const at = '2026-05-09T22:30:15.000Z'

describe.each(zones)('a time in %s', (zone, shown, zoned) => {
  it('is shown in local time, with the zone if it is read elsewhere', () => {
    vi.stubEnv('TZ', zone)
    expect([dateTime(at), dateTimeZone(at), clock(at)]).toEqual([shown, zoned, `${shown.slice(11)}:15`])
    // An independent way: the formatter of the runtime.
    const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(
      new Date(at),
    )
    expect(dateTime(at)).toBe(parts)
  })

  it('is found by its displayed text, and by no other day', () => {
    vi.stubEnv('TZ', zone)
    vi.useFakeTimers({ now: new Date(at), toFake: ['Date'] })
    const has = (query: string): boolean => {
      const [term] = parseQuery(query)
      return (
        term?.kind === 'numbers' &&
        term.alternatives.some(({ low, high }) => low <= Date.parse(at) && Date.parse(at) < high)
      )
    }
    const day = shown.slice(0, 10)
    expect(
      [
        `created:${day}`,
        `created:${day.slice(0, 7)}`,
        `created:"${shown}"`,
        `created:${shown.replace(' ', 'T')}`,
        'created:today',
      ].map(has),
    ).toEqual([true, true, true, true, true])
    const other = day === '2026-05-09' ? '2026-05-10' : '2026-05-09'
    expect([`created:${other}`, 'created:yesterday', `created:"${day} 23:59"`].map(has)).toEqual([false, false, false])
    expect(when(at)).toBe(`today ${shown.slice(11)}`)
  })
})

it('yesterday is the previous day, also across a clock change', () => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  // On 2026-10-25 the clocks go back: the day has 25 hours.
  expect(when('2026-10-24T22:05:00.000Z', new Date('2026-10-26T10:00:00.000Z'))).toBe('yesterday 00:05')
  expect(when('2026-10-24T21:55:00.000Z', new Date('2026-10-26T10:00:00.000Z'))).toBe('2026-10-24')
  expect(readyAbout(3600, new Date('2026-10-25T00:30:00.000Z'))).toBe('02:30')
})

it('an invalid time is shown as missing and matches no query', () => {
  expect([dateTime('nonsense'), dateTimeZone(null), clock(undefined), when('')]).toEqual(['–', '–', '–', '–'])
  for (const wrong of ['2026-13', '2026-05-09T25:00', '"2026-05-09 14:61"', 'tomorrow'])
    expect(() => parseQuery(`created:${wrong}`)).toThrow(/is not a day such as/)
})
