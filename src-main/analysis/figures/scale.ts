/** Domains and ticks of axes. Pure; pixels grow to the right and downwards. */
import { scaleLinear, scaleLog } from 'd3-scale'

export type ScaleKind = 'linear' | 'log'
export interface Scale {
  (value: number): number
  domain: readonly [number, number]
  ticks: readonly number[]
}

/** Returns the smallest and the largest finite value (above 0 on a logarithmic scale); null if there is none. */
export function extentOf(values: Iterable<number | null>, kind: ScaleKind = 'linear'): [number, number] | null {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (kind === 'log' && value <= 0)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : null
}

/**
 * Returns a scale over the data with round ends and about `count` ticks. Without data it is 0 to 1 (logarithmic: 0.1 to
 * 1).
 */
export function niceScale(
  kind: ScaleKind,
  extent: readonly [number, number] | null,
  range: readonly [number, number],
  count: number,
): Scale {
  let [low, high] = extent ?? (kind === 'log' ? [0.1, 1] : [0, 1])
  if (kind === 'log') {
    low = step125(low, 'down')
    high = step125(high, 'up')
    if (low === high) low = step125(low * 0.99, 'down')
    const scale = scaleLog([low, high], range)
    const decades = ticks125(low, high)
    return Object.assign((value: number) => scale(value), {
      domain: [low, high] as const,
      ticks: thin(decades, 2 * count),
    })
  }
  if (low === high) {
    const room = Math.abs(low) * 0.05 || 0.5
    low -= room
    high += room
  }
  // A smaller range would show equal labels at every tick.
  const least = count * lastDigitOf(Math.max(Math.abs(low), Math.abs(high)))
  const lacks = least - (high - low)
  if (lacks > 0) {
    low -= lacks / 2
    high += lacks / 2
  }
  const scale = scaleLinear([low, high], range).nice(count)
  const [from = low, to = high] = scale.domain()
  return Object.assign((value: number) => scale(value), { domain: [from, to] as const, ticks: scale.ticks(count) })
}

/** Returns an x axis that ends at the data's own ends, such as a run's last epoch. `whole`: ticks at integers only. */
export function plainScale(
  extent: readonly [number, number] | null,
  range: readonly [number, number],
  count: number,
  whole: boolean,
): Scale {
  const [low, end] = extent ?? [0, 1]
  const high = end === low ? low + 1 : end
  const scale = scaleLinear([low, high], range)
  const all = scale.ticks(count)
  return Object.assign((value: number) => scale(value), {
    domain: [low, high] as const,
    ticks: whole ? all.filter(Number.isInteger) : all,
  })
}

function step125(value: number, direction: 'up' | 'down'): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12)
  const steps = [1, 2, 5, 10].map((k) => round(k * power))
  const slack = value * 1e-9
  return direction === 'up'
    ? (steps.find((s) => s >= value - slack) ?? value)
    : (steps.findLast((s) => s <= value + slack) ?? value)
}

function ticks125(low: number, high: number): number[] {
  const found: number[] = []
  for (let power = 10 ** Math.floor(Math.log10(low) + 1e-12); power <= high * 1.001; power = round(power * 10))
    for (const k of [1, 2, 5]) {
      const tick = round(k * power)
      if (tick >= low * 0.999 && tick <= high * 1.001) found.push(tick)
    }
  return found
}

/** Over many decades, ticks only at powers of ten, or at every n-th of them. */
function thin(ticks: number[], most: number): number[] {
  if (ticks.length <= most) return ticks
  const powers = ticks.filter((t) => Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-9)
  const every = Math.ceil(powers.length / most)
  return powers.filter((_, i) => i % every === 0)
}

const round = (value: number): number => Number(value.toPrecision(12))

/** Returns the value of the last digit of a tick's label near a value. */
function lastDigitOf(size: number): number {
  if (size === 0) return 0
  const power = Math.floor(Math.log10(size))
  return 10 ** (size >= 1e5 || size < 1e-4 ? power - 1 : size >= 1000 ? -3 : power - 3)
}

/** Returns a tick's label with just enough digits to tell ticks apart. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e5 || size < 1e-4) {
    const [mantissa = '', exponent = ''] = value.toExponential(1).split('e')
    return `${Number(mantissa)}e${exponent.replace('+', '')}`.replaceAll('-', '\u2212')
  }
  return (size >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(4)))).replace('-', '\u2212')
}

/** Returns a position in px to two digits, as shapes need it. */
export const rounded = (px: number): number => Math.round(px * 100) / 100
