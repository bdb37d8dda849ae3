/**
 * Drafts of the new study form: kept while the window is open, across pages and reloads. Keyed by the form's origin:
 * empty, or filled from runs.
 */
import type { Variant } from '../../../src-main/contract'
import { emptyForm, type StudyForm } from './form'

export interface Draft {
  form: StudyForm
  /** Variants added to the named ones. */
  added: Variant[]
  /** Describes the source of the form's values. */
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
    // Drafts are a convenience: ignore a full or disabled store.
  }
}

export function dropDraft(origin: string, store: DraftStore = sessionStorage): void {
  try {
    store.removeItem(keyOf(origin))
  } catch {
    // As above.
  }
}

/** Checks the shape: a draft of another version may lack a field. */
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
