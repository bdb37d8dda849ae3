/** Comparison of a bank with another run's filters of the same layer. Pure. */
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

/** Points per side of the responses of a whole layer. */
export const layerSize = 32

export interface Figures extends Coverage {
  likeness: number | null
}

export function figuresOf(planes: readonly Plane[], edge: BandEdge): Figures {
  return { ...coverageOf(planes, bandEdges[edge]), likeness: likenessOf(planes) }
}

/** A few filters in one drawing, with their names. */
export interface Group {
  names: string[]
  planes: Plane[]
}

/**
 * Finds the filters to compare with a bank: in an ordinary layer the filters nearest to the bank's bands, in a
 * multi-band layer the bank with the nearest base filter.
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

/** Returns stored filters with all their bands and their names in drawings. */
export function groupOf(layer: LayerValues, filters: readonly number[], channels: readonly number[]): Group {
  return {
    names: filters.flatMap((filter) =>
      layer.bank ? bandTitles(layer.bank).map(({ symbol }) => symbol) : [`#${filter}`],
    ),
    planes: filters.flatMap((filter) => bankPlanes(layer, filter, channels, responseSize)),
  }
}

/** Returns a layer's planes, bank by bank, and its figures. */
export function wholeLayer(layer: LayerValues, channels: readonly number[]): Plane[] {
  return layerPlanes(layer, channels, layerSize)
}
