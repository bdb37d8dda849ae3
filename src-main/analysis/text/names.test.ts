import { describe, expect, it } from 'vitest'
import { compactVariant, parseVariant, typedVariant, variantOfLayers } from '../../contract/experiment'
import { variantName, variantShort } from './names'

const first = 'mcnn-a@+++++++++/+-+-+-+-+'
const second = 'mcnn-a@+++++++++/+++---+++'

/** Returns a bank of that many distinct masks, a different bank for each `n`. */
function bankOf(size: number, n: number): string {
  const number = (i: number): number => (n * 7919 + i * 6007) % 3 ** 9
  return Array.from({ length: size }, (_, i) =>
    Array.from(number(i).toString(3).padStart(9, '0'), (digit) => '+-0'[Number(digit)] ?? '').join(''),
  ).join('/')
}

describe('variants with custom masks', () => {
  it('have their own names everywhere', () => {
    expect([first, second].map(variantName)).toEqual([
      'MCNN-A, own bank of 2 (000-1wc)',
      'MCNN-A, own bank of 2 (000-09r)',
    ])
    expect([first, second].map((one) => variantShort(one))).toEqual(['mcnn-a@000-1wc', 'mcnn-a@000-09r'])
    expect(variantName(`narrow(${first})`)).toBe('Narrow, as MCNN-A, own bank of 2 (000-1wc)')
  })

  it('have a unique code for any masks, which can be typed instead of them', () => {
    const variants = Array.from(
      { length: 3000 },
      (_, i) => `mcnn-${['f', 'l', 'fl', 'a'][i % 4] ?? 'f'}@${bankOf(2 + (i % 7), i)}`,
    )
    const distinct = new Set(variants)
    expect(new Set([...distinct].map(compactVariant)).size).toBe(distinct.size)
    expect(new Set([...distinct].map((one) => variantShort(one))).size).toBe(distinct.size)
    for (const variant of distinct) expect(typedVariant(compactVariant(variant).toUpperCase())).toBe(variant)
    expect(typedVariant(`narrow(${compactVariant(first)})`)).toBe(`narrow(${first})`)
  })

  it('do not affect other names or text that is no code', () => {
    for (const variant of [
      'baseline',
      'mcnn-a@random',
      'mcnn-a@two',
      'mcnn(stage3.*+stem)@rotations',
      'narrow(mcnn-a)',
    ])
      expect([compactVariant(variant), typedVariant(variant), variantShort(variant, 40)]).toEqual([
        variant,
        variant,
        variant,
      ])
    expect(parseVariant(typedVariant('mcnn-a@zzz-zzz'))).toBeNull()
    expect(typedVariant('mcnn-a@000')).toBe('mcnn-a@000')
  })
})

it('gives different short names to long lists of layers with the same beginning', () => {
  const layers = (n: number): string =>
    variantOfLayers(Array.from({ length: n }, (_, i) => `stage3.block${i + 1}.conv2`))
  const names = Array.from({ length: 50 }, (_, i) => variantShort(layers(i + 2)))
  expect(new Set(names).size).toBe(50)
  expect(Math.max(...names.map((name) => name.length))).toBe(22)
})
