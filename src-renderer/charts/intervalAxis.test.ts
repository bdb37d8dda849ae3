import { describe, expect, it } from 'vitest'
import { axisLimit } from './intervalAxis'

describe('axisLimit', () => {
  it('includes values that have no interval', () => {
    expect(
      axisLimit([
        { value: -2.25, interval: null },
        { value: 5.9, interval: null },
      ]),
    ).toBe(10)
    expect(
      axisLimit([
        { value: 0.2, interval: [-0.1, 0.5] },
        { value: -1.4, interval: null },
      ]),
    ).toBe(2)
  })

  it('includes a single-seed value next to intervals that are narrower than the value is large', () => {
    expect(
      axisLimit([
        { value: 0.1, interval: [-0.4, 0.4] },
        { value: 0.1, interval: [-0.4, 0.4] },
        { value: 1.7, interval: null },
      ]),
    ).toBe(2)
  })

  it('leaves a distant value outside, to be shown by an arrow', () => {
    expect(
      axisLimit([
        { value: 0.1, interval: null },
        { value: 0.2, interval: null },
        { value: -0.3, interval: null },
        { value: 61, interval: null },
      ]),
    ).toBe(0.5)
  })

  it('includes a reference that is close', () => {
    expect(axisLimit([{ value: 0.1, interval: null, reference: 1.3 }])).toBe(2)
    expect(axisLimit([{ value: 0.1, interval: null, reference: 40 }])).toBe(0.5)
  })

  it('is the smallest axis if there are no values', () => {
    expect(axisLimit([])).toBe(0.5)
    expect(axisLimit([{ value: null, interval: null }])).toBe(0.5)
  })
})
