/** What the filter banks page shows of a bank, in numbers and words. Pure. */
import { bandNames, channelPlane, frequencyAt, maxAbsolute, responseMagnitude, rmsPlane } from '../../../src-main/analysis/filterBank'
import type { FilterBank, FilterLayer } from '../../../src-main/contract'
import { number } from '../../lib/format'

/** Points a side of a response; even, so that a shift by π is a shift by whole samples. */
export const responseSize = 64

/** An input channel, or all three of a picture at once. */
export type Channel = 'colour' | number

const colourNames = ['R', 'G', 'B']

/** The channels that a layer's filters can be read by; only a picture's three can be shown at once. */
export function channelsOf(layer: Pick<FilterLayer, 'in'>): { value: Channel; label: string }[] {
  if (layer.in !== 3) return Array.from({ length: layer.in }, (_, c) => ({ value: c, label: `channel ${c}` }))
  return [{ value: 'colour', label: 'colour' }, ...colourNames.map((label, c) => ({ value: c, label }))]
}

export interface BandTitle {
  /** As the paper writes it. */
  symbol: string
  formula: string
  words: string
}

/** Of a bank's four columns, or of the one of a plain layer's filter. */
export function bandTitles(multiband: boolean): readonly BandTitle[] {
  return multiband ? bandNames : [{ symbol: 'h', formula: 'h', words: 'the filter itself' }]
}

/** One band as it is drawn. */
export interface BandView extends BandTitle {
  /** 0 to 3; a plain layer's filter is 0. */
  band: number
  /** [row][column][in], of the channels shown: one, or three for colour. */
  kernel: number[][][]
  /** |H(u, v)| as [v][u], for colour the root of the mean square over R, G and B. */
  response: number[][]
}

/**
 * The response is computed here from the kernel, with the function that the service and the command line use: what
 * travels is nine weights a channel, so that the epochs can be leafed through.
 */
export function bandViews(bank: Pick<FilterBank, 'banks' | 'multiband'>, channel: Channel): BandView[] {
  const titles = bandTitles(bank.multiband)
  return bank.banks.map(({ band, kernel }) => {
    const shown = channel === 'colour' ? kernel : kernel.map((row) => row.map((weights) => [weights[channel] ?? Number.NaN]))
    const response = responseMagnitude(shown, responseSize)
    const { symbol, formula, words } = titles[band - 1] ?? bandNames[0]
    return {
      band: band - 1,
      symbol,
      formula,
      words,
      kernel: shown,
      response: channel === 'colour' ? rmsPlane(response) : channelPlane(response, 0),
    }
  })
}

/** Ends of the two scales: the greatest weight and the greatest magnitude of the bank. */
export function scaleEnds(views: readonly BandView[]): { weight: number; magnitude: number } {
  return { weight: maxAbsolute(views.map((view) => view.kernel)), magnitude: maxAbsolute(views.map((view) => view.response)) }
}

/** Bands whose columns (u) and rows (v) alternate, and whose response is therefore moved by π there. */
const movesU = (band: number): boolean => band === 1 || band === 3
const movesV = (band: number): boolean => band === 2 || band === 3

/** Where in H₁ a band's value at (u, v) comes from: equations 2 to 4. Indices on a grid of `responseSize`. */
export function sourceOf(band: number, u: number, v: number): { u: number; v: number } {
  const half = responseSize / 2
  return { u: movesU(band) ? (u + half) % responseSize : u, v: movesV(band) ? (v + half) % responseSize : v }
}

/** The frequency at an index, in parts of π: '−0.500π'. */
export function frequencyText(index: number): string {
  const parts = frequencyAt(index, responseSize) / Math.PI
  return parts === 0 ? '0' : parts === -1 ? '−π' : `${number(parts, 3)}π`
}

/** What one reads at a place of the matrix: the value, then where it comes from. */
export interface Reading {
  value: string
  origin: string
}

const subscripts = ['₁', '₂', '₃', '₄']

export function responseReading(view: BandView, multiband: boolean, u: number, v: number): Reading {
  const index = multiband ? (subscripts[view.band] ?? '') : ''
  const value = `|H${index}(u ${frequencyText(u)}, v ${frequencyText(v)})| = ${number(view.response[v]?.[u], 3)}`
  if (!multiband) return { value, origin: '' }
  if (view.band === 0) return { value, origin: 'the base filter' }
  const from = sourceOf(view.band, u, v)
  const moved = view.band === 1 ? 'moved by π in u' : view.band === 2 ? 'moved by π in v' : 'moved by π in u and v'
  return { value, origin: `= |H₁(u ${frequencyText(from.u)}, v ${frequencyText(from.v)})|, ${moved}` }
}

export function kernelReading(view: BandView, multiband: boolean, column: number, row: number): Reading {
  const weights = view.kernel[row]?.[column] ?? []
  const place = `(r ${column}, s ${row})`
  const text = weights.length === 3 ? weights.map((w, c) => `${colourNames[c] ?? ''} ${number(w, 4)}`).join(', ') : number(weights[0], 4)
  const value = `${view.symbol}${place} = ${text}`
  if (!multiband) return { value, origin: '' }
  if (view.band === 0) return { value, origin: 'trained' }
  const negative = ((movesU(view.band) ? column : 0) + (movesV(view.band) ? row : 0)) % 2 === 1
  return { value, origin: `= ${negative ? '−' : ''}h${place}, ${view.words}` }
}

/** A weight's cell for three channels at once: grey is 0, each channel up or down from there. */
export function colourCell(weights: readonly number[], max: number): string {
  const byte = (w: number | undefined): number => Math.round(Math.min(255, Math.max(0, 128 + (max > 0 ? ((w ?? 0) / max) * 127 : 0))))
  return `rgb(${byte(weights[0])} ${byte(weights[1])} ${byte(weights[2])})`
}

/** 'stem, 3 → 16, multi-band' */
export function layerLabel(layer: FilterLayer): string {
  return `${layer.name}, ${layer.in} → ${layer.out}${layer.multiband ? ', multi-band' : ', plain'}`
}
