/** Data and layout of a bar chart. Pure. */
import { markerPath } from './markers'
import { extentOf, niceScale, rounded, type Scale } from './scale'

export interface Bar {
  id: string
  label: string
  /** Any CSS colour. */
  color: string
  /** Null: not measured, drawn as '–'. */
  value: number | null
  /** Ends of the error bar; null for none. */
  error: readonly [number, number] | null
  /** Single values of the mean, drawn as dots. */
  dots: readonly number[]
  /** A reference value, drawn as a hollow diamond. */
  reference?: number | null
}

export interface BarGroup {
  id: string
  label: string
  /** Short label for narrow charts. */
  short: string
  bars: readonly Bar[]
}

/**
 * Returns an axis from zero if the differences stay visible (all values span at least a quarter of the highest one),
 * else from below the lowest value: the chart must then state where its axis starts.
 */
export function barDomain(groups: readonly BarGroup[]): [number, number] {
  const values = groups.flatMap((g) =>
    g.bars.flatMap((b) => [b.value, b.reference ?? null, ...(b.error ?? []), ...b.dots]),
  )
  const extent = extentOf(values)
  if (extent === null) return [0, 1]
  const [low, high] = extent
  if (low <= 0 || high - low >= high / 4) return [Math.min(0, low), high]
  const room = (high - low || high * 0.02) * 0.5
  return [Math.max(0, low - room), high]
}

/** Approximate width of a character in axis labels, in px. */
const characterWidth = 6

/**
 * Returns the labels below groups of bars: full, or short if they do not fit, or rotated if those do not fit either.
 * @param width of a group, in px
 */
export function groupNames(groups: readonly BarGroup[], width: number): { texts: string[]; turned: boolean } {
  const fits = (texts: readonly string[]): boolean => texts.every((text) => text.length * characterWidth + 6 <= width)
  const labels = groups.map(({ label }) => label)
  if (fits(labels)) return { texts: labels, turned: false }
  const short = groups.map((group) => group.short)
  return { texts: short, turned: !fits(short) }
}

/** Rotation in degrees of labels that do not fit; they end at the middle of their group. */
export const turnedBy = 40

/** Extra height below the axis for rotated labels, in px. */
export function turnedRoom(texts: readonly string[]): number {
  return Math.ceil(
    Math.max(0, ...texts.map((text) => text.length)) * characterWidth * Math.sin((turnedBy * Math.PI) / 180),
  )
}

/** A bar in px; `top` is null if nothing was measured. */
export interface BarShape {
  bar: Bar
  x: number
  width: number
  middle: number
  top: number | null
  dots: { x: number; y: number }[]
  /** Paths; null for none. */
  errorPath: string | null
  referencePath: string | null
}

/** The shapes of a bar chart, which the window and figures for print draw alike. */
export interface BarLayout {
  y: Scale
  /** Bars of each group, and the x of its name. */
  groups: { group: BarGroup; nameX: number; bars: BarShape[] }[]
}

/** @param box the plotting area in px */
export function barLayout(
  groups: readonly BarGroup[],
  box: { left: number; right: number; top: number; bottom: number },
): BarLayout {
  const y = niceScale('linear', barDomain(groups), [box.bottom, box.top], 5)
  const at = (value: number): number => rounded(y(value))
  const groupWidth = (box.right - box.left) / Math.max(1, groups.length)
  const most = Math.max(1, ...groups.map((group) => group.bars.length))
  const step = Math.max(4, Math.min(42, (groupWidth - 22) / most))
  const shapeOf = (bar: Bar, x: number): BarShape => {
    const width = step - 3
    const middle = rounded(x + width / 2)
    const { value, error, reference = null } = bar
    const aside = Math.min(5, width / 4)
    return {
      bar,
      x: rounded(x),
      width: rounded(width),
      middle,
      top: value === null ? null : at(value),
      dots: bar.dots.map((dot, i) => ({ x: rounded(middle + (i % 2 === 0 ? -aside : aside)), y: at(dot) })),
      errorPath:
        error &&
        `M${middle} ${at(error[0])}V${at(error[1])}M${middle - 3} ${at(error[0])}h6M${middle - 3} ${at(error[1])}h6`,
      referencePath: reference === null ? null : markerPath('diamond', middle, at(reference), 3.6),
    }
  }
  return {
    y,
    groups: groups.map((group, g) => {
      const nameX = box.left + (g + 0.5) * groupWidth
      const from = nameX - (step * group.bars.length) / 2 + 1.5
      return { group, nameX: rounded(nameX), bars: group.bars.map((bar, i) => shapeOf(bar, from + i * step)) }
    }),
  }
}
