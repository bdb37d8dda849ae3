/** A bank beside another run's filters of the same layer. Pure. */
import {
  bandEdges,
  bankPlanes,
  coverageOf,
  filterPlane,
  layerPlanes,
  likenessOf,
  nearestTo,
  type BandEdge,
  type Coverage,
  type LayerValues,
  type Plane,
} from '../../../../src-main/analysis/filters/spectrum'
import { bandTitles } from '../../../../src-main/analysis/filters/banks'
import { responseSize } from './bank'

/** Points a side where a whole layer is drawn and counted. */
export const layerSize = 32

export interface Figures extends Coverage {
  likeness: number | null
}

export function figuresOf(planes: readonly Plane[], edge: BandEdge): Figures {
  return { ...coverageOf(planes, bandEdges[edge]), likeness: likenessOf(planes) }
}

/** A few filters on one drawing, each with its name. */
export interface Group {
  names: string[]
  planes: Plane[]
}

/**
 * What of another run's layer is set against a bank: of a plain layer the filters nearest to the bank's bands, of a
 * multi-band layer the bank whose base filter is the nearest.
 * @returns stored filters of `other`
 */
export function counterpart(
  own: LayerValues,
  filter: number,
  other: LayerValues,
  channels: readonly number[],
): number[] {
  const bank = bankPlanes(own, filter, channels, layerSize)
  const candidates = Array.from({ length: other.shape[3] }, (_, i) => filterPlane(other, i, channels, layerSize))
  return nearestTo(other.bank ? bank.slice(0, 1) : bank, candidates)
}

/** Stored filters with all their bands, as they are named in drawings. */
export function groupOf(layer: LayerValues, filters: readonly number[], channels: readonly number[]): Group {
  return {
    names: filters.flatMap((filter) =>
      layer.bank ? bandTitles(layer.bank).map(({ symbol }) => symbol) : [`#${filter}`],
    ),
    planes: filters.flatMap((filter) => bankPlanes(layer, filter, channels, responseSize)),
  }
}

/** A layer's planes for small multiples and its figures: bank by bank. */
export function wholeLayer(layer: LayerValues, channels: readonly number[]): Plane[] {
  return layerPlanes(layer, channels, layerSize)
}
