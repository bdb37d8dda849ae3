/** Applies tables of banks: which layers can have one, the kernels they give, and the titles of their bands. */
import { bankSide, signBank, symmetryBank, type BankTable } from '../../contract/variants/banks'
import type { LayerSummary } from '../../contract/models/models'
import { layerSetEntry, type LayerSet } from '../../contract/variants/namedVariants'

export { bankSide, bankSize, bankTable, isSignBank, signBank, type BankTable } from '../../contract/variants/banks'

const symmetryWords = [
  'the filter itself',
  'rotated by 90°',
  'rotated by 180°',
  'rotated by 270°',
  'mirrored',
  'mirrored, by 90°',
  'mirrored, by 180°',
  'mirrored, by 270°',
]

/** Returns whether a convolution can be multi-band: masks would only scale a 1 × 1 kernel. */
export function isBankable({ kernel }: Pick<LayerSummary, 'kernel'>): boolean {
  return kernel.every((side) => side === bankSide)
}

/**
 * Returns the layers of a named set, of those that can be multi-band.
 * @param all a network's convolutions, in order
 * @param bands filters in the bank
 */
export function namedLayers(set: LayerSet, all: readonly LayerSummary[], bands: number): LayerSummary[] {
  return layerSetEntry(set).choose(all.filter(isBankable), bands)
}

/** Returns whether two tables are equal. */
const same = (a: BankTable, b: BankTable): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Returns the kernels that a layer convolves with: base filters with all their bands. Paper, equations 1 to 4.
 * @param values [3, 3, in, b]; a kernel of any size if `bank` is null
 * @param shape of `values`
 * @param filters indices of base filters, 0 to b − 1, in the order of the result
 * @returns [3, 3, in, bands · filters], band-major: h1 of each filter, h2 of each filter, and so on
 */
export function expandFilters(
  values: Float32Array,
  shape: readonly [number, number, number, number],
  bank: BankTable | null,
  filters: readonly number[],
): Float32Array {
  const [rows, columns, inputs, stored] = shape
  const area = rows * columns
  const bands = bank ?? [Array.from({ length: area }, (_, t) => t + 1)]
  const out = bands.length * filters.length
  const expanded = new Float32Array(area * inputs * out)
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
  /** The paper's symbol, such as 'h₁'. */
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

/** Returns a title for each band, in the paper's notation: r is the column and s the row, both from 0. */
export function bandTitles(bank: BankTable | null): readonly BandTitle[] {
  if (bank === null) return [{ symbol: 'h', formula: 'h', words: 'the filter itself' }]
  return bank.map((band, i) => {
    const symbol = `h${subscripts[i] ?? ''}`
    const asSign = signBank.findIndex((one) => same([one], [band]))
    const titled = signTitles[asSign]
    if (titled) return { symbol, formula: titled.formula.replace(/^h./u, symbol), words: titled.words }
    const asSymmetry = symmetryBank.findIndex((one) => same([one], [band]))
    if (asSymmetry >= 0)
      return {
        symbol,
        formula: `${symbol} = ${asSymmetry >= 4 ? 'mirror ' : ''}h${['', ' 90°', ' 180°', ' 270°'][asSymmetry % 4] ?? ''}`,
        words: symmetryWords[asSymmetry] ?? '',
      }
    return { symbol, formula: `${symbol} = m${subscripts[i] ?? ''} · h`, words: `signs ${maskText(band)}` }
  })
}

/**
 * Returns a mask row by row, such as '+−+ −+− +−+'. A tap from another position of the base filter has its number, 1 to
 * 9.
 */
function maskText(band: readonly number[]): string {
  const signs = band.map((source, t) =>
    source === 0 ? '0' : `${source < 0 ? '−' : '+'}${Math.abs(source) - 1 === t ? '' : Math.abs(source)}`,
  )
  return Array.from({ length: bankSide }, (_, s) => signs.slice(s * bankSide, (s + 1) * bankSide).join('')).join(' ')
}
