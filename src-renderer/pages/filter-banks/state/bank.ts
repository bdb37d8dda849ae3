/** The values and texts of a bank on the filter banks page. Pure. */
import { productsAt, type FeatureMaps } from '../../../../src-main/analysis/filters/convolution'
import {
  bandTitles,
  bankSide,
  isSignBank,
  type BandTitle,
  type BankTable,
} from '../../../../src-main/analysis/filters/banks'
import { bankKernels, frequencyAt, maxAbsolute } from '../../../../src-main/analysis/filters/filterBank'
import {
  bankPlanes,
  decibels,
  peakOf,
  type LayerValues,
  type Plane,
} from '../../../../src-main/analysis/filters/spectrum'
import type { FilterLayer } from '../../../../src-main/contract'
import { number } from '../../../lib/format'

/** Points per side of a response; even, so that a shift by π is a shift by whole samples. */
export const responseSize = 64
/** The lowest end of the scale in decibels. */
export const floorDb = -30

/** An input channel, or all three channels of an image. */
export type Channel = 'colour' | number

const colourNames = ['R', 'G', 'B']

/** Returns the channels to choose from; only an image's three channels can be shown together. */
export function channelsOf(layer: Pick<FilterLayer, 'in' | 'groups'>): { value: Channel; label: string }[] {
  // Each filter of a depthwise layer has a single channel of its own.
  if (layer.groups > 1) return [{ value: 0, label: 'own' }]
  if (layer.in !== 3) return Array.from({ length: layer.in }, (_, c) => ({ value: c, label: `channel ${c}` }))
  return [{ value: 'colour', label: 'colour' }, ...colourNames.map((label, c) => ({ value: c, label }))]
}

/** Returns the indices of the chosen channels. */
export function channelIndices(channel: Channel): number[] {
  return channel === 'colour' ? [0, 1, 2] : [channel]
}

/** One band as displayed. */
export interface BandView extends BandTitle {
  /** From 0; 0 for an ordinary layer's filter. */
  band: number
  /** [row][column][in], of the channels shown: one, or three for colour. */
  kernel: number[][][]
  /** |H(u, v)|, row by row (v), for colour the root of the mean square over R, G and B. */
  plane: Plane
}

export function bandViews(layer: LayerValues, filter: number, channel: Channel): BandView[] {
  const kernels = bankKernels(layer.values, layer.shape, filter, layer.bank)
  const channels = channelIndices(channel)
  const planes = bankPlanes(layer, filter, channels, responseSize)
  return bandTitles(layer.bank).map((title, band) => ({
    ...title,
    band,
    kernel: (kernels[band] ?? []).map((row) => row.map((weights) => channels.map((c) => weights[c] ?? Number.NaN))),
    plane: planes[band] ?? new Float64Array(responseSize * responseSize).fill(Number.NaN),
  }))
}

/** Ends of the two colour scales: a weight and a magnitude. */
export interface ScaleEnds {
  weight: number
  magnitude: number
}

/** Returns the greatest weight and the greatest magnitude of one bank. */
export function bankEnds(views: readonly BandView[]): ScaleEnds {
  return {
    weight: maxAbsolute(views.map((view) => view.kernel)),
    magnitude: Math.max(0, ...views.map((view) => peakOf(view.plane))),
  }
}

/** Returns the same over a layer's stored filters; derived filters have the same extremes as their base filter. */
export function layerEnds({ shape, values }: LayerValues, channel: Channel, basePlanes: readonly Plane[]): ScaleEnds {
  const [, , inputs, filters] = shape
  const channels = channelIndices(channel)
  let weight = 0
  for (let i = 0; i < values.length; i++)
    if (channels.includes(Math.floor(i / filters) % inputs)) weight = Math.max(weight, Math.abs(values[i] ?? 0))
  return { weight, magnitude: Math.max(0, ...basePlanes.map(peakOf)) }
}

/**
 * Bands of the paper's bank whose signs alternate along columns (u) and rows (v): their response is shifted by π there.
 */
const movesU = (band: number): boolean => band === 1 || band === 3
const movesV = (band: number): boolean => band === 2 || band === 3

/**
 * Returns the source in H₁ of a value of a band of the paper's bank: equations 2 to 4. Indices on a grid of
 * `responseSize`.
 */
export function sourceOf(band: number, u: number, v: number): { u: number; v: number } {
  const half = responseSize / 2
  return { u: movesU(band) ? (u + half) % responseSize : u, v: movesV(band) ? (v + half) % responseSize : v }
}

/** Returns the frequency at an index as a multiple of π: '−0.500π'. */
export function frequencyText(index: number): string {
  const parts = frequencyAt(index, responseSize) / Math.PI
  return parts === 0 ? '0' : parts === -1 ? '−π' : `${number(parts, 3)}π`
}

/** The readout at a place of the matrix: the value and its origin. */
export interface Reading {
  value: string
  origin: string
  /** The nine products of a feature map's value. */
  sum?: string
}

