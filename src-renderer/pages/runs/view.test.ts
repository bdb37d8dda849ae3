import { describe, expect, it } from 'vitest'
import { nextSort, parseView, viewQuery, type View } from './view'

const plain: View = { query: '', sort: [], group: 'config', statistic: 'last', compare: [] }

describe('address of the runs page', () => {
  it('contains every choice except defaults', () => {
    expect(Object.values(viewQuery(plain)).every((value) => value === null)).toBe(true)
    const full: View = {
      query: 'depth:32 "a, b" acc>0.9&',
      sort: [
        { column: 'accuracy', descending: true },
        { column: 'seed', descending: false },
      ],
      group: 'none',
      statistic: 'best',
      compare: ['run-1', 'run-2'],
    }
    const query = new URLSearchParams(
      Object.entries(viewQuery(full)).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    )
    expect(parseView(new URLSearchParams(query.toString()))).toEqual(full)
  })

  it('of an earlier version is still readable', () => {
    expect(parseView(new URLSearchParams('sort=nothing,-seed,seed&group=study&of=median&compare=Ü,run-1'))).toEqual({
      ...plain,
      sort: [{ column: 'seed', descending: true }],
      compare: ['run-1'],
    })
  })
})

describe('nextSort', () => {
  it('cycles through one direction, the other and none', () => {
    let sort = nextSort([], 'accuracy', false)
    expect(sort).toEqual([{ column: 'accuracy', descending: true }])
    sort = nextSort(sort, 'accuracy', false)
    expect(sort).toEqual([{ column: 'accuracy', descending: false }])
    expect(nextSort(sort, 'accuracy', false)).toEqual([])
    expect(nextSort(sort, 'state', false)).toEqual([{ column: 'state', descending: false }])
  })

  it('adds a column with Shift and changes it in place', () => {
    let sort = nextSort(nextSort([], 'state', false), 'accuracy', true)
    expect(sort.map((s) => s.column)).toEqual(['state', 'accuracy'])
    sort = nextSort(sort, 'state', true)
    expect(sort).toEqual([
      { column: 'state', descending: true },
      { column: 'accuracy', descending: true },
    ])
    expect(nextSort(sort, 'state', true).map((s) => s.column)).toEqual(['accuracy'])
  })
})
