/**
 * The names of variants: which convolutions of a network are multi-band, and by which bank.
 *
 * ```
 * variant  = "baseline" | banked | "narrow(" banked ")"
 * banked   = layers [ "@" bank ]
 * layers   = a name of `namedVariants` | "mcnn(" pattern { "+" pattern } ")"
 * bank     = a name of `namedBanks` | mask "/" mask { "/" mask }
 * ```
 *
 * A variant without a bank uses the paper's, of four signs. A pattern is a layer's name in which `*` stands for any
 * characters. A mask has a sign for each of the nine taps of a 3 × 3 kernel, row by row: `+`, `-`, or `0` for a tap that
 * is left out.
 */
import { z } from 'zod'
import { bankSizes, namedBanks, type BankId } from './banks'
import { namedVariants, variants, type LayerSet } from './namedVariants'
import { matchName, plainText } from '../typedNames'

export { bankSizes, namedBanks } from './banks'
export { variants } from './namedVariants'

export interface ParsedVariant {
  /** `narrow`: a plain network with as many trainable parameters as the variant that the other fields describe. */
  kind: 'baseline' | 'banked' | 'narrow'
  /** A named set of layers, or patterns of layer names. */
  layers: LayerSet | string[]
  /** 'signs' is the paper's bank. */
  bank: BankId | string[]
}

const pattern = /^[a-z0-9*](?:[a-z0-9.*]{0,60}[a-z0-9*])?$/
const mask = /^[+\-0]{9}$/

/** Returns what a variant's name means; null if the text is not a name. */
export function parseVariant(text: string): ParsedVariant | null {
  if (text === 'baseline') return { kind: 'baseline', layers: 'none', bank: 'signs' }
  const narrow = /^narrow\((.*)\)$/s.exec(text)
  const [layers = '', bank, ...rest] = (narrow?.[1] ?? text).split('@')
  if (rest.length > 0) return null
  const of = layersOf(layers)
  const by = bank === undefined ? 'signs' : bankOf(bank)
  return of === null || by === null ? null : { kind: narrow ? 'narrow' : 'banked', layers: of, bank: by }
}

function layersOf(text: string): ParsedVariant['layers'] | null {
  const named = namedVariants.find(({ id }) => id === text)
  if (named) return named.layers === 'none' ? null : named.layers
  const list = /^mcnn\((.*)\)$/s.exec(text)?.[1]?.split('+')
  if (!list || list.length > 120 || !list.every((one) => pattern.test(one)) || !isSortedSet(list)) return null
  return list
}

function bankOf(text: string): ParsedVariant['bank'] | null {
  const name = namedBanks.find((one) => one === text)
  if (name !== undefined) return name
  const masks = text.split('/')
  if (
    masks.length < bankSizes.least ||
    masks.length > bankSizes.most ||
    !masks.every((one) => mask.test(one)) ||
    new Set(masks).size < masks.length
  )
    return null
  return masks
}

const isSortedSet = (list: readonly string[]): boolean => list.every((one, i) => i === 0 || (list[i - 1] ?? '') < one)

/**
 * Returns the variant with chosen layers, patterns sorted as names require; `baseline` without any.
 * @param bank as in a name; undefined for the paper's
 */
export function variantOfLayers(patterns: readonly string[], bank?: string): Variant {
  if (patterns.length === 0) return 'baseline'
  return `mcnn(${[...new Set(patterns)].sort().join('+')})${bank === undefined ? '' : `@${bank}`}`
}

/**
 * Returns the name of the variant that a person typed: `MCNN_F`, `mcnnf`, layers in any order, twice or with spaces.
 * Text that names no variant stays none; a stored variant has one name only, which `parseVariant` requires.
 */
