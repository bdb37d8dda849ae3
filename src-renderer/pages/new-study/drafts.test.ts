import { describe, expect, it } from 'vitest'
import { draftFor, dropDraft, keepDraft, type Draft } from './drafts'
import { emptyForm } from './form'

class Store {
  readonly #kept = new Map<string, string>()
  get length(): number {
    return this.#kept.size
  }
  key = (index: number): string | null => [...this.#kept.keys()][index] ?? null
  getItem = (key: string): string | null => this.#kept.get(key) ?? null
  setItem = (key: string, value: string): void => void this.#kept.set(key, value)
  removeItem = (key: string): void => void this.#kept.delete(key)
}

const draft = (name: string): Draft => ({
  form: { ...emptyForm(), name, learningRate: '1e' },
  added: ['mcnn-f@random'],
  filled: null,
})

describe('drafts of a new study', () => {
  it('are restored as typed, complete or not, by the origin of the form', () => {
    const store = new Store()
    keepDraft('', draft('mine'), store)
    keepDraft('run-1,run-2', { ...draft('copy'), filled: 'Filled in from 2 runs.' }, store)
    expect(draftFor('', store)).toEqual(draft('mine'))
    expect(draftFor('run-1,run-2', store)?.form.name).toBe('copy')
    expect(draftFor('run-1', store)).toBeNull()
    dropDraft('', store)
    expect(draftFor('', store)).toBeNull()
    expect(draftFor('run-1,run-2', store)).not.toBeNull()
  })

  it('are ignored if they are broken or of another version', () => {
    const store = new Store()
    const { learningRate: _, ...less } = emptyForm()
    for (const text of [
      '',
      '{',
      '7',
      '{"form":{}}',
      JSON.stringify({ ...draft('x'), form: less }),
      JSON.stringify({ ...draft('x'), form: { ...emptyForm(), archs: 'resnet-8' } }),
    ]) {
      store.setItem('new-study.draft/', text)
      expect(draftFor('', store)).toBeNull()
    }
  })

  it('of forms filled from runs are limited in number; the blank form’s draft always stays', () => {
    const store = new Store()
    keepDraft('', draft('mine'), store)
    for (let i = 0; i < 40; i++) keepDraft(`run-${i}`, draft(String(i)), store)
    expect(draftFor('', store)?.form.name).toBe('mine')
    expect(draftFor('run-39', store)).not.toBeNull()
    expect(draftFor('run-0', store)).toBeNull()
  })
})
