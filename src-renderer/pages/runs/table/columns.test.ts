import { describe, expect, it } from 'vitest'
import { columns, moved, parseLayout, placed, toggled, usualLayout } from './columns'

describe('table layout', () => {
  it('is the default if the stored one is unusable', () => {
    for (const text of [null, '', '{', '7', '"x"', '[]']) expect(parseLayout(text)).toEqual(usualLayout)
  })

  it('survives storage, drops removed columns and adds new ones', () => {
    const layout = { ...moved(usualLayout, 'tags', -1), pinned: ['accuracy'] }
    expect(parseLayout(JSON.stringify(layout))).toEqual(layout)
    const old = parseLayout(JSON.stringify({ order: ['tags', 'gone', 'tags'], shown: ['gone', 'tags'], pinned: [] }))
    expect(old.order[0]).toBe('tags')
    expect([...old.order].sort()).toEqual([...usualLayout.order].sort())
    expect(old.shown).toEqual(['tags'])
  })

  it('puts pinned columns first, from the left', () => {
    const layout = { ...usualLayout, pinned: ['tags', 'accuracy'] }
    const [first, second, third, fourth] = placed(layout, 30)
    expect([first?.id, second?.id, third?.id, fourth?.id]).toEqual(['config', 'accuracy', 'tags', 'seed'])
    expect([first?.left, second?.left, third?.left, fourth?.left]).toEqual([
      30,
      30 + (first?.width ?? 0),
      30 + (first?.width ?? 0) + (second?.width ?? 0),
      null,
    ])
  })

  it('fits its box: default columns shrink, then disappear; chosen ones stay', () => {
    const end = (made: readonly { width: number }[]): number => made.reduce((sum, { width }) => sum + width, 46)
    for (const grouped of [false, true])
      for (const available of [1500, 1108, 1098, 1000, 852, 842, 700])
        expect(end(placed(usualLayout, 46, grouped, available))).toBeLessThanOrEqual(available)
    expect(placed(usualLayout, 46, false, 1098)).toHaveLength(placed(usualLayout, 46).length)
    expect(placed(usualLayout, 46, false, 842).map((c) => c.id)).toEqual(
      expect.arrayContaining(['config', 'seed', 'state', 'accuracy', 'best', 'epochs', 'time']),
    )
    const chosen = { ...usualLayout, shown: [...usualLayout.shown, 'note'] }
    expect(placed(chosen, 46, false, 842)).toEqual(placed(chosen, 46))
    // Pinned columns stay side by side when they are narrower.
    const pinned = placed({ ...usualLayout, pinned: ['accuracy'] }, 46, false, 1098)
    expect(pinned[1]?.left).toBe(46 + (pinned[0]?.width ?? 0))
  })

  it('moves a column only within the ends', () => {
    const [first = ''] = usualLayout.order
    expect(moved(usualLayout, first, -1)).toEqual(usualLayout)
    expect(moved(usualLayout, first, 1).order[1]).toBe(first)
    expect(toggled(toggled(['a'], 'b'), 'a')).toEqual(['b'])
    expect(new Set(columns.map((c) => c.id)).size).toBe(columns.length)
  })
})
