/** Colours of variants and bands, and colour scales of filter views: the same in the window and in exported figures. */
import { bankEntry, namedBanks } from '../../contract/variants/banks'
import { parseVariant, type Variant } from '../../contract/experiment'
import { namedVariants } from '../../contract/variants/namedVariants'

export type Theme = 'light' | 'dark'

type Rgb = readonly [number, number, number]

/** Negative end, middle and positive end of the zero-centred scale; the middle is the surface below a kernel. */
const diverging: Record<Theme, readonly [string, string, string]> = {
  light: ['#2166ac', '#f6f6f7', '#b2452b'],
  dark: ['#5fa8dd', '#25272b', '#f08a66'],
}

/** Dark blue to mint in even steps of lightness: the `mako` table of seaborn. */
export const magnitudeStops = [
  '#0b0406',
  '#2e1e3b',
  '#413d7b',
  '#37659e',
  '#348fa7',
  '#40b7ad',
  '#8bdab2',
  '#def5e5',
] as const

/** Colours of bands, from h₁; the paper's bank has the first four. */
export const bandColors: Record<Theme, readonly string[]> = {
  light: ['#3f3a9e', '#c04a68', '#8a8415', '#1f8f84', '#6b7a00', '#0b6fa8', '#a0522d', '#7b3f8c'],
  dark: ['#9a96f0', '#ee8aa0', '#cfc85a', '#5fd0c3', '#a9bd4a', '#5ab0e6', '#d99a6c', '#c88ad8'],
}

/** The window's tokens that a figure outside the window needs. */
export const surfaces: Record<
  Theme,
  { bg: string; line: string; ink: string; ink2: string; ink3: string; missing: string }
> = {
  light: { bg: '#ffffff', line: '#e4e4e8', ink: '#1a1b1e', ink2: '#4a4d55', ink3: '#666971', missing: '#d2d3d9' },
  dark: { bg: '#17181b', line: '#2c2e33', ink: '#ececee', ink2: '#b8bbc2', ink3: '#999da6', missing: '#3d4046' },
}

/** Variants without a colour of their own get one of the colours x1 to x4, by a hash of their name. */
const otherColors = [
  { light: '#6a3fa0', dark: '#b79ae8' },
  { light: '#00798c', dark: '#4cc4d6' },
  { light: '#7a5230', dark: '#c79a74' },
  { light: '#9b2257', dark: '#e0709c' },
] as const satisfies readonly Record<Theme, string>[]

/** 'f' of 'mcnn-f'. */
const tokenOf = (id: string): string => id.replace('mcnn-', '')

/** Colours of variants by token, which the window has as custom properties `--v-…`. */
export const variantColors: ReadonlyMap<string, Record<Theme, string>> = new Map([
  ...namedVariants.map(({ id, color }) => [tokenOf(id), color] as const),
  ['narrow', { light: '#c26a9c', dark: '#dd9cc3' }] as const,
  ...namedBanks.flatMap((id) => {
    const { color } = bankEntry(id)
    return color ? [[id, color] as const] : []
  }),
  ...otherColors.map((color, i) => [`x${i + 1}`, color] as const),
])

/**
 * Returns a variant's token in `variantColors`, the same in every chart: its own if it is named, else that of narrow
 * controls, of its bank, or one by a hash of its name.
 */
export function variantColor(variant: Variant): string {
  const named = namedVariants.find(({ id }) => id === variant)
  if (named) return tokenOf(named.id)
  const parsed = parseVariant(variant)
  if (parsed?.kind === 'narrow') return 'narrow'
  if (typeof parsed?.bank === 'string' && variantColors.has(parsed.bank)) return parsed.bank
  return `x${(lettersOf(variant) % otherColors.length) + 1}`
}

/** Returns a hash, 0 to 2³² − 1. */
export function lettersOf(name: string): number {
  return Array.from(name).reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7)
}

const parse = (color: string): Rgb => {
  const byte = (i: number): number => parseInt(color.slice(i, i + 2), 16)
  return [byte(1), byte(3), byte(5)]
}
const magnitudeTable = magnitudeStops.map(parse)
const divergingTables = { light: diverging.light.map(parse), dark: diverging.dark.map(parse) }
const missingColors = { light: parse(surfaces.light.missing), dark: parse(surfaces.dark.missing) }

/** @param t 0 to 1, clamped */
function lookUp(table: readonly Rgb[], t: number): Rgb {
  const position = Math.min(1, Math.max(0, t)) * (table.length - 1)
  const i = Math.min(table.length - 2, Math.floor(position))
  const from = table[i] ?? [0, 0, 0]
  const to = table[i + 1] ?? from
  const f = position - i
  const mix = (k: 0 | 1 | 2): number => Math.round(from[k] + (to[k] - from[k]) * f)
  return [mix(0), mix(1), mix(2)]
}

const hex = (rgb: Rgb): string => `#${rgb.map((x) => x.toString(16).padStart(2, '0')).join('')}`

/** Returns the colour of `divergingColor` as bytes, for a canvas. */
export function divergingRgb(value: number, max: number, theme: Theme): Rgb {
  if (!Number.isFinite(value)) return missingColors[theme]
  return lookUp(divergingTables[theme], max > 0 ? (value / max + 1) / 2 : 0.5)
}

/**
 * Returns a zero-centred colour: blue below zero, the surface's colour at zero, red above.
 * @param max the absolute value at which the scale ends; larger values have the end's colour. If it is not above 0,
 *   every value has the colour of zero
 * @returns '#rrggbb'; grey if `value` is not finite
 */
export function divergingColor(value: number, max: number, theme: Theme): string {
  return hex(divergingRgb(value, max, theme))
}

/** Returns the colour of `magnitudeColor` as bytes, for a canvas. */
export function magnitudeRgb(t: number): Rgb {
  return Number.isFinite(t) ? lookUp(magnitudeTable, t) : missingColors.light
}

/**
 * Returns the colour of a magnitude, dark blue at 0 to mint at 1, in even steps of lightness.
 * @param t the magnitude divided by the largest of the scale; clamped to 0…1
 * @returns '#rrggbb'; grey if `t` is not finite
 */
export function magnitudeColor(t: number): string {
  return hex(magnitudeRgb(t))
}

/** Returns the ink, dark or white, that has more contrast (WCAG 2) on a colour. @param color '#rrggbb' */
export function inkOn(color: string): string {
  const dark = surfaces.light.ink
  const own = luminance(color) + 0.05
  return own / (luminance(dark) + 0.05) > 1.05 / own ? dark : '#ffffff'
}

function luminance(color: string): number {
  const linear = (byte: number): number =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4
  const [r, g, b] = parse(color)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}
