/**
 * What makes a bank of one trained filter: a small table of fixed masks. The paper's has four (section III-A, equations
 * 1–4); others take other signs, or turn and mirror the filter.
 */
import type { LayerSummary } from '../../contract/models/models'
import type { ParsedVariant } from '../../contract/variants'

/**
 * For each band the nine taps of its 3 × 3 kernel, row by row: ±(1 + the tap of the base filter that stands there), or
 * 0 where nothing does. The identity is [1, 2, …, 9].
 */
export type BankTable = readonly (readonly number[])[]

/** Side of the kernels that banks are made for. */
export const bankSide = 3
const taps = bankSide * bankSide

const table = (...bands: ((s: number, r: number) => number)[]): BankTable =>
  bands.map((band) => Array.from({ length: taps }, (_, t) => band(Math.floor(t / bankSide), t % bankSide)))

const tap = (s: number, r: number): number => s * bankSide + r + 1
const signed =
  (exponent: (s: number, r: number) => number) =>
  (s: number, r: number): number =>
    (exponent(s, r) % 2 === 0 ? 1 : -1) * tap(s, r)
const end = bankSide - 1

/** h, (−1)^r h, (−1)^s h, (−1)^(r+s) h; r the column, s the row. */
export const signBank = table(
  signed(() => 0),
  signed((_, r) => r),
  signed((s) => s),
  signed((s, r) => r + s),
)

/**
 * h turned by 0°, 90°, 180° and 270° against the clock, then the same of its mirror image (columns the other way
 * round).
 */
const symmetries = table(
  tap,
  (s, r) => tap(r, end - s),
  (s, r) => tap(end - s, end - r),
  (s, r) => tap(end - r, s),
  (s, r) => tap(s, end - r),
  (s, r) => tap(r, s),
  (s, r) => tap(end - s, r),
  (s, r) => tap(end - r, end - s),
)
const symmetryWords = [
  'the filter itself',
  'turned by 90°',
  'turned by 180°',
  'turned by 270°',
  'mirrored',
  'mirrored, by 90°',
  'mirrored, by 180°',
  'mirrored, by 270°',
]

const tables = {
  signs: signBank,
  two: [signBank[0] ?? [], signBank[3] ?? []],
  rotations: symmetries.slice(0, 4),
  symmetries,
} as const satisfies Record<string, BankTable>

/** The bank that a variant names; `random` is drawn by whoever knows the seed (nn/architecture). */
export function bankTable(bank: Exclude<ParsedVariant['bank'], 'random'>): BankTable {
  if (typeof bank === 'string') return tables[bank]
  return bank.map((mask) => Array.from(mask, (sign, t) => (sign === '0' ? 0 : sign === '-' ? -(t + 1) : t + 1)))
}

/** Filters in a bank, by the variant that names it. */
export function bankSize(bank: ParsedVariant['bank']): number {
  return bank === 'random' ? tables.signs.length : bankTable(bank).length
}

/** Masks of a 1 × 1 kernel would be plain factors: only 3 × 3 convolutions can be multi-band. */
export function isBankable({ kernel }: Pick<LayerSummary, 'kernel'>): boolean {
  return kernel.every((side) => side === bankSide)
}

/**
 * The layers of a set that has a name, of those that can be multi-band. @param all a network's convolutions, in order
 * @param bands of the bank: `all` leaves out whose output count they don't divide
 */
export function namedLayers(
  set: Extract<ParsedVariant['layers'], string>,
  all: readonly LayerSummary[],
  bands: number,
): LayerSummary[] {
  const able = all.filter(isBankable)
  switch (set) {
    case 'none':
      return []
    case 'first':
      return able.slice(0, 1)
    case 'last':
      return able.slice(-1)
    case 'both':
      return [...new Set([...able.slice(0, 1), ...able.slice(-1)])]
    case 'all':
      return able.filter((layer) => layer.out % bands === 0)
  }
}

/** Whether it is the paper's, for which there are kernels of our own and whose responses are moved copies of one. */
export function isSignBank(bank: BankTable): boolean {
  return same(bank, signBank)
}

const same = (a: BankTable, b: BankTable): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Kernels of base filters with all their bands, as a layer convolves with them.
 * @param values [3, 3, in, b], or any kernel where `bank` is null
 * @param filters of the b, in the order wanted
 * @returns [3, 3, in, bands · filters], band-major: h1 of each, h2 of each, and so on
 */
export function expandFilters(
  values: Float32Array,
  shape: readonly [number, number, number, number],
  bank: BankTable | null,
  filters: readonly number[],
): Float32Array {
  const [rows, columns, inputs, stored] = shape
  const places = rows * columns
  const bands = bank ?? [Array.from({ length: places }, (_, t) => t + 1)]
  const out = bands.length * filters.length
  const expanded = new Float32Array(places * inputs * out)
  for (const [band, sources] of bands.entries())
    for (const [t, source] of sources.entries()) {
      if (source === 0) continue
      const sign = Math.sign(source)
      const from = (Math.abs(source) - 1) * inputs
      for (let c = 0; c < inputs; c++)
        for (const [i, filter] of filters.entries())
          expanded[(t * inputs + c) * out + band * filters.length + i] =
            sign * (values[(from + c) * stored + filter] ?? NaN)
    }
  return expanded
}

export interface BandTitle {
  /** As the paper writes it. */
  symbol: string
  formula: string
  words: string
}

const subscripts = '₁₂₃₄₅₆₇₈'
const signTitles: readonly Omit<BandTitle, 'symbol'>[] = [
  { formula: 'h₁ = h', words: 'base filter' },
  { formula: 'h₂ = (−1)ʳ h', words: 'columns alternate' },
  { formula: 'h₃ = (−1)ˢ h', words: 'rows alternate' },
  { formula: 'h₄ = (−1)ʳ⁺ˢ h', words: 'both alternate' },
]

/** What each band of a bank is, in the paper's notation: r the column, s the row, both from 0. */
export function bandTitles(bank: BankTable | null): readonly BandTitle[] {
  if (bank === null) return [{ symbol: 'h', formula: 'h', words: 'the filter itself' }]
  return bank.map((band, i) => {
    const symbol = `h${subscripts[i] ?? ''}`
    const asSign = signBank.findIndex((one) => same([one], [band]))
    const titled = signTitles[asSign]
    if (titled) return { symbol, formula: titled.formula.replace(/^h./u, symbol), words: titled.words }
    const asSymmetry = symmetries.findIndex((one) => same([one], [band]))
    if (asSymmetry >= 0)
      return {
        symbol,
        formula: `${symbol} = ${asSymmetry >= 4 ? 'mirror ' : ''}h${['', ' 90°', ' 180°', ' 270°'][asSymmetry % 4] ?? ''}`,
        words: symmetryWords[asSymmetry] ?? '',
      }
    return { symbol, formula: `${symbol} = m${subscripts[i] ?? ''} · h`, words: `signs ${maskText(band)}` }
  })
}

/** '+−+ −+− +−+': a mask row by row; taps that stand elsewhere in the base filter are told by their number. */
function maskText(band: readonly number[]): string {
  const signs = band.map((source, t) =>
    source === 0 ? '0' : `${source < 0 ? '−' : '+'}${Math.abs(source) - 1 === t ? '' : Math.abs(source)}`,
  )
  return Array.from({ length: bankSide }, (_, s) => signs.slice(s * bankSide, (s + 1) * bankSide).join('')).join(' ')
}
