import { describe, expect, it } from 'vitest'
import type { FilterLayer, RunSummary } from '../../../../src-main/contract'
import { runWith } from '../../../../src-main/analysis/testing'
import { arranged, firstBank } from './banks'

const run = (
  id: string,
  variant: RunSummary['variant'],
  seed: number,
  startedAt: string | null = '2026-01-01T00:00:00Z',
): RunSummary => runWith({ id, variant, seed, startedAt })
const layer = (name: string, multiband: boolean, epochs: number[]): FilterLayer => ({
  name,
  multiband,
  epochs,
  kernel: [3, 3],
  in: 3,
  out: 16,
  groups: 1,
  stride: 1,
  size: 32,
  baseFilters: multiband ? 4 : 16,
  bank: null,
})

describe('filter banks of selected runs', () => {
  it('compares a multi-band run with its own baseline and pins the others', () => {
    const runs = [
      run('b2', 'baseline', 2),
      run('b1', 'baseline', 1),
      run('f1', 'mcnn-f', 1),
      run('l1', 'mcnn-l', 1),
      run('waiting', 'mcnn-a', 1, null),
    ]
    const chosen = arranged(runs)
    expect([chosen?.run.id, chosen?.compared?.id, chosen?.others.map((one) => one.id)]).toEqual([
      'f1',
      'b1',
      ['l1', 'b2'],
    ])
  })

  it('show a single run, two seeds side by side, and nothing for runs that have not started', () => {
    expect(arranged([run('f1', 'mcnn-f', 1)])).toMatchObject({ run: { id: 'f1' }, compared: null, others: [] })
    expect(arranged([run('f1', 'mcnn-f', 1), run('f2', 'mcnn-f', 2)])).toMatchObject({
      run: { id: 'f1' },
      compared: { id: 'f2' },
    })
    expect(arranged([run('f1', 'mcnn-f', 1, null)])).toBeNull()
    const many = Array.from({ length: 40 }, (_, i) => run(`f${i}`, 'mcnn-f', i))
    expect(arranged(many)?.others.length).toBeLessThan(10)
  })

  it('start with the first multi-band layer at its newest epoch', () => {
    expect(firstBank('r', [layer('stem', false, [0, 1]), layer('last', true, [0, 5, 9])])).toEqual({
      run: 'r',
      layer: 'last',
      filter: 0,
      epoch: 9,
    })
    expect(firstBank('r', [layer('stem', false, [0, 1]), layer('last', true, [])])).toEqual({
      run: 'r',
      layer: 'stem',
      filter: 0,
      epoch: 1,
    })
    expect(firstBank('r', [layer('stem', false, [])])).toBeNull()
  })
})
