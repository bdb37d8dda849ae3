import { expect, it } from 'vitest'
import { repairTable, repairWords } from './repair'

const tables = [
  { table: 'runs', saved: 1200, lost: 1 },
  { table: 'steps', saved: 34, lost: null },
]

it('a repair is told with what is lost, what is not known, and where the damaged file is', () => {
  expect(repairWords({ from: 'history', kept: '/d/x.sqlite', backup: null, tables })).toBe(
    'The history is mended: 1,234 rows are saved, 1 is lost. How many are lost of steps can’t be told. The damaged file is kept as /d/x.sqlite.',
  )
  expect(repairWords({ from: 'history', kept: null, backup: null, tables: [{ table: 'runs', saved: 3, lost: 0 }] })).toContain('3 rows are saved, none is lost.')
  expect(repairWords({ from: 'whole', kept: null, backup: null, tables: [] })).toContain('nothing to mend')
  expect(repairWords({ from: 'backup', kept: null, backup: '/d/b.sqlite', tables: [] })).toContain('/d/b.sqlite')
  expect(repairWords({ from: 'nothing', kept: null, backup: null, tables: [] })).toContain('begins a new one')
  expect(repairTable({ from: 'history', kept: null, backup: null, tables }).rows).toEqual([['runs', '1,200', '1'], ['steps', '34', 'not known']])
})
