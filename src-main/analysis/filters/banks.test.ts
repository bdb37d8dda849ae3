import { describe, expect, it } from 'vitest'
import { bandTitles, bankSize, bankTable, expandFilters, isSignBank, signBank } from './banks'

/** A kernel of one input and one filter as [row][column]. */
const square = (values: ArrayLike<number>): number[][] =>
  [0, 1, 2].map((s) => [0, 1, 2].map((r) => values[3 * s + r] ?? NaN))
const h = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9])
const bandsOf = (bank: ReturnType<typeof bankTable>): number[][][] => {
  const expanded = expandFilters(h, [3, 3, 1, 1], bank, [0])
  return bank.map((_, band) => square(Array.from({ length: 9 }, (_, t) => expanded[t * bank.length + band] ?? NaN)))
}
/** An independent rotation by 90° counter-clockwise: transpose, then reverse the rows. */
const turned = (kernel: number[][]): number[][] => [0, 1, 2].map((r) => kernel.map((row) => row[r] ?? NaN)).reverse()
const mirrored = (kernel: number[][]): number[][] => kernel.map((row) => [...row].reverse())

describe('banks', () => {
  it('alternate columns in h2, rows in h3 and both in h4, as in the paper', () => {
    expect(bandsOf(signBank)).toEqual([
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      [
        [1, -2, 3],
        [4, -5, 6],
        [7, -8, 9],
      ],
      [
        [1, 2, 3],
        [-4, -5, -6],
        [7, 8, 9],
      ],
      [
        [1, -2, 3],
        [-4, 5, -6],
        [7, -8, 9],
      ],
    ])
    expect(isSignBank(bankTable('signs'))).toBe(true)
  })

  it('rotate and mirror the filter', () => {
    const [own = [], ...rest] = bandsOf(bankTable('symmetries'))
    const turns = [turned(own), turned(turned(own)), turned(turned(turned(own)))]
    expect(rest.slice(0, 3)).toEqual(turns)
    const mirror = mirrored(own)
    expect(rest.slice(3)).toEqual([mirror, turned(mirror), turned(turned(mirror)), turned(turned(turned(mirror)))])
    expect(bandsOf(bankTable('rotations'))).toEqual([own, ...turns])
  })

  it('of the eight symmetries are all different and closed under another rotation', () => {
    const all = bandsOf(bankTable('symmetries')).map((kernel) => JSON.stringify(kernel))
    expect(new Set(all).size).toBe(8)
    for (const kernel of all) expect(all).toContain(JSON.stringify(turned(JSON.parse(kernel) as number[][])))
  })

  it('of custom masks keep, negate and remove taps', () => {
    expect(bandsOf(bankTable(['+++++++++', '+-0-+-0-+']))[1]).toEqual([
      [1, -2, 0],
      [-4, 5, -6],
      [0, -8, 9],
    ])
    expect([
      bankSize('random'),
      bankSize('two'),
      bankSize('rotations'),
      bankSize('symmetries'),
      bankSize(['+++++++++', '---------', '000000000']),
    ]).toEqual([4, 2, 4, 8, 3])
  })

  it('are band-major over the chosen filters', () => {
    const values = Float32Array.from({ length: 9 * 2 * 3 }, (_, i) => i)
    const expanded = expandFilters(values, [3, 3, 2, 3], signBank, [2, 0])
    for (let t = 0; t < 9; t++)
      for (let c = 0; c < 2; c++)
        for (const [band, sources] of signBank.entries())
          for (const [i, filter] of [2, 0].entries())
            expect(expanded[(t * 2 + c) * 8 + band * 2 + i]).toBe(
              Math.sign(sources[t] ?? NaN) * ((t * 2 + c) * 3 + filter),
            )
    expect(expandFilters(values, [3, 3, 2, 3], null, [1])).toEqual(values.filter((_, i) => i % 3 === 1))
  })

  it('are described band by band', () => {
    expect(bandTitles(signBank).map(({ formula }) => formula)).toEqual([
      'h₁ = h',
      'h₂ = (−1)ʳ h',
      'h₃ = (−1)ˢ h',
      'h₄ = (−1)ʳ⁺ˢ h',
    ])
    expect(bandTitles(bankTable('two')).map(({ formula }) => formula)).toEqual(['h₁ = h', 'h₂ = (−1)ʳ⁺ˢ h'])
    expect(bandTitles(bankTable('symmetries')).map(({ words }) => words)).toContain('mirrored, by 90°')
    expect(bandTitles(bankTable(['+++++++++', '+-0-+-0-+']))[1]).toEqual({
      symbol: 'h₂',
      formula: 'h₂ = m₂ · h',
      words: 'signs +−0 −+− 0−+',
    })
    expect(bandTitles(null)).toHaveLength(1)
  })
})
