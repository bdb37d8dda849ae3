/**
 * What was typed into a new study's form and not started: kept while the window is open, through other pages and a
 * reload. By where the form began: empty, or filled from runs.
 */
import type { Variant } from '../../../src-main/contract'
import { emptyForm, type StudyForm } from './form'

export interface Draft {
  form: StudyForm
  /** Variants that were added to those offered. */
  added: Variant[]
  /** What the form was filled from, in words. */
  filled: string | null
}

/** The part of a browser's store that drafts need. */
export type DraftStore = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

const most = 10
const keyOf = (origin: string): string => `new-study.draft/${origin}`

/** @param origin ids of the runs the form was filled from, joined; empty for none */
export function draftFor(origin: string, store: DraftStore = sessionStorage): Draft | null {
  try {
    const kept: unknown = JSON.parse(store.getItem(keyOf(origin)) ?? 'null')
    return isDraft(kept) ? kept : null
  } catch {
    return null
  }
}

export function keepDraft(origin: string, draft: Draft, store: DraftStore = sessionStorage): void {
  try {
    const others = Array.from({ length: store.length }, (_, i) => store.key(i) ?? '').filter(
      (key) => key.startsWith(keyOf('')) && key !== keyOf('') && key !== keyOf(origin),
    )
    for (const key of others.slice(0, Math.max(0, others.length + 1 - most))) store.removeItem(key)
    store.setItem(keyOf(origin), JSON.stringify(draft))
  } catch {
    // A full or forbidden store costs a convenience.
  }
}

export function dropDraft(origin: string, store: DraftStore = sessionStorage): void {
  try {
    store.removeItem(keyOf(origin))
  } catch {
    // As above.
  }
}

/** Of this version's shape: another version's may lack a field. */
function isDraft(kept: unknown): kept is Draft {
  if (typeof kept !== 'object' || kept === null || !('form' in kept) || !('added' in kept) || !('filled' in kept))
    return false
  const { form, added, filled } = kept
  if (
    typeof form !== 'object' ||
    form === null ||
    !Array.isArray(added) ||
    !(filled === null || typeof filled === 'string')
  )
    return false
  const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'string' : typeof value)
  const found = new Map(Object.entries(form).map(([name, value]) => [name, kindOf(value)]))
  return Object.entries(emptyForm()).every(([name, value]) => found.get(name) === kindOf(value))
}
