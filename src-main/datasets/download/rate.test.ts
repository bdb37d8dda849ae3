import { describe, expect, it } from 'vitest'
import { Rate } from './rate'

describe('Rate', () => {
  it('is unknown at first, then covers the last five seconds', () => {
    const rate = new Rate()
    rate.add(0, 0)
    expect(rate.perSecond(0)).toBeNull()
    for (let at = 0; at <= 4000; at += 50) rate.add(at, at)
    expect(rate.perSecond(4000)).toBeCloseTo(1000)
    // Ten times as fast from here: five seconds later no slow sample counts.
    for (let at = 4050; at <= 10_000; at += 50) rate.add(at, 4000 + 10 * (at - 4000))
    expect(rate.perSecond(10_000)).toBeCloseTo(10_000)
  })

  it('does not count bytes that existed before', () => {
    const rate = new Rate()
    rate.add(0, 1e9)
    rate.add(1000, 1e9 + 500)
    expect(rate.perSecond(1000)).toBeCloseTo(500)
  })

  it('falls if no more data arrives', () => {
    const rate = new Rate()
    rate.add(0, 0)
    rate.add(1000, 1000)
    expect(rate.perSecond(2000)).toBeCloseTo(500)
  })
})
