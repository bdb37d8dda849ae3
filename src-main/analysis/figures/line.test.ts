import { describe, expect, it } from 'vitest'
import {
  bandPath,
  endLabels,
  labelRoom,
  linePath,
  markLabels,
  nearest,
  spread,
  stops,
  xExtent,
  yExtent,
  type LineSeries,
} from './line'
import { niceScale, plainScale } from './scale'

const look = { color: 'red', marker: 'circle' } as const
const series = (id: string, ...values: (number | null)[]): LineSeries => ({
  id,
  label: id,
  ...look,
  points: values.map((y, i) => ({ x: i + 1, y })),
})

const x = plainScale([1, 5], [0, 400], 4, true)
const y = niceScale('linear', [0, 10], [100, 0], 5)

describe('lines', () => {
  it('connect their points', () => {
    expect(linePath(series('a', 0, 10, 5).points, x, y, 'linear')).toBe('M0,100L100,0L200,50')
  })

  it('have a gap at a missing, NaN or infinite value and continue after it', () => {
    for (const gap of [null, NaN, Infinity])
      expect(linePath(series('a', 0, gap, 10, 10).points, x, y, 'linear')).toBe('M0,100ZM200,0L300,0')
  })

  it('omit values that a logarithmic axis cannot show', () => {
    const log = niceScale('log', [0.1, 10], [100, 0], 5)
    expect(linePath(series('a', 1, 0, -1, 10, 10).points, x, log, 'log')).toBe('M0,50ZM300,0L400,0')
  })

  it('draw nothing without values', () => {
    expect(linePath(series('a', NaN, null).points, x, y, 'linear')).toBe('')
    expect(yExtent([series('a', NaN, null)], 'linear')).toBeNull()
    expect(xExtent([])).toBeNull()
  })

  it('and their bands both extend a linear axis', () => {
    const banded = { ...series('a', 4, 5), band: [{ x: 1, low: 1, high: 12 }] }
    expect(yExtent([banded], 'linear')).toEqual([1, 12])
    expect(yExtent([banded], 'log')).toEqual([4, 5])
  })

  it('clip a band whose low end a logarithmic axis cannot show', () => {
    const log = niceScale('log', [0.1, 10], [100, 0], 5)
    expect(
      bandPath(
        [
          { x: 1, low: -3, high: 1 },
          { x: 2, low: 0.5, high: NaN },
        ],
        x,
        log,
        'log',
      ),
    ).toBe('M0,50L0,100Z')
  })
})

describe('labels at the ends of lines', () => {
  const bounds = { top: 0, bottom: 100, gap: 13 }

  it('are placed at the last value', () => {
    const [end] = endLabels([series('a', 0, 5, NaN)], x, y, 'linear', bounds)
    expect(end).toMatchObject({ x: 100, y: 50, labelY: 50 })
    expect(endLabels([series('a', NaN)], x, y, 'linear', bounds)).toEqual([])
  })

  it('move apart as little as necessary and keep the order of the lines', () => {
    expect(spread([50, 50], bounds)).toEqual([43.5, 56.5])
    expect(spread([80, 20], bounds)).toEqual([80, 20])
    expect(spread([50, 10, 52], bounds)).toEqual([44.5, 10, 57.5])
  })

  it('stay inside the chart and never closer than the gap', () => {
    for (const wanted of [
      [99, 98, 97, 5],
      [0, 0, 1, 1, 2],
      [100, 0, 50, 49, 51, 48],
    ]) {
      const placed = [...spread(wanted, bounds)].sort((a, b) => a - b)
      expect(Math.min(...placed)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...placed)).toBeLessThanOrEqual(100)
      for (let i = 1; i < placed.length; i++)
        expect((placed[i] ?? 0) - (placed[i - 1] ?? 0)).toBeGreaterThanOrEqual(13 - 1e-9)
    }
  })
})

describe('cursor', () => {
  it('snaps to the nearest position at which any line has a point', () => {
    const at = stops([
      series('a', 1, 2, 3),
      {
        ...series('b'),
        points: [
          { x: 7, y: 1 },
          { x: 2, y: 1 },
        ],
      },
    ])
    expect(at).toEqual([1, 2, 3, 7])
    expect([
      nearest(at, -5),
      nearest(at, 2.4),
      nearest(at, 2.6),
      nearest(at, 5.1),
      nearest(at, 99),
      nearest([], 1),
    ]).toEqual([1, 2, 3, 7, 7, null])
  })
})

describe('labels of vertical marks', () => {
  const at = (value: number): number => value
  const labelled = (...xs: number[]) => xs.map((mark) => ({ x: mark, label: 'lr × 0.1' }))

  it('are placed right of their lines, and left at the end of the chart', () => {
    expect(markLabels(labelled(100, 200, 390), at, 400)).toEqual([
      { x: 104, anchor: 'start' },
      { x: 204, anchor: 'start' },
      { x: 386, anchor: 'end' },
    ])
  })

  it('never overlap in a narrow chart, and keep that of a diverged run', () => {
    for (let right = 40; right < 700; right += 7) {
      const marks = [
        ...labelled(right * 0.5, right * 0.55, right * 0.75, right * 0.9),
        { x: right * 0.52, label: 'NaN', color: 'red' },
      ]
      const places = markLabels(marks, at, right)
      expect(places.at(-1)).not.toBeNull()
      const spans = places.flatMap((place, i) => {
        const width = (marks[i]?.label.length ?? 0) * 6
        return place ? [place.anchor === 'start' ? [place.x, place.x + width] : [place.x - width, place.x]] : []
      })
      spans.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
      for (const [i, [from = 0]] of spans.entries()) if (i > 0) expect(from).toBeGreaterThan(spans[i - 1]?.[1] ?? 0)
    }
  })
})

it('labels reserve room for long names, and the least for short ones', () => {
  expect(labelRoom([{ label: 'mcnn-f' }], 74)).toBe(74)
  expect(labelRoom([{ label: 'mcnn-f' }, { label: 'narrow(mcnn-a@random)' }], 74)).toBe(14 + 6 * 21)
})
