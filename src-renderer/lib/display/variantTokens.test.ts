import { expect, it } from 'vitest'
import { lookOf } from '../../../src-main/analysis/figures/looks'
import { variants } from '../../../src-main/contract'
import { variantTokens } from './variantTokens'

it('has a light and a dark colour for the token of every variant', () => {
  const [light = '', dark = ''] = variantTokens().split('@media (prefers-color-scheme: dark)')
  for (const variant of [...variants, 'narrow(mcnn-a)', 'mcnn-a@random', 'mcnn-a@two', 'mcnn(stem)']) {
    const token = /^var\((--v-\w+)\)$/.exec(lookOf(variant).color)?.[1] ?? ''
    for (const sheet of [light, dark]) expect(sheet).toMatch(new RegExp(`${token}: #[0-9a-f]{6};`))
  }
})
