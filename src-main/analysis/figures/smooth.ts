/** Smooths curves independently of their sampling density. Pure. */
import type { Point } from './line'

/**
 * Returns the exponentially weighted mean of the curve so far: weight exp(−age / tau), where each value counts for the
 * interval of x since the one before (the first for as long as the second). Weights are divided by their sum, so that
 * the start is unbiased. Missing or non-finite values stay and have no weight.
 * @param points ascending in x
 * @param tau time constant in units of x; 0 leaves the points unchanged
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
