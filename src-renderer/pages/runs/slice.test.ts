import { describe, expect, it } from 'vitest'
import { slice } from './slice'

describe('slice', () => {
  it('renders everything where everything fits', () => {
    expect(slice(0, 600, 26, 5)).toEqual({ first: 0, end: 5, above: 0, below: 0 })
  })

  it('covers every pixel of the viewport wherever one scrolls', () => {
    for (let top = 0; top <= 10_000 * 26 - 600; top += 977) {
      const { first, end, above, below } = slice(top, 600, 26, 10_000)
      expect(above).toBeLessThanOrEqual(top)
      expect(end * 26).toBeGreaterThanOrEqual(top + 600)
      expect(above + (end - first) * 26 + below).toBe(10_000 * 26)
      expect(end - first).toBeLessThan(60)
    }
  })

  it('stays within the rows when the table got shorter than the scroll position', () => {
    const { first, end, below } = slice(200_000, 600, 26, 30)
    expect([first, end, below]).toEqual([0, 30, 0])
  })

  it('takes no rows and no height for what they are', () => {
    expect(slice(0, 600, 26, 0)).toEqual({ first: 0, end: 0, above: 0, below: 0 })
    expect(slice(0, 0, 26, 3).end).toBeGreaterThan(0)
  })
})
