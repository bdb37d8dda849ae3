import { describe, expect, it } from 'vitest'
import type { Found } from '../../src-main/contract'
import { addressEntry, groupsFor, marksOf, parts } from './palette'

const asked = { text: '', address: null, recent: [], training: [], found: [] }
const run: Found = {
  kind: 'run',
  id: 'r-1',
  studyName: 'Table I',
  arch: 'resnet-32',
  variant: 'mcnn-l',
  dataset: 'cifar-10',
  seed: 4,
  state: 'done',
  testAccuracy: 0.9285,
}
const titles = (text: string): string[] =>
  groupsFor({ ...asked, text }).flatMap((group) => group.entries.map((entry) => entry.title))

describe('command palette', () => {
  it('finds commands by parts of words, by synonyms and despite a typing error', () => {
    expect(titles('new')[0]).toBe('New study')
    expect(titles('bank')).toEqual(['Filter banks'])
    expect(titles('dark')[0]).toBe('Dark theme')
    expect(titles('sidebar')).toEqual(['Collapse sidebar'])
    expect(titles('shorcuts')).toEqual(['Keyboard shortcuts'])
    expect(titles('study new')[0]).toBe('New study')
    expect(titles('zzz')).toEqual([])
    for (const odd of ['(', '[a', '\\', '-', '"', '*?']) expect(() => titles(odd)).not.toThrow()
  })

  it('puts results of the service after those that were available at once', () => {
    const groups = groupsFor({
      ...asked,
      text: 'run',
      found: [run, { kind: 'study', id: 's', name: 'Runs of May', runs: 3, done: 1 }],
    })
    expect(groups.map((group) => group.title)).toEqual(['Pages', 'Actions', 'Studies', 'Runs'])
    expect(groups.at(-1)?.entries).toMatchObject([
      { title: 'mcnn-l · ResNet-32 · CIFAR-10 · seed 4', detail: 'Table I · 92.85 %', does: { go: '#/runs/r-1' } },
    ])
  })

  it('offers only the page of a pasted link', () => {
    expect(groupsFor({ ...asked, text: '#/runs/r-1', address: '#/runs/r-1' })).toMatchObject([
      { title: 'Link', entries: [{ does: { go: '#/runs/r-1' } }] },
    ])
  })

  it('names recent places and omits deleted ones', () => {
    const names = { study: (id: string) => (id === 's' ? 'Table I' : null), run: () => null }
    expect(addressEntry('#/studies/s?at=t1', names)).toMatchObject({
      title: 'Table I',
      detail: 'at t1',
      does: { go: '#/studies/s?at=t1' },
    })
    expect(addressEntry('#/runs?state=failed', names)).toMatchObject({ title: 'Runs', detail: 'state failed' })
    expect(addressEntry('#/runs/gone', names)).toBeNull()
  })
})

describe('match marks', () => {
  it('mark each word once and preserve the whole title', () => {
    const title = 'mcnn-l · ResNet-32 · seed 4'
    expect(marksOf(title, 'net-32 MCNN-L mcnn')).toEqual([0, 6, 12, 18])
    for (const text of ['', 'x', 'mcnn', 'm c n 4', title]) {
      const split = parts(title, marksOf(title, text))
      expect(split.map((part) => part.text).join('')).toBe(title)
    }
    expect(parts('abc', [1, 2])).toEqual([
      { text: 'a', marked: false },
      { text: 'b', marked: true },
      { text: 'c', marked: false },
    ])
  })
})
