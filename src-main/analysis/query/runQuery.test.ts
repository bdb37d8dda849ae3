import { describe, expect, it } from 'vitest'
import { parseQuery, QueryError, type Term } from './runQuery'
import { complete } from './runQueryCompletion'

const bare = (text: string): object[] => parseQuery(text).map(({ from: _from, to: _to, ...term }: Term) => term)
const open = { lowOpen: true, highOpen: true }

describe('parseQuery', () => {
  it('parses the terms of the manual', () => {
    expect(bare('variant:mcnn-f acc>0.9 state:done,failed -tag:paper "first try" loose')).toEqual([
      { kind: 'words', field: 'variant', values: ['mcnn-f'], exact: false, negated: false },
      { kind: 'numbers', field: 'acc', alternatives: [{ low: 0.9, high: Infinity, ...open }], negated: false },
      { kind: 'words', field: 'state', values: ['done', 'failed'], exact: false, negated: false },
      { kind: 'words', field: 'tag', values: ['paper'], exact: false, negated: true },
      { kind: 'anywhere', text: 'first try', negated: false },
      { kind: 'anywhere', text: 'loose', negated: false },
    ])
    expect(bare('')).toEqual([])
  })

  it('returns the position of each term', () => {
    expect(parseQuery('  depth:32  study:"Table I, CIFAR-10" ').map(({ from, to }) => [from, to])).toEqual([
      [2, 10],
      [12, 37],
    ])
  })

  it('treats accuracies as fractions and as percentages alike', () => {
    expect(bare('acc>92')).toEqual(bare('acc>0.92'))
    expect(bare('acc<=92%')).toEqual(bare('acc<=0.92'))
    expect(bare('acc>1')).toEqual([
      { kind: 'numbers', field: 'acc', alternatives: [{ low: 1, high: Infinity, ...open }], negated: false },
    ])
  })

  it.each([
    ['seed:3', [3], [2, 4]],
    ['depth:20..56', [20, 32, 56], [14, 110]],
    ['depth>32', [33, 44], [32, 20]],
    ['depth>=32', [32, 44], [31]],
    ['depth<32', [31], [32]],
    ['depth<=32', [32, 20], [33]],
    ['loss:0.25', [0.246, 0.254], [0.244, 0.256]],
    ['time>2h', [7201], [7200, 60]],
    ['time<=1.5h', [5400], [5401]],
    ['acc:92..93', [0.92, 0.93], [0.919, 0.931]],
    ['acc:93.1', [0.9312], [0.932, 0.93]],
  ])('%s matches %j and not %j', (query, inside, outside) => {
    const [term] = parseQuery(query)
    if (term?.kind !== 'numbers') throw new Error('no numbers')
    const holds = (x: number): boolean =>
      term.alternatives.some((i) => (i.lowOpen ? x > i.low : x >= i.low) && (i.highOpen ? x < i.high : x <= i.high))
    for (const x of inside) expect([x, holds(x)]).toEqual([x, true])
    for (const x of outside) expect([x, holds(x)]).toEqual([x, false])
  })

  it('treats a date as the whole day, month or year', () => {
    const of = (query: string): unknown => {
      const [term] = parseQuery(query)
      return term?.kind === 'numbers' ? term.alternatives[0] : null
    }
    const day = (y: number, m: number, d: number): number => new Date(y, m - 1, d).getTime()
    expect(of('created:2026-05-09')).toMatchObject({ low: day(2026, 5, 9), high: day(2026, 5, 10), highOpen: true })
    expect(of('created:2026-05')).toMatchObject({ low: day(2026, 5, 1), high: day(2026, 6, 1) })
    expect(of('created>2026-05-09')).toMatchObject({ low: day(2026, 5, 10), lowOpen: false })
    expect(of('created<2026')).toMatchObject({ high: day(2026, 1, 1), highOpen: true })
    expect(of('created<=2026')).toMatchObject({ high: day(2027, 1, 1), highOpen: true })
  })

  it.each([
    ['acx:1', 'There is no field “acx”; did you mean acc.', 0, 3],
    ['vriant:baseline', 'There is no field “vriant”; did you mean variant.', 0, 6],
    ['depth:32 -colour:red', 'There is no field “colour”.', 10, 16],
    ['acc>high', '“high” is not an accuracy such as 0.92 or 92.', 4, 8],
    ['state:done,dead', '“dead” is no state. Choices:', 11, 15],
    ['state>done', '“state” can’t be compared with >', 0, 10],
    ['acc>', '“acc>” needs a value', 0, 4],
    ['tag:a,,b', 'A value is missing next to a comma', 5, 6],
    ['x "open', 'This quote is not closed', 2, 7],
    ['depth:56..20', 'The range ends before it begins', 6, 12],
    ['created:2026-13', '“2026-13” is not a day', 8, 15],
  ])('rejects %s with its position', (query, message, from, to) => {
    let thrown: unknown
    try {
      parseQuery(query)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(QueryError)
    expect(thrown).toMatchObject({ from, to })
    expect((thrown as QueryError).message).toContain(message)
  })
})

describe('complete', () => {
  const known = { tags: ['paper', 'figure', 'to do'], studies: ['Table I, CIFAR-10', 'Every layer'] }
  const labels = (text: string, caret = text.length): string[] =>
    complete(text, caret, known).options.map((o) => o.label)

  it('suggests fields, then their values', () => {
    expect(labels('va')).toEqual(['variant'])
    expect(labels('depth:32 -st')).toEqual(['study', 'state'])
    expect(labels('variant:mcnn-f')).toEqual(['mcnn-f', 'mcnn-fl'])
    expect(labels('state:done,in')).toEqual(['interrupted', 'running'])
    expect(labels('study:cifar')).toEqual(['Table I, CIFAR-10'])
    expect(labels('acc>0.9')).toEqual([])
  })

  it('replaces the typed text, and quotes values that need it', () => {
    expect(complete('-tag:to', 7, known)).toEqual({
      from: 5,
      to: 7,
      options: [{ insert: '"to do"', label: 'to do', detail: '' }],
    })
    expect(complete('de acc>1', 2, known)).toMatchObject({ from: 0, to: 2, options: [{ insert: 'depth:' }] })
  })

  it('produces only queries that parse', () => {
    for (const { insert } of complete('', 0, known).options) {
      const field = insert.slice(0, -1)
      const values = complete(`${field}:`, field.length + 1, known).options
      for (const value of values) expect(parseQuery(`${field}:${value.insert}`)).toHaveLength(1)
    }
  })
})
