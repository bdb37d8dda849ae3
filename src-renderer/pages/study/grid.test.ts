import { describe, expect, it } from 'vitest'
import { runWith } from '../../../src-main/analysis/testing'
import { drawnCells, planGrid } from './grid'

describe('plan grid', () => {
  it('has one row per data set and depth, one column per variant, and seeds in order, re-runs after the first run', () => {
    const grid = planGrid([
      runWith({ id: 'c', variant: 'mcnn-f', seed: 2 }),
      runWith({ id: 'd', variant: 'mcnn-f', seed: 1, createdAt: '2026-05-09T12:00:00.000Z' }),
      runWith({ id: 'b', variant: 'mcnn-f', seed: 1 }),
      runWith({ id: 'a', seed: 1 }),
      runWith({ id: 'e', dataset: 'cifar-10', arch: 'resnet-110' }),
      runWith({ id: 'f', dataset: 'cifar-10', arch: 'resnet-20' }),
    ])
    expect(grid.variants).toEqual(['baseline', 'mcnn-f'])
    expect(grid.rows.map((row) => row.label)).toEqual([
      'synthetic · ResNet-8',
      'CIFAR-10 · ResNet-20',
      'CIFAR-10 · ResNet-110',
    ])
    expect(grid.rows[0]?.cells.get('mcnn-f')?.map((run) => run.id)).toEqual(['b', 'd', 'c'])
    expect(grid.rows[1]?.cells.get('mcnn-f')).toEqual([])
    expect(drawnCells(grid)).toEqual({
      most: Infinity,
      before: [
        [0, 1],
        [4, 5],
        [5, 6],
      ],
      total: 6,
    })
  })

  it('draws the first ten cells per row and variant if there are more than a thousand', () => {
    const seeds = (n: number) => Array.from({ length: n }, (_, i) => runWith({ id: `b${i}`, seed: i }))
    const few = runWith({ id: 'f', variant: 'mcnn-f', seed: 1 })
    expect(drawnCells(planGrid([...seeds(999), few]))).toEqual({ most: Infinity, before: [[0, 999]], total: 1000 })
    const grid = planGrid([...seeds(1000), few])
    expect(grid.rows[0]?.cells.get('baseline')).toHaveLength(1000)
    expect(drawnCells(grid)).toEqual({ most: 10, before: [[0, 10]], total: 11 })
  })

  it('is empty without runs', () => {
    expect(planGrid([])).toEqual({ variants: [], rows: [] })
  })
})
