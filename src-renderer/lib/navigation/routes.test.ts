import { describe, expect, it } from 'vitest'
import { href, parseHash } from './routes'

describe('addresses', () => {
  it('lead to the page that created them', () => {
    expect(parseHash('')).toEqual({ page: 'studies', trash: false })
    expect(parseHash(href.studies())).toEqual({ page: 'studies', trash: false })
    expect(parseHash(href.trashedStudies())).toEqual({ page: 'studies', trash: true })
    expect(parseHash(href.newStudy())).toEqual({ page: 'new-study', like: [] })
    expect(parseHash(href.newStudy(['a', 'b']))).toEqual({ page: 'new-study', like: ['a', 'b'] })
    expect(parseHash(href.study('quick-start'))).toEqual({ page: 'study', id: 'quick-start', section: null })
    expect(parseHash(href.study('quick-start', 't1'))).toEqual({ page: 'study', id: 'quick-start', section: 't1' })
    expect(parseHash(href.run('r-1'))).toEqual({ page: 'run', id: 'r-1', compare: null })
    expect(parseHash(href.run('r-1', 'r-2'))).toEqual({ page: 'run', id: 'r-1', compare: 'r-2' })
    const banks = parseHash(href.banks({ run: 'r-1', layer: 'stage1.block1.conv1', filter: 0, epoch: null }))
    expect(banks.page === 'banks' && [...banks.query]).toEqual([
      ['run', 'r-1'],
      ['layer', 'stage1.block1.conv1'],
      ['filter', '0'],
    ])
    expect(parseHash(href.data('cifar-10'))).toEqual({ page: 'data', id: 'cifar-10' })
    expect(parseHash(href.system())).toEqual({ page: 'system' })
    expect(parseHash(href.method())).toEqual({ page: 'help', section: 'method', term: null })
    expect(parseHash(href.glossary('drop'))).toEqual({ page: 'help', section: 'glossary', term: 'drop' })
    expect(parseHash('#/help')).toEqual({ page: 'help', section: 'method', term: null })
    const runs = parseHash(href.runs({ state: 'failed', depth: 8, none: null }))
    expect(runs.page === 'runs' && [...runs.query]).toEqual([
      ['state', 'failed'],
      ['depth', '8'],
    ])
  })

  it('are unknown if they lead to no page', () => {
    for (const hash of ['#/nowhere', '#/system/x', '#/runs/a/b', '#/help/nowhere'])
      expect(parseHash(hash)).toEqual({ page: 'unknown', hash })
  })

  it('survive any text that a user may type', () => {
    expect(parseHash('#/studies/%E0%A4%A')).toEqual({ page: 'study', id: '%E0%A4%A', section: null })
  })
})

it('reads the comparison run of links that earlier versions made', () => {
  expect(parseHash('#/runs/r-1?beside=r-2')).toEqual({ page: 'run', id: 'r-1', compare: 'r-2' })
})
