import { describe, expect, it } from 'vitest'
import { parseHash } from '../../../lib/navigation/routes'
import { choicesOf, withChoices, withSection } from './choices'

const plain = '#/studies/s-1'

describe('choices in the address', () => {
  it('are restored next to the section', () => {
    const hash = withSection(
      withChoices(plain, {
        row: 'cifar-10/resnet-32',
        band: 'ci',
        scale: 'log',
        axis: 'time',
        smooth: 2.5,
        test: 'paired',
        measure: 'error',
      }),
      't1',
    )
    expect(choicesOf(hash)).toEqual({
      row: 'cifar-10/resnet-32',
      measure: 'error',
      band: 'ci',
      scale: 'log',
      axis: 'time',
      smooth: 2.5,
      test: 'paired',
    })
    expect(parseHash(hash)).toMatchObject({ page: 'study', id: 's-1', section: 't1' })
    expect(choicesOf(withChoices(hash, { band: 'std' })).scale).toBe('log')
  })

  it('are omitted if they are the defaults', () => {
    expect(withChoices(withChoices(plain, { band: 'seeds', smooth: 3 }), { band: 'std', smooth: 0 })).toBe(plain)
  })

  it('fall back to defaults if the address names something that does not exist', () => {
    expect(choicesOf(`${plain}?band=none&smooth=-4&scale=cubic&by=moon`)).toEqual(choicesOf(plain))
    expect(choicesOf(`${plain}?smooth=1e9`).smooth).toBe(0)
  })
})
