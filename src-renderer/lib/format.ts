/** Formats numbers, times and names. A missing value is '–', not a number is 'NaN'. Pure. */
import { compactVariant, type Arch, type DatasetId } from '../../src-main/contract'
import { archName, archShort, datasetShort as datasetName } from '../../src-main/analysis/text/names'
import {
  bytes,
  duration as measuredDuration,
  fixed,
  missing,
  percent as percentDigits,
  percentText,
  plural,
  progressText,
  significant,
  whole,
} from '../../src-main/analysis/text/numbers'

export { archName, archShort, bytes, datasetName, missing, plural, progressText, significant }
export { clock, dateTime, readyAbout, when } from '../../src-main/analysis/text/time'

type Maybe = number | null | undefined

/** With `digits` decimals and a real minus sign. */
export function number(value: Maybe, digits = 2): string {
  return fixed(value ?? null, digits)
}

function finite(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value)
}

/** Always with its sign, for differences. */
export function signed(value: Maybe, digits = 2): string {
  return finite(value) && Number(value.toFixed(digits)) > 0 ? `+${fixed(value, digits)}` : number(value, digits)
}

/** A fraction as percent: 0.9285 is '92.85 %'. */
export function percent(fraction: Maybe, digits = 2): string {
  return percentText(fraction ?? null, digits)
}

/** The same without the unit, for columns with '%' in their heading. */
export function percentValue(fraction: Maybe, digits = 2): string {
  return percentDigits(fraction ?? null, digits)
}

/** Whole numbers with separators: 464,154. */
export function count(value: Maybe): string {
  return whole(value ?? null)
}

/** Multiplications in millions: 69.1 M. */
export function millions(value: Maybe, digits = 1): string {
  return finite(value) ? `${fixed(value / 1e6, digits)} M` : number(value)
}

/** Seconds as '0.4 s', '21 s', '3 min 20 s', '3 h 47 min', '2.5 days'. */
export function duration(seconds: Maybe): string {
  return finite(seconds) && seconds >= 0 ? measuredDuration(seconds) : missing
}

/** 'mcnn-f · ResNet-8 · synthetic · seed 1' */
export function runTitle(run: { variant: string; arch: Arch; dataset: DatasetId; seed: number }): string {
  return `${compactVariant(run.variant)} · ${archName(run.arch)} · ${datasetName(run.dataset)} · seed ${run.seed}`
}

/** 'mcnn-f · R8 · s1' */
export function runShort(run: { variant: string; arch: Arch; seed: number }): string {
  return `${compactVariant(run.variant)} · ${archShort(run.arch)} · s${run.seed}`
}
