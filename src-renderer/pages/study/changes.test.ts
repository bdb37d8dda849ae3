import { expect, it } from 'vitest'
import { runWith } from '../../../src-main/analysis/testing'
import { withChanges, type Change } from './changes'

it('updates a list of runs from events about single runs', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => runWith({ id, state: 'queued' }))
  if (!a || !b || !c) throw new Error('three runs')
  const change = (id: string, epochsDone: number): Change => [id, runWith({ id, epochsDone })]
  expect(withChanges([a, b], [])).toEqual([a, b])
  expect(
    withChanges([a, b], [change('a', 1), ['c', c], change('a', 2), ['b', null], ['gone', null]]).map((run) => [
      run.id,
      run.epochsDone,
    ]),
  ).toEqual([
    ['a', 2],
    ['c', 5],
  ])
  // Taken away and back again, as from the trash.
  expect(
    withChanges(
      [a, b],
      [
        ['b', null],
        ['b', b],
      ],
    ),
  ).toEqual([a, b])
})
