import { describe, expect, it } from 'vitest'
import { columns, moved, parseLayout, placed, toggled, usualLayout } from './columns'

describe('the layout', () => {
  it('is the usual one where nothing sensible was kept', () => {
    for (const text of [null, '', '{', '7', '"x"', '[]']) expect(parseLayout(text)).toEqual(usualLayout)
  })

  it('survives being kept, forgets what is gone and takes what is new', () => {
    const layout = { ...moved(usualLayout, 'tags', -1), pinned: ['accuracy'] }
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout)
    const old = parseLayout(JSON.stringify({ order: ['tags', 'gone', 'tags'], shown: ['gone', 'tags'], pinned: [] }))
    expect(old.order[0]).toBe('tags')
    expect([...old.order].sort()).toEqual([...usualLayout.order].sort())
    expect(old.shown).toEqual(['tags'])
  })

  it('puts pinned columns first, side by side from the left', () => {
    const layout = { ...usualLayout, pinned: ['tags', 'accuracy'] }
    const [first, second, third, fourth] = placed(layout, 30)
    expect([first?.id, second?.id, third?.id, fourth?.id]).toEqual(['config', 'accuracy', 'tags', 'seed'])
    expect([first?.left, second?.left, third?.left, fourth?.left]).toEqual([30, 30 + (first?.width ?? 0), 30 + (first?.width ?? 0) + (second?.width ?? 0), null])
  })

  it('moves within its ends', () => {
    const [first = ''] = usualLayout.order
    expect(moved(usualLayout, first, -1)).toEqual(usualLayout)
    expect(moved(usualLayout, first, 1).order[1]).toBe(first)
    expect(toggled(toggled(['a'], 'b'), 'a')).toEqual(['b'])
    expect(new Set(columns.map((c) => c.id)).size).toBe(columns.length)
  })
})
