import { describe, expect, it } from 'vitest'
import { dragged, panned, zoomed } from './view'

const whole = [0, 200] as const

describe('chart view', () => {
  it('zooms around a point and keeps its position', () => {
    const view = zoomed(null, whole, 50, 0.5)
    expect(view).toEqual([25, 125])
    expect((50 - 25) / 100).toBe(50 / 200)
    expect(zoomed(view, whole, 50, 2)).toBeNull()
  })

  it('never exceeds the whole range and never becomes empty', () => {
    expect(zoomed([0, 100], whole, 100, 1.5)).toEqual([0, 150])
    const [low, high] = zoomed([100, 100.3], whole, 100.1, 0.01) ?? [NaN, NaN]
    expect(high - low).toBeCloseTo(0.2, 12)
  })

  it('pans as far as the ends and keeps its width', () => {
    expect(panned([50, 100], whole, 0.5)).toEqual([75, 125])
    expect(panned([50, 100], whole, 9)).toEqual([150, 200])
    expect(panned([50, 100], whole, -9)).toEqual([0, 50])
    expect(panned(null, whole, 0.5)).toBeNull()
  })

  it('zooms to the dragged range in either direction, but ignores a click', () => {
    expect(dragged(80, 20, whole)).toEqual([20, 80])
    expect(dragged(20, 20.1, whole)).toBeNull()
    expect(dragged(-5, 300, whole)).toBeNull()
  })
})
