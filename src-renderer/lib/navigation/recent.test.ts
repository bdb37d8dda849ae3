import { describe, expect, it } from 'vitest'
import { parseRecent, pastedAddress, runsIn, withVisit } from './recent'

describe('recent places', () => {
  it('are listed newest first, each once, with the last address', () => {
    const seen = [
      '#/studies',
      '#/runs/a',
      '#/runs?state=failed',
      '#/nowhere',
      '#/runs/a?compare=b',
      '#/studies/s?at=t1',
      '#/runs',
    ].reduce<string[]>(withVisit, [])
    expect(seen).toEqual(['#/runs', '#/studies/s?at=t1', '#/runs/a?compare=b', '#/studies'])
    expect(Array.from({ length: 50 }, (_, i) => `#/runs/r${i}`).reduce<string[]>(withVisit, [])).toHaveLength(20)
  })

  it('yield each of their runs once', () => {
    expect(runsIn(['#/runs/a?compare=b', '#/runs', '#/studies/s', '#/runs/c', '#/runs/a'])).toEqual(['a', 'c'])
  })

  it('are empty if the stored text is something else', () => {
    expect(parseRecent(JSON.stringify(['#/runs', 3]))).toEqual(['#/runs'])
    for (const text of [null, '', '{', '{"a":1}', 'null']) expect(parseRecent(text)).toEqual([])
  })
})

describe('pasted link', () => {
  it('leads to the page it was copied from', () => {
    expect(pastedAddress(' #/runs/a?compare=b\n')).toBe('#/runs/a?compare=b')
    expect(pastedAddress('file:///opt/x/index.html#/banks?run=a')).toBe('#/banks?run=a')
  })

  it('is null if it leads to no page', () => {
    for (const text of ['', 'runs', '#', '#/nowhere', 'look at #/runs', '#/runs and more', 'javascript:alert(1)'])
      expect(pastedAddress(text)).toBeNull()
  })
})
