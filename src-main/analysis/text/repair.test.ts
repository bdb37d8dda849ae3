import { expect, it } from 'vitest'
import { repairedRuns, repairTable, repairWords } from './repair'

const nobody = { runs: [], unsure: false }
const tables = [
  { table: 'runs', saved: 1200, lost: 1 },
  { table: 'steps', saved: 34, lost: null },
]

it('describes a repair with its losses, unknown losses and the path of the corrupt file', () => {
  expect(repairWords({ from: 'history', kept: '/d/x.sqlite', backup: null, tables, ...nobody })).toBe(
    'The database was repaired: 1,234 rows recovered, 1 lost. The losses in steps are unknown. The corrupt file is kept as /d/x.sqlite.',
  )
  expect(
    repairWords({
      from: 'history',
      kept: null,
      backup: null,
      tables: [{ table: 'runs', saved: 3, lost: 0 }],
      ...nobody,
    }),
  ).toContain('3 rows recovered, none lost.')
  expect(repairWords({ from: 'whole', kept: null, backup: null, tables: [], ...nobody })).toContain('nothing to repair')
  expect(repairWords({ from: 'backup', kept: null, backup: '/d/b.sqlite', tables: [], ...nobody })).toContain(
    '/d/b.sqlite',
  )
  expect(repairWords({ from: 'nothing', kept: null, backup: null, tables: [], ...nobody })).toContain(
    'a new, empty one replaces it',
  )
  const runs = ['a', 'b', 'c', 'd'].map((id) => ({ id, lost: '3 of 12 epochs' }))
  const some = { from: 'history' as const, kept: null, backup: null, tables, runs, unsure: true }
  expect(repairWords(some)).toContain(
    'are unknown. 4 runs lost data, as recorded in their events: a, b, c … A part of the write-ahead log',
  )
  expect(repairWords({ ...some, runs: runs.slice(3), unsure: false })).toContain(
    'One run lost data, as recorded in its events: d.',
  )
  expect(repairedRuns(some).rows[0]).toEqual(['a', '3 of 12 epochs'])
  expect(repairTable({ from: 'history', kept: null, backup: null, tables, ...nobody }).rows).toEqual([
    ['runs', '1,200', '1'],
    ['steps', '34', 'unknown'],
  ])
})
