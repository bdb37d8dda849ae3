/** Numbers, times and names as people read them. What was not measured is '–', what is not a number is 'NaN'. Pure. */
import type { Arch, DatasetId } from '../../src-main/contract'
import { archName, archShort, datasetShort as datasetName } from '../../src-main/analysis/names'
import { bytes, duration as measuredDuration, fixed, missing, percent as percentDigits, percentText, plural, progressText, significant, whole } from '../../src-main/analysis/numbers'

export { archName, archShort, bytes, datasetName, missing, plural, progressText, significant }

type Maybe = number | null | undefined

/** With `digits` decimals and a real minus sign. */
export function number(value: Maybe, digits = 2): string {
  return fixed(value ?? null, digits)
}

function finite(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value)
}

/** With its sign always: differences. */
export function signed(value: Maybe, digits = 2): string {
  return finite(value) && Number(value.toFixed(digits)) > 0 ? `+${fixed(value, digits)}` : number(value, digits)
}

/** A fraction as percent: 0.9285 is '92.85 %'. */
export function percent(fraction: Maybe, digits = 2): string {
  return percentText(fraction ?? null, digits)
}

/** The same without the unit, for columns whose head says '%'. */
export function percentValue(fraction: Maybe, digits = 2): string {
  return percentDigits(fraction ?? null, digits)
}

/** Whole numbers with separators: 464,154. */
export function count(value: Maybe): string {
  return whole(value ?? null)
}

/** Multiplications and the like: 69.1 M. */
export function millions(value: Maybe, digits = 1): string {
  return finite(value) ? `${fixed(value / 1e6, digits)} M` : number(value)
}

/** Seconds as '0.4 s', '21 s', '3 min 20 s', '3 h 47 min', '2.5 days'. */
export function duration(seconds: Maybe): string {
  return finite(seconds) && seconds >= 0 ? measuredDuration(seconds) : missing
}

const two = (value: number): string => String(value).padStart(2, '0')

/** An ISO time as local 'HH:MM:SS'. */
export function clock(iso: string | null | undefined): string {
  const at = parsed(iso)
  return at === null ? missing : `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** An ISO time as local '2026-05-09 14:31'. */
export function dateTime(iso: string | null | undefined): string {
  const at = parsed(iso)
  return at === null ? missing : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** 'today 14:31', 'yesterday 14:31', else the date. `now` is for tests. */
export function when(iso: string | null | undefined, now = new Date()): string {
  const at = parsed(iso)
  if (at === null) return missing
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const day = 24 * 3600 * 1000
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.getTime() >= midnight && at.getTime() < midnight + day) return `today ${time}`
  if (at.getTime() < midnight && at.getTime() >= midnight - day) return `yesterday ${time}`
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** When something that takes so many seconds more is ready, as 'Mon 23:51', within the week to come, else the date. `now` is for tests. */
export function readyAbout(seconds: Maybe, now = new Date()): string {
  if (!finite(seconds) || seconds < 0) return missing
  const at = new Date(now.getTime() + seconds * 1000)
  if (seconds > 6 * 24 * 3600) return dateTime(at.toISOString()).slice(0, 10)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  return at.toDateString() === now.toDateString() ? time : `${at.toLocaleDateString('en-US', { weekday: 'short' })} ${time}`
}

function parsed(iso: string | null | undefined): Date | null {
  if (iso === null || iso === undefined) return null
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? null : at
}

/** 'mcnn-f · ResNet-8 · synthetic · seed 1' */
export function runTitle(run: { variant: string; arch: Arch; dataset: DatasetId; seed: number }): string {
  return `${run.variant} · ${archName(run.arch)} · ${datasetName(run.dataset)} · seed ${run.seed}`
}

/** 'mcnn-f · R8 · s1' */
export function runShort(run: { variant: string; arch: Arch; seed: number }): string {
  return `${run.variant} · ${archShort(run.arch)} · s${run.seed}`
}
