/** Number formats for people, the same in the window, the terminal and the exports. */
import type { Spread } from '../../contract/studies/comparison'

export const missing = '–'
const minus = '−'

/**
 * Parses a number as people type it: '0.1', '-3', '1e-4'; null for anything else, such as '', '1e', '0x10' and
 * 'Infinity', which `Number` accepts.
 */
export function typedNumber(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}

/**
 * Formats with a fixed number of decimals and a real minus sign; never '−0.00'. '–' for null; 'NaN' and '∞' unchanged.
 */
export function fixed(value: number | null, decimals = 2): string {
  if (value === null) return missing
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? `${minus}∞` : '∞'
  const digits = Math.abs(value).toFixed(decimals)
  return value < 0 && Number(digits) !== 0 ? minus + digits : digits
}

/** A fraction as percent, without the sign: 0.9316 is '93.16'. */
export function percent(fraction: number | null, decimals = 2): string {
  return fixed(fraction === null ? null : fraction * 100, decimals)
}

/** Returns a fraction as percent with the sign: 0.9316 is '93.16 %'; '–', 'NaN' and '∞' without it, as `fixed`. */
export function percentText(fraction: number | null, decimals = 2): string {
  return fraction !== null && Number.isFinite(fraction) ? `${percent(fraction, decimals)} %` : fixed(fraction)
}

/** Returns the finished share in whole percent; '100 %' only if everything is finished. `total` is above 0. */
export function progressText(done: number, total: number): string {
  return percentText(Math.floor((100 * done) / total) / 100, 0)
}

/** Mean ± standard deviation (n) of fractions, in percent: '93.16 ± 0.12 (5)', '93.16 (1)', '–'. */
export function percentSpread(spread: Spread | null): string {
  if (spread === null) return missing
  const std = spread.std === null ? '' : ` ± ${percent(spread.std)}`
  return `${percent(spread.mean)}${std} (${spread.n})`
}

/** Mean ± standard deviation of plain numbers: '47.5 ± 0.3', '47.5', '–'. */
export function spreadOf(spread: Spread | null, decimals = 2): string {
  if (spread === null) return missing
  return `${fixed(spread.mean, decimals)}${spread.std === null ? '' : ` ± ${fixed(spread.std, decimals)}`}`
}

/** A difference in points, with its interval if there is one: '−0.31 [−0.80, 0.18]'. */
export function pointsWithInterval(points: number | null, interval: readonly [number, number] | null): string {
  if (points === null) return missing
  return interval === null ? fixed(points) : `${fixed(points)} [${fixed(interval[0])}, ${fixed(interval[1])}]`
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Thousands separated by commas: '463,830'; '–', 'NaN' and '∞' as `fixed`. */
export function whole(value: number | null): string {
  return value !== null && Number.isFinite(value) ? grouped.format(value).replace('-', minus) : fixed(value)
}

/** Formats a count with three digits at most: '820', '10 k', '75.3 k', '1.73 M'. */
export function compact(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) < 1000) return whole(value)
  const [unit, letter] = Math.abs(value) < 999_500 ? [1e3, 'k'] : [1e6, 'M']
  return `${fixed(value / unit, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value / unit))))).replace(/\.0+$|(\.\d*[1-9])0+$/, '$1')} ${letter}`
}

/** '0.5 s', '45 s', '3 min 20 s', '2 h 05 min', '1.4 days'. */
export function duration(seconds: number | null): string {
  if (seconds === null) return missing
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`
  return `${(s / 86400).toFixed(1)} days`
}

/**
 * Formats a size in points, with the noun in agreement: '1.00 point', '0.31 points', and 'less than 0.01 points' for
 * what would round to 0. The sentence gives the sign.
 */
export function pointsWords(value: number, decimals = 2): string {
  const digits = fixed(Math.abs(value), decimals)
  if (value !== 0 && Number(digits) === 0) return `less than ${fixed(10 ** -decimals, decimals)} points`
  return `${digits} ${Number(digits) === 1 ? 'point' : 'points'}`
}

/** Formats a requested half width: '± 0.50 points'; typed digits beyond two decimals stay. */
export function halfWidthWords(halfWidth: number): string {
  const digits = Number(halfWidth.toFixed(2)) === halfWidth ? fixed(halfWidth) : String(halfWidth)
  return `± ${digits} ${halfWidth === 1 ? 'point' : 'points'}`
}

/** '6 runs', '1 run'. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : many}`
}

/** Formats ascending integers with ranges: '1–3, 7'. */
export function ranges(values: readonly number[]): string {
  const runs: [number, number][] = []
  for (const value of values) {
    const last = runs.at(-1)
    if (last && value === last[1] + 1) last[1] = value
    else runs.push([value, value])
  }
  return runs
    .map(([from, to]) => (from === to ? String(from) : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`))
    .join(', ')
}

/** Formats with as many digits as needed: learning rates, losses, weight decay. */
export function significant(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return fixed(value ?? null)
  if (value === 0) return '0'
  const size = Math.abs(value)
  const text =
    size < 1e-3 || size >= 1e6
      ? value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e')
      : String(Number(value.toPrecision(digits)))
  return text.replaceAll('-', '\u2212')
}

/** Formats bytes as '18.2 GB', in powers of ten as drive sizes. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return fixed(value ?? null)
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? 'B'}`
}
