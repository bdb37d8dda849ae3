import { describe, expect, it } from 'vitest'
import { chosen, groupsOf, idOf, lineup } from './contenders'

describe('chosen', () => {
  it('selects all contenders by default', () => expect(chosen(lineup, [])).toEqual(lineup))

  it.each([
    [['stock-eager'], ['stock-eager/float32/baseline']],
    [['step/float32'], ['step/float32/baseline', 'step/float32/mcnn-f', 'step/float32/mcnn-l', 'step/float32/mcnn-a']],
    [
      ['epoch', 'step/bfloat16/mcnn-a'],
      ['epoch/float32/baseline', 'step/bfloat16/mcnn-a', 'epoch/bfloat16/baseline'],
    ],
    [['step/float'], []],
  ])('%j', (only, ids) => expect(chosen(lineup, only).map(idOf)).toEqual(ids))
})

describe('groupsOf', () => {
  it('keeps all contenders in one group if they fit into memory', () =>
    expect(groupsOf(lineup, 32, 128, 20e9)).toEqual([lineup]))

  it('separates precisions if they do not', () => {
    const groups = groupsOf(lineup, 32, 128, 8e9)
    expect(groups.map((group) => new Set(group.map((c) => c.precision)))).toEqual([
      new Set(['float32']),
      new Set(['bfloat16']),
    ])
    expect(groups.flat()).toHaveLength(lineup.length)
  })
})
