import { describe, expect, it } from 'vitest'
import { RestartLimit } from './restarts'

describe('RestartLimit', () => {
  it('allows a limited number of restarts within the window, and more after it', () => {
    const limit = new RestartLimit(3, 60_000)
    expect([0, 1, 2].map((t) => limit.tryAcquire(t))).toEqual([true, true, true])
    expect(limit.tryAcquire(3)).toBe(false)
    expect(limit.tryAcquire(59_999)).toBe(false)
    expect(limit.tryAcquire(60_000)).toBe(true)
    expect(limit.tryAcquire(60_000)).toBe(false)
    expect(limit.tryAcquire(60_001)).toBe(true)
  })

  it('forgets restarts on a reset', () => {
    const limit = new RestartLimit(1, 60_000)
    expect(limit.tryAcquire(0)).toBe(true)
    expect(limit.tryAcquire(1)).toBe(false)
    limit.reset()
    expect(limit.tryAcquire(2)).toBe(true)
  })
})
