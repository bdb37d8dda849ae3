/**
 * Colour scales of the filter views, the same in the window and in drawings. Tokens: --div-*, --bg, --ink, --b-* of the
 * window.
 */
import { parseVariant, type Variant } from '../../contract/experiment'

export type Theme = 'light' | 'dark'

type Rgb = readonly [number, number, number]

/** Ends and middle of the zero-centred scale; the middle is the surface that a kernel lies on. */
const diverging: Record<Theme, readonly [string, string, string]> = {
  light: ['#2166ac', '#f6f6f7', '#b2452b'],
  dark: ['#5fa8dd', '#25272b', '#f08a66'],
}

/** Dark blue to mint in even steps of lightness (the table of seaborn's `mako`). */
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

/** Bands, from h1; the paper's bank has the first four. */
export const bandColors: Record<Theme, readonly string[]> = {
  light: ['#3f3a9e', '#c04a68', '#8a8415', '#1f8f84', '#6b7a00', '#0b6fa8', '#a0522d', '#7b3f8c'],
  dark: ['#9a96f0', '#ee8aa0', '#cfc85a', '#5fd0c3', '#a9bd4a', '#5ab0e6', '#d99a6c', '#c88ad8'],
}

/** What a drawing outside the window needs of the tokens. */
export const surfaces: Record<
  Theme,
  { bg: string; line: string; ink: string; ink2: string; ink3: string; missing: string }
> = {
  light: { bg: '#ffffff', line: '#e4e4e8', ink: '#1a1b1e', ink2: '#4a4d55', ink3: '#666971', missing: '#d2d3d9' },
  dark: { bg: '#17181b', line: '#2c2e33', ink: '#ececee', ink2: '#b8bbc2', ink3: '#999da6', missing: '#3d4046' },
}

/** Colours of variants in light figures: tokens.css has the same, by name `--v-…`. */
export const variantColors = {
  baseline: '#5c626c',
  f: '#0072b2',
  l: '#cc8400',
  fl: '#009e73',
  a: '#bf3f0d',
  narrow: '#c26a9c',
  signs: '#9a8c00',
  x1: '#6a3fa0',
  x2: '#00798c',
  x3: '#7a5230',
  x4: '#9b2257',
} as const
export type VariantColor = keyof typeof variantColors

const named: Partial<Record<Variant, VariantColor>> = {
  baseline: 'baseline',
  'mcnn-f': 'f',
  'mcnn-l': 'l',
  'mcnn-fl': 'fl',
  'mcnn-a': 'a',
}
const others = ['x1', 'x2', 'x3', 'x4'] as const

/**
 * Always the same for a variant: its own where it has a name, one for each kind of control, of the rest one by the
 * letters of its name.
 */
export function variantColor(variant: Variant): VariantColor {
  const own = named[variant]
  if (own) return own
  const parsed = parseVariant(variant)
  if (parsed?.kind === 'narrow') return 'narrow'
  if (parsed?.bank === 'random') return 'signs'
  return others[lettersOf(variant) % others.length] ?? 'x1'
}

/** A number from a name's letters, to tell names apart by. */
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

/** As `divergingColor`, as bytes for a canvas. */
export function divergingRgb(value: number, max: number, theme: Theme): Rgb {
  if (!Number.isFinite(value)) return missingColors[theme]
  return lookUp(divergingTables[theme], max > 0 ? (value / max + 1) / 2 : 0.5)
}

/**
 * Zero-centred colour: blue below zero, the surface's colour at zero, red above.
 * @param max the absolute value at which the scale ends; beyond it the end's colour stays. Where it is not above 0,
 *   all is zero
 * @returns '#rrggbb'; grey for what is not a finite number
 */
export function divergingColor(value: number, max: number, theme: Theme): string {
  return hex(divergingRgb(value, max, theme))
}

/** As `magnitudeColor`, as bytes for a canvas. */
export function magnitudeRgb(t: number): Rgb {
  return Number.isFinite(t) ? lookUp(magnitudeTable, t) : missingColors.light
}

/**
 * Colour of a magnitude, dark blue at 0 to mint at 1, lightness rising evenly.
 * @param t magnitude over the greatest of the scale; clamped to 0…1
 * @returns '#rrggbb'; grey for what is not a finite number
 */
export function magnitudeColor(t: number): string {
  return hex(magnitudeRgb(t))
}

/** Dark or white ink, whichever is easier to read on a colour (contrast as WCAG 2 counts it). @param color '#rrggbb' */
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
