/**
 * Formats times in the reader’s local time, the same in the window, the terminal and reports. JSON has ISO 8601. Pure.
 */
import { missing } from './numbers'

type Moment = string | null | undefined

const two = (n: number): string => String(n).padStart(2, '0')
const dayOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
const minuteOf = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`
/** Calendar days apart: a day may have 23 or 25 hours. */
const dayBefore = (at: Date): Date => new Date(at.getFullYear(), at.getMonth(), at.getDate() - 1)

function parsed(iso: Moment): Date | null {
  if (iso === null || iso === undefined) return null
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? null : at
}

/** Returns an ISO time as local 'HH:MM:SS'. */
export function clock(iso: Moment): string {
  const at = parsed(iso)
  return at === null ? missing : `${minuteOf(at)}:${two(at.getSeconds())}`
}

/** Returns an ISO time as local '2026-05-09 14:31'; `created:` in a query accepts its date. */
export function dateTime(iso: Moment): string {
  const at = parsed(iso)
  return at === null ? missing : `${dayOf(at)} ${minuteOf(at)}`
}

/** Returns an ISO time as local '2026-05-09 14:31 (UTC+02:00)', for files that are read elsewhere. */
export function dateTimeZone(iso: Moment): string {
  const at = parsed(iso)
  if (at === null) return missing
  const ahead = -at.getTimezoneOffset()
  const offset =
    ahead === 0
      ? 'UTC'
      : `UTC${ahead < 0 ? '−' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`
  return `${dayOf(at)} ${minuteOf(at)} (${offset})`
}

/** Returns 'today 14:31', 'yesterday 14:31', else the date. @param now for tests */
export function when(iso: Moment, now = new Date()): string {
  const at = parsed(iso)
  if (at === null) return missing
  if (dayOf(at) === dayOf(now)) return `today ${minuteOf(at)}`
  return dayOf(at) === dayOf(dayBefore(now)) ? `yesterday ${minuteOf(at)}` : dayOf(at)
}

/** Returns the time in `seconds` from now: '15:31', 'Mon 23:51' within a week, else the date. @param now for tests */
export function readyAbout(seconds: number | null | undefined, now = new Date()): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return missing
  const at = new Date(now.getTime() + seconds * 1000)
  if (seconds > 6 * 24 * 3600) return dayOf(at)
  return at.toDateString() === now.toDateString()
    ? minuteOf(at)
    : `${at.toLocaleDateString('en-US', { weekday: 'short' })} ${minuteOf(at)}`
}
