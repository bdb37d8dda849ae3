import { expect, it } from 'vitest'
import { repairedRuns, repairTable, repairWords } from './repair'

const nobody = { runs: [], unsure: false }
const tables = [
  { table: 'runs', saved: 1200, lost: 1 },
  { table: 'steps', saved: 34, lost: null },
]

it('a repair is told with what is lost, what is not known, and where the damaged file is', () => {
  expect(repairWords({ from: 'history', kept: '/d/x.sqlite', backup: null, tables, ...nobody })).toBe(
    'The history is mended: 1,234 rows are saved, 1 is lost. How many are lost of steps can’t be told. The damaged file is kept as /d/x.sqlite.',
  )
  expect(
    repairWords({
      from: 'history',
      kept: null,
      backup: null,
      tables: [{ table: 'runs', saved: 3, lost: 0 }],
      ...nobody,
    }),
  ).toContain('3 rows are saved, none is lost.')
  expect(repairWords({ from: 'whole', kept: null, backup: null, tables: [], ...nobody })).toContain('nothing to mend')
  expect(repairWords({ from: 'backup', kept: null, backup: '/d/b.sqlite', tables: [], ...nobody })).toContain(
    '/d/b.sqlite',
  )
  expect(repairWords({ from: 'nothing', kept: null, backup: null, tables: [], ...nobody })).toContain(
    'a new, empty one took its place',
  )
  const runs = ['a', 'b', 'c', 'd'].map((id) => ({ id, lost: '3 of 12 epochs' }))
  const some = { from: 'history' as const, kept: null, backup: null, tables, runs, unsure: true }
  expect(repairWords(some)).toContain(
    'can’t be told. 4 runs lost something, as their events say: a, b, c … A part of the write-ahead log',
  )
  expect(repairWords({ ...some, runs: runs.slice(3), unsure: false })).toContain(
    'One run lost something, as its events say: d.',
  )
  expect(repairedRuns(some).rows[0]).toEqual(['a', '3 of 12 epochs'])
  expect(repairTable({ from: 'history', kept: null, backup: null, tables, ...nobody }).rows).toEqual([
    ['runs', '1,200', '1'],
    ['steps', '34', 'not known'],
  ])
})
