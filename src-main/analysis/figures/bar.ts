/** What a bar chart draws. Pure. */
import { extentOf } from './scale'

export interface Bar {
  id: string
  label: string
  /** Any CSS colour. */
  color: string
  /** Null: nothing measured, drawn as '–'. */
  value: number | null
  /** Ends of the error bar; null for none. */
  error: readonly [number, number] | null
  /** Single values behind the mean, as dots. */
  dots: readonly number[]
  /** A number from elsewhere, drawn as a hollow diamond. */
  reference?: number | null
}

export interface BarGroup {
  id: string
  label: string
  /** For tight places. */
  short: string
  bars: readonly Bar[]
}

/**
 * From zero where that lets the differences be seen (everything together spans at least a quarter of the highest
 * value), else from below the lowest: whoever draws it must say where the axis starts.
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

/** Of a character of the size that axes are labelled in, about, in px. */
const characterWidth = 6

/**
 * What stands below groups of bars: their labels, or their short ones where those have no room, turned where even these
 * have none.
 * @param width of a group, in px
 */
export function groupNames(groups: readonly BarGroup[], width: number): { texts: string[]; turned: boolean } {
  const fits = (texts: readonly string[]): boolean => texts.every((text) => text.length * characterWidth + 6 <= width)
  const labels = groups.map(({ label }) => label)
  if (fits(labels)) return { texts: labels, turned: false }
  const short = groups.map((group) => group.short)
  return { texts: short, turned: !fits(short) }
}

/** Names that have no room are turned by so many degrees, to rise to their group's middle. */
export const turnedBy = 40

/** How much more room turned names take below the axis, in px. */
export function turnedRoom(texts: readonly string[]): number {
  return Math.ceil(
    Math.max(0, ...texts.map((text) => text.length)) * characterWidth * Math.sin((turnedBy * Math.PI) / 180),
  )
}
