import { expect, it } from 'vitest'
import { filterOf } from './runFilter'

it('writes bounds that are no SQL numbers as conditions on NULL', () => {
  for (const query of ['loss<1e999', 'loss<=1e999', 'acc>-1e999', 'loss:-1e999..1e999', 'ms!=1e999']) {
    let where = ''
    try {
      where = filterOf(query).where
    } catch {
      // A rejected query has no SQL.
    }
    expect(where, query).not.toContain('()')
  }
  expect(filterOf('loss<1e999').where).toContain('IS NOT NULL')
})
