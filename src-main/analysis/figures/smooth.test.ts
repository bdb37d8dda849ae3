import { describe, expect, it } from 'vitest'
import type { Point } from './line'
import { smooth } from './smooth'

/** A direct computation: for each point the complete sum over all points before it. */
function direct(points: readonly Point[], tau: number): (number | null)[] {
  const start = (i: number): number => points[i - 1]?.x ?? 2 * (points[0]?.x ?? 0) - (points[1]?.x ?? 0)
  return points.map(({ x, y }, i) => {
    if (y === null || !Number.isFinite(y)) return y
    let sum = 0
    let weight = 0
    for (let j = 0; j <= i; j++) {
      const value = points[j]?.y
      if (value === null || value === undefined || !Number.isFinite(value)) continue
      // The integral of exp(−(x − t) / tau) / tau over the interval that the value represents.
      const part = Math.exp(-(x - (points[j]?.x ?? 0)) / tau) - Math.exp(-(x - start(j)) / tau)
      sum += part * value
      weight += part
    }
    return sum / weight
  })
}

const uneven: Point[] = [1, 2, 2.5, 4, 9, 9.1, 30].map((x, i) => ({ x, y: Math.sin(i * 1.7) * 3 + x }))

describe('smoothing', () => {
  it.each([0.2, 1, 7, 100])('equals the weighted mean of its definition at a time constant of %f', (tau) => {
    smooth(uneven, tau).forEach((point, i) => expect(point.y).toBeCloseTo(direct(uneven, tau)[i] ?? NaN, 10))
  })

  it('does not depend on the sampling', () => {
    // The same stepwise curve with a value every 1 and every 0.25.
    const coarse = [3, 1, 4, 1, 5, 9].map((y, i): Point => ({ x: i + 1, y }))
    const fine = coarse.flatMap(({ x, y }) => [0.75, 0.5, 0.25, 0].map((back): Point => ({ x: x - back, y })))
    const dense = new Map(smooth(fine, 1.5).map((p) => [p.x, p.y]))
    for (const { x, y } of smooth(coarse, 1.5)) expect(dense.get(x)).toBeCloseTo(y ?? NaN, 10)
  })

  it('starts at the first value and preserves a constant', () => {
    expect(smooth(uneven, 50)[0]).toEqual(uneven[0])
    for (const { y } of smooth(
      uneven.map(({ x }) => ({ x, y: 7 })),
      3,
    ))
      expect(y).toBeCloseTo(7, 12)
  })

  it('preserves gaps and continues after them', () => {
    const gap: Point[] = [
      { x: 1, y: 2 },
      { x: 2, y: null },
      { x: 3, y: NaN },
      { x: 4, y: 2 },
    ]
    expect(smooth(gap, 2).map((p) => p.y)).toEqual([2, null, NaN, 2])
    expect(smooth(gap, 2)[3]?.y).toBe(2)
  })

  it('changes nothing without a time constant or for a single point', () => {
    expect(smooth(uneven, 0)).toBe(uneven)
    expect(smooth([{ x: 1, y: 2 }], 5)).toEqual([{ x: 1, y: 2 }])
  })
})