const subscripts = '₁₂₃₄₅₆₇₈'
const sources = ['', 'H(u−π, v)', 'H(u, v−π)', 'H(u−π, v−π)']

export function responseReading(view: BandView, bank: BankTable | null, u: number, v: number): Reading {
  const magnitude = view.plane[v * responseSize + u] ?? Number.NaN
  const index = bank ? (subscripts[view.band] ?? '') : ''
  const value = `|H${index}(u ${frequencyText(u)}, v ${frequencyText(v)})| = ${number(magnitude, 3)}`
  const under = `${number(decibels(magnitude, peakOf(view.plane), -99), 1)} dB of its peak`
  if (!bank) return { value, origin: under }
  if (view.band === 0) return { value, origin: `the base filter, ${under}` }
  // Only the paper's bank has responses that are shifted copies of the first.
  if (!isSignBank(bank)) return { value, origin: `${view.words}; ${under}` }
  const from = sourceOf(view.band, u, v)
  return {
    value,
    origin: `= |H₁(u ${frequencyText(from.u)}, v ${frequencyText(from.v)})|, ${sources[view.band] ?? ''}; ${under}`,
  }
}

export function kernelReading(view: BandView, bank: BankTable | null, column: number, row: number): Reading {
  const weights = view.kernel[row]?.[column] ?? []
  const place = `(r ${column}, s ${row})`
  const text =
    weights.length === 3
      ? weights.map((w, c) => `${colourNames[c] ?? ''} ${number(w, 4)}`).join(', ')
      : number(weights[0], 4)
  const value = `${view.symbol}${place} = ${text}`
  if (!bank) return { value, origin: '' }
  if (view.band === 0) return { value, origin: 'trained' }
  const source = bank[view.band]?.[row * bankSide + column] ?? 0
  const from = Math.abs(source) - 1
  if (from < 0) return { value, origin: `masked out, ${view.words}` }
  return {
    value,
    origin: `= ${source < 0 ? '−' : ''}h(r ${from % bankSide}, s ${Math.floor(from / bankSide)}), ${view.words}`,
  }
}

/**
 * Returns the terms of a feature map's value: pixel times weight over the window of the shown channel, and the sum of
 * the other channels. In colour, the sum of each channel; in a depthwise layer, the window of the band's only channel.
 */
export function featureReading(
  { bands, kernels, stride }: FeatureMaps,
  band: number,
  channel: Channel,
  x: number,
  y: number,
): Reading | null {
  const seen = bands[band]
  if (!seen) return null
  const { input } = seen
  const of = (c: number): ReturnType<typeof productsAt> => productsAt(input, kernels, stride, band, c, x, y)
  const total = (c: number): number => of(c).reduce((sum, { pixel, weight }) => sum + pixel * weight, 0)
  const sums = Array.from({ length: input.channels }, (_, c) => total(c))
  const y0 = number(
    sums.reduce((a, b) => a + b, 0),
    3,
  )
  const value = `y${kernels.shape[3] > 1 ? (subscripts[band] ?? '') : ''}(x ${x}, y ${y}) = ${y0}`
  const signed = (v: number): string => (v < 0 ? `(${number(v, 3)})` : number(v, 3))
  const sumOf = (name: string, c: number): string =>
    `${name}, pixel × weight: ${of(c)
      .map(({ pixel, weight }) => `${number(pixel)} · ${weight < 0 ? `(${number(weight)})` : number(weight)}`)
      .join(' + ')}`
  if (seen.channel !== null)
    return {
      value,
      origin: `only from channel ${seen.channel}, this filter’s single input`,
      sum: sumOf(`channel ${seen.channel}`, 0),
    }
  if (channel === 'colour')
    return {
      value,
      origin: `= ${sums.map((sum, c) => `${colourNames[c] ?? c} ${signed(sum)}`).join(' + ')}, pixel × weight over each channel’s window`,
    }
  const others = sums.reduce((sum, value_, c) => (c === channel ? sum : sum + value_), 0)
  const name = input.channels === 3 ? (colourNames[channel] ?? '') : `channel ${channel}`
  return {
    value,
    origin: `= ${signed(sums[channel] ?? Number.NaN)} from ${name} + ${signed(others)} from the other ${input.channels - 1} channels`,
    sum: sumOf(name, channel),
  }
}

/** A weight's cell for three channels at once: grey is 0. */
export function colourCell(weights: readonly number[], max: number): string {
  const byte = (w: number | undefined): number =>
    Math.round(Math.min(255, Math.max(0, 128 + (max > 0 ? ((w ?? 0) / max) * 127 : 0))))
  return `rgb(${byte(weights[0])} ${byte(weights[1])} ${byte(weights[2])})`
}

/** Returns 'stem, 3 → 16', with ', ordinary' if the layer has no banks. */
export function layerLabel(layer: FilterLayer): string {
  return `${layer.name}, ${layer.in} → ${layer.out}${layer.multiband ? '' : ', ordinary'}`
}
