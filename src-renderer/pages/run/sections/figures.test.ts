import { expect, it } from 'vitest'
import type { EpochFigures } from '../../../../src-main/contract'
import { byEpoch, byLayer, figuresCsv, nearestEpoch } from './figures'

const of = (rank: number | null) => ({ covered: 0.5, overlap: 0.25, cosine: 0.1, effectiveRank: rank, filters: 4 })
const all: EpochFigures[] = [
  {
    epoch: 0,
    layers: [
      { layer: 'stem', figures: of(4) },
      { layer: 'b', figures: of(2) },
    ],
  },
  {
    epoch: 3,
    layers: [
      { layer: 'stem', figures: of(null) },
      { layer: 'b', figures: null },
    ],
  },
]

it('are listed by layer and epoch: rank as a share of the filters, shares of the plane in percent, gaps for missing values', () => {
  expect(byLayer(all[0] ?? null, 'effectiveRank')).toEqual([
    { x: 1, y: 1 },
    { x: 2, y: 0.5 },
  ])
  expect(byEpoch(all, 'b', 'effectiveRank')).toEqual([
    { x: 0, y: 0.5 },
    { x: 3, y: null },
  ])
  expect(byEpoch(all, 'stem', 'cosine')).toEqual([
    { x: 0, y: 0.1 },
    { x: 3, y: 0.1 },
  ])
  expect(byEpoch(all, 'b', 'covered')).toEqual([
    { x: 0, y: 50 },
    { x: 3, y: null },
  ])
  expect(byLayer(all[1] ?? null, 'overlap')).toEqual([
    { x: 1, y: 25 },
    { x: 2, y: null },
  ])
  expect(byLayer(null, 'cosine')).toEqual([])
})

it('are taken from the nearest stored epoch', () => {
  expect([null, 0, 1, 2, 9].map((wanted) => nearestEpoch(all, wanted)?.epoch)).toEqual([3, 0, 0, 3, 3])
  expect(nearestEpoch([], 1)).toBeNull()
})

it('are exported as CSV, with empty fields for missing numbers', () => {
  expect(figuresCsv(all).split('\n')).toEqual([
    'epoch,layer,covered,overlap,mean_abs_cosine,effective_rank,filters',
    '0,stem,0.5,0.25,0.1,4,4',
    '0,b,0.5,0.25,0.1,2,4',
    '3,stem,0.5,0.25,0.1,,4',
    '',
  ])
})
