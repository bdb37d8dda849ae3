import { expect, it } from 'vitest'
import { glossary } from '../../../src-main/analysis/help/glossary'
import { matchingGroups } from './glossary'

const idsFor = (text: string): string[] =>
  matchingGroups(glossary, text).flatMap(({ entries }) => entries.map(({ id }) => id))

it('shows all groups without a filter', () => {
  expect(matchingGroups(glossary, ' ').map(({ title }) => title)).toEqual(glossary.map(({ title }) => title))
})

it('finds entries that contain every word in term or text, ignoring case', () => {
  expect(idsFor('DERIVED')).toContain('filter-bank')
  expect(idsFor('holm table')).toEqual(['correction'])
})

it('omits groups without a match', () => expect(matchingGroups(glossary, 'qqqq')).toEqual([]))
