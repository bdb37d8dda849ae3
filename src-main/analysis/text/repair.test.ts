import { expect, it } from 'vitest'
import type { Repair } from '../../contract/system/storage'
import { repairLosses, repairWords } from './repair'

const repair: Repair = {
  from: 'records',
  kept: '/d/x.sqlite',
  backup: null,
  studies: 2,
  runs: 1234,
  losses: [],
  problems: [],
}

it('describes a repair with its sources, its counts and the path of the corrupt file', () => {
  expect(repairWords(repair)).toBe(
    'The database was rebuilt from the records of studies and the journals of runs: 2 studies and 1,234 runs. Nothing is missing. The corrupt file is kept as /d/x.sqlite.',
  )
  expect(repairWords({ ...repair, from: 'whole' })).toBe('The database is intact: nothing to repair.')
  expect(repairWords({ ...repair, from: 'backup', backup: '/d/b.sqlite' })).toContain(
    'from the backup /d/b.sqlite and the journals of runs:',
  )
  expect(repairWords({ ...repair, from: 'nothing', kept: null })).toMatch(/no backup: a new, empty one replaces it\.$/)
})

it('describes losses, and records that can not be read', () => {
  const losses = ['a', 'b', 'c', 'd'].map((id) => ({ id, lost: '3 of 12 epochs' }))
  expect(repairWords({ ...repair, losses, problems: ['/d/s.json cannot be read: it is cut off.'] })).toContain(
    '4 runs lost data, as recorded in their events: a, b, c … /d/s.json cannot be read: it is cut off.',
  )
  expect(repairWords({ ...repair, losses: losses.slice(3) })).toContain(
    'One run lost data, as recorded in its events: d.',
  )
  expect(repairLosses({ ...repair, losses }).rows[0]).toEqual(['a', '3 of 12 epochs'])
})
