import { describe, expect, it } from 'vitest'
import { Grants } from './grants'

describe('Grants', () => {
  it('hands a path out once', () => {
    const grants = new Grants()
    const [a, b] = [grants.give('/data/a.tar.gz'), grants.give('/data/b')]
    expect(a).not.toBe(b)
    expect(grants.take(b)).toBe('/data/b')
    expect(grants.take(b)).toBeNull()
    expect(grants.take(a)).toBe('/data/a.tar.gz')
  })

  it('knows no token it did not give', () => {
    const grants = new Grants()
    grants.give('/data/a')
    for (const token of ['', '/data/a', '__proto__', 'constructor']) expect(grants.take(token)).toBeNull()
  })

  it('keeps no more than a few that were never used', () => {
    const grants = new Grants()
    const given = Array.from({ length: 40 }, (_, i) => grants.give(`/data/${i}`))
    expect(given.map((token) => grants.take(token)).filter((path) => path !== null)).toEqual(
      Array.from({ length: 16 }, (_, i) => `/data/${24 + i}`),
    )
  })
})
