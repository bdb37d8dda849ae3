import { describe, expect, it } from 'vitest'
import type { LineSeries } from '../../src-main/analysis/figures/line'
import { plotData, structureOf } from './plotData'

const a: LineSeries = {
  id: 'a',
  label: 'a',
  color: 'red',
  marker: 'circle',
  points: [
    { x: 1, y: 1 },
    { x: 3, y: NaN },
  ],
  band: [{ x: 1, low: -2, high: 2 }],
  thin: [
    [
      { x: 3, y: 0 },
      { x: 4, y: 5 },
    ],
  ],
}
const b: LineSeries = {
  id: 'b',
  label: 'b',
  color: 'blue',
  marker: 'square',
  points: [
    { x: 2, y: null },
    { x: 3, y: 7 },
  ],
}

describe('what uPlot draws', () => {
  it('has one x for all, gaps where a value is missing, and nothing where a line has no point', () => {
    const { columns, lines, bands } = plotData([a, b], 'linear', 0)
    expect(columns).toEqual([
      [1, 2, 3, 4],
      [2, undefined, undefined, undefined],
      [-2, undefined, undefined, undefined],
      [undefined, undefined, 0, 5],
      [1, undefined, null, undefined],
      [undefined, null, 7, undefined],
    ])
    expect(lines.map((l) => `${l.series} ${l.kind}`)).toEqual(['0 high', '0 low', '0 thin', '0 line', '1 line'])
    expect(bands).toEqual([[1, 2]])
  })

  it('leaves out what a logarithmic axis has no place for, and keeps bands on the axis', () => {
    const { columns } = plotData([a], 'log', 0.1)
    expect(columns[2]?.[0]).toBe(0.1)
    expect(columns[3]?.slice(1)).toEqual([null, 5])
  })

  it('is made anew when lines come, go or look different, not when numbers do', () => {
    const of = (series: LineSeries[], kind: 'linear' | 'log' = 'linear') =>
      structureOf(series, plotData(series, kind, 1), kind)
    expect(of([a, b])).toBe(of([{ ...a, points: [{ x: 9, y: 9 }] }, b]))
    expect(of([a, b])).not.toBe(of([a]))
    expect(of([a, b])).not.toBe(of([a, { ...b, dashed: true }]))
    expect(of([a, b])).not.toBe(of([a, b], 'log'))
  })
})