export function typedVariant(text: string): string {
  const plain = plainText(text)
  const narrow = /^narrow\s*\((.*)\)$/s.exec(plain)
  if (narrow) return `narrow(${typedVariant(narrow[1] ?? '')})`
  const [layers = '', ...bank] = plain.split('@').map((part) => part.trim())
  const list = /^mcnn\s*\(([^()]*)\)$/s.exec(layers)?.[1]
  const named =
    list === undefined
      ? matchName(variants, layers)
      : `mcnn(${[...new Set(list.split('+').map((layer) => layer.trim()))].sort().join('+')})`
  return [named ?? layers, ...bank.map(masksOf)].join('@')
}

/** In the order of their digits. */
const taps = '+-0'
/** Base-36 digits that hold all 3⁹ masks. */
const maskDigits = 3

/**
 * Returns a short code for a bank of custom masks, three characters each: '000-1wc' for '+++++++++/+-+-+-+-+'.
 * Different banks have different codes. Codes are in lower case, so that file names differ on every file system;
 * `typedVariant` accepts a code for the masks.
 */
export function bankCode(masks: readonly string[]): string {
  const digits = (one: string): number => Array.from(one).reduce((sum, tap) => taps.length * sum + taps.indexOf(tap), 0)
  return masks.map((one) => digits(one).toString(36).padStart(maskDigits, '0')).join('-')
}

/** Returns a variant with its custom masks as their code: 'mcnn-a@000-1wc'; others unchanged. */
export function compactVariant(variant: string): string {
  return variant.replace(/@([+\-0]{9}(?:\/[+\-0]{9})+)/, (_, masks: string) => `@${bankCode(masks.split('/'))}`)
}

/** Returns the masks of a bank's code, separated by '/'; other texts unchanged. */
function masksOf(code: string): string {
  if (!/^[0-9a-z]{3}(?:-[0-9a-z]{3})+$/.test(code)) return code
  const numbers = code.split('-').map((part) => parseInt(part, 36))
  if (numbers.some((number) => number >= taps.length ** 9)) return code
  const maskOf = (number: number): string =>
    Array.from(number.toString(taps.length).padStart(9, '0'), (digit) => taps[Number(digit)] ?? '').join('')
  return numbers.map(maskOf).join('/')
}

const notOne = `must be one of ${variants.join(', ')}, layers such as mcnn(stage3.*+stem) in alphabetical order, one of these with a bank such as mcnn-f@random, or narrow(mcnn-a)`

/** The rough form of a name, for readers of the schema; `parseVariant` decides. */
const shape = new RegExp(String.raw`^(?:narrow\()?(?:${variants.join('|')}|mcnn\([a-z0-9.*+]+\))(?:@[a-z0+/-]+)?\)?$`)

export const variant = z
  .string()
  .max(4000, 'at most 4000 characters')
  .regex(shape, notOne)
  .refine((text) => parseVariant(text) !== null, notOne)
export type Variant = z.infer<typeof variant>

/** Orders named variants first, as in the registry; then the rest by name, each control after its variant. */
export function compareVariants(a: Variant, b: Variant): number {
  const rank = (one: Variant): number => {
    const at = (variants as readonly string[]).indexOf(one)
    return at < 0 ? variants.length : at
  }
  const plain = (one: Variant): string =>
    one.startsWith('narrow(') ? `${one.slice('narrow('.length, -1)}@~narrow` : one
  return rank(a) - rank(b) || (plain(a) < plain(b) ? -1 : plain(a) > plain(b) ? 1 : 0)
}

/** Returns whether a layer's name matches a pattern. */
export function matchesLayer(patterned: string, name: string): boolean {
  const parts = patterned.split('*')
  if (parts.length === 1) return patterned === name
  const [head = '', ...rest] = parts
  if (!name.startsWith(head)) return false
  let at = head.length
  for (const [i, part] of rest.entries()) {
    const last = i === rest.length - 1
    const found = last ? name.length - part.length : name.indexOf(part, at)
    if (found < at || !name.startsWith(part, found)) return false
    at = found + part.length
  }
  return true
}
