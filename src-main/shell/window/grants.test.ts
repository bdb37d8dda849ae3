import { describe, expect, it } from 'vitest'
import { Grants } from './grants'

describe('Grants', () => {
  it('returns a path once', () => {
    const grants = new Grants()
    const [a, b] = [grants.give('/data/a.tar.gz'), grants.give('/data/b')]
    expect(a).not.toBe(b)
    expect(grants.redeem(b)).toBe('/data/b')
    expect(grants.redeem(b)).toBeNull()
    expect(grants.redeem(a)).toBe('/data/a.tar.gz')
  })

  it('rejects unknown tokens', () => {
    const grants = new Grants()
    grants.give('/data/a')
    for (const token of ['', '/data/a', '__proto__', 'constructor']) expect(grants.redeem(token)).toBeNull()
  })

  it('keeps only a few unused paths', () => {
    const grants = new Grants()
    const given = Array.from({ length: 40 }, (_, i) => grants.give(`/data/${i}`))
    expect(given.map((token) => grants.redeem(token)).filter((path) => path !== null)).toEqual(
      Array.from({ length: 16 }, (_, i) => `/data/${24 + i}`),
    )
  })
})
