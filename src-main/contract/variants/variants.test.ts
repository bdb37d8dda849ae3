import { describe, expect, it } from 'vitest'
import {
  compareVariants,
  matchesLayer,
  parseVariant,
  typedVariant,
  variant,
  variantOfLayers,
  variants,
} from './variants'

describe('names of variants', () => {
  it.each([
    ['baseline', { kind: 'baseline', layers: 'none', bank: 'signs' }],
    ['mcnn-f', { kind: 'banked', layers: 'first', bank: 'signs' }],
    ['mcnn-fl@random', { kind: 'banked', layers: 'both', bank: 'random' }],
    ['mcnn(stage3.*+stem)@symmetries', { kind: 'banked', layers: ['stage3.*', 'stem'], bank: 'symmetries' }],
    ['mcnn-a@+++++++++/+-0-+-0-+', { kind: 'banked', layers: 'all', bank: ['+++++++++', '+-0-+-0-+'] }],
    ['narrow(mcnn(stem))', { kind: 'narrow', layers: ['stem'], bank: 'signs' }],
  ])('%s is valid', (text, parsed) => {
    expect(parseVariant(text)).toEqual(parsed)
    expect(variant.parse(text)).toBe(text)
  })

  it.each([
    '',
    'mcnn',
    'mcnn-x',
    'MCNN-F',
    'mcnn()',
    'mcnn(stem',
    'mcnn(stem,stage1.*)',
    'mcnn(stem+stem)',
    'mcnn(stem+stage1.*)',
    'mcnn(stem..)',
    'mcnn-f@',
    'mcnn-f@signs',
    'mcnn-f@random@two',
    'baseline@two',
    'mcnn-f@+++++++++',
    'mcnn-f@+++++++++/+++++++++',
    'mcnn-f@++++/----',
    'narrow(baseline)',
    'narrow(narrow(mcnn-a))',
    'mcnn-f\n',
    `mcnn(${Array.from({ length: 121 }, (_, i) => `a${String(i).padStart(3, '0')}`).join('+')})`,
  ])('%j is invalid', (text) => {
    expect(parseVariant(text)).toBeNull()
    expect(variant.safeParse(text).success).toBe(false)
  })

  it('have the same name for the same layers in any order', () => {
    expect(variantOfLayers(['stem', 'stage3.*', 'stem'])).toBe('mcnn(stage3.*+stem)')
    expect(variantOfLayers(['stem'], 'random')).toBe('mcnn(stem)@random')
    expect(variantOfLayers([])).toBe('baseline')
  })

  it.each([
    ['mcnn(stem+stage3.*)', 'mcnn(stage3.*+stem)'],
    [' narrow(MCNN(stem + stage1.* + stem)@rotations) ', 'narrow(mcnn(stage1.*+stem)@rotations)'],
    ['mcnn(stage3.*+stem)@+++++++++/+-0-+-0-+', 'mcnn(stage3.*+stem)@+++++++++/+-0-+-0-+'],
    ['mcnn-F', 'mcnn-f'],
  ])('%j is read as %s', (typed, meant) => {
    expect(typedVariant(typed)).toBe(meant)
    expect(parseVariant(meant)).not.toBeNull()
  })

  it('that are invalid stay invalid when typed', () => {
    for (const typed of ['', 'mcnn', 'mcnn()', 'mcnn(stem', 'mcnn(stem,stage1.*)', 'mcnn(stem+)', 'baseline@two'])
      expect(parseVariant(typedVariant(typed))).toBeNull()
  })

  it('are sorted: the paper’s first, each narrow control after its variant', () => {
    const mixed = ['narrow(mcnn-f)', 'mcnn-f@random', 'mcnn(stem)', ...[...variants].reverse()]
    expect(mixed.sort(compareVariants)).toEqual([...variants, 'mcnn(stem)', 'mcnn-f@random', 'narrow(mcnn-f)'])
  })
})

it.each([
  ['stem', 'stem', true],
  ['stem', 'stems', false],
  ['stage3.*', 'stage3.block1.conv2', true],
  ['stage3.*', 'stage1.block1.conv2', false],
  ['*.conv2', 'stage1.block1.conv2', true],
  ['*.conv2', 'stage1.block1.conv1', false],
  ['stage*.block1.*', 'stage2.block1.conv1', true],
  ['*', 'stem', true],
  ['*.a.*.a', 'x.a.a', false],
  ['a*a', 'a', false],
])('the pattern %s and the layer %s: %s', (pattern, name, matches) => {
  expect(matchesLayer(pattern, name)).toBe(matches)
})
