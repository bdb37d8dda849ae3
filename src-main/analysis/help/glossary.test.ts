import { expect, it } from 'vitest'
import { definitionOf, entryOf, glossary, type Term } from './glossary'

const all = glossary.flatMap(({ entries }) => Object.entries(entries))

it('links every related term to an entry, and never to itself', () => {
  for (const [id, { see = [] }] of all)
    for (const other of see) {
      expect(entryOf(other), `${id} links to ${other}`).not.toBeNull()
      expect(other).not.toBe(id)
    }
})

it('has each id and each term once', () => {
  expect(new Set(all.map(([id]) => id)).size).toBe(all.length)
  expect(new Set(all.map(([, { term }]) => term)).size).toBe(all.length)
})

it('defines each term in one short sentence, for a tooltip', () => {
  for (const [id, { text }] of all) {
    const definition = definitionOf(id as Term)
    expect(definition, id).toMatch(/\.$/)
    expect(text.startsWith(definition), id).toBe(true)
    expect(definition.split(' ').length, definition).toBeLessThanOrEqual(32)
  }
  expect(definitionOf('drop')).toBe('The accuracy of the baseline minus that of the variant, in percentage points.')
})

it('returns null for an unknown term', () => expect(entryOf('nonsense')).toBeNull())
