/** Smoothing that does not depend on how densely a curve was sampled. Pure. */
import type { Point } from './line'

/**
 * The mean of the curve so far, weighted by exp(−age / tau), where each value stands for the stretch of x since the
 * one before it (the first for a stretch as long as the second's). Weights are divided by their sum, so the start is
 * not pulled anywhere. A value that is missing or not finite stays as it is and weighs nothing.
 * @param points ascending in x
 * @param tau time constant in units of x; 0 leaves the points as they are
 */
export function smooth(points: readonly Point[], tau: number): readonly Point[] {
  if (!(tau > 0) || points.length < 2) return points
  let before = 2 * (points[0]?.x ?? 0) - (points[1]?.x ?? 0)
  let sum = 0
  let weight = 0
  return points.map(({ x, y }) => {
    const keep = Math.exp(-(x - before) / tau)
    before = x
    sum *= keep
    weight *= keep
    if (y === null || !Number.isFinite(y)) return { x, y }
    sum += (1 - keep) * y
    weight += 1 - keep
    return { x, y: weight > 0 ? sum / weight : y }
  })
}
