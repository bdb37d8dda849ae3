import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defaultPreferences } from '../contract/window/preferences'
import { StoredPreferences } from './preferences'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-preferences-'))
  file = path.join(folder, 'preferences.json')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('preferences', () => {
  it('are stored, and reported once per change', () => {
    const changed = vi.fn()
    const first = new StoredPreferences(file, changed)
    expect(first.now).toEqual(defaultPreferences)
    first.set({ zoom: 1.5 })
    first.set({ zoom: 1.5, theme: undefined })
    first.set({ theme: 'dark' })
    expect(changed.mock.calls).toEqual([
      [{ ...defaultPreferences, zoom: 1.5 }],
      [{ ...defaultPreferences, theme: 'dark', zoom: 1.5 }],
    ])
    expect(new StoredPreferences(file, changed).now).toEqual({ ...defaultPreferences, theme: 'dark', zoom: 1.5 })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...defaultPreferences, theme: 'dark', zoom: 1.5 })
  })

  it('fall back to the default if a stored value is invalid, and reject an invalid change', () => {
    for (const text of ['', 'null', '{"zoom": 9}', '{"theme": "pink"}', '{"interruptedRuns": 1}']) {
      writeFileSync(file, text)
      expect(new StoredPreferences(file, () => undefined).now, text).toEqual(defaultPreferences)
    }
    writeFileSync(file, '{"theme": "pink", "zoom": 1.25}')
    expect(new StoredPreferences(file, () => undefined).now).toEqual({ ...defaultPreferences, zoom: 1.25 })
    expect(() => new StoredPreferences(file, () => undefined).set({ zoom: 3 })).toThrow()
  })

  it('read the former name of the choice about interrupted runs', () => {
    writeFileSync(file, '{"cutShort": "resume"}')
    const preferences = new StoredPreferences(file, () => undefined)
    expect(preferences.now).toEqual({ ...defaultPreferences, interruptedRuns: 'resume' })
    expect(preferences.set({ interruptedRuns: 'ask' }).interruptedRuns).toBe('ask')
    expect(new StoredPreferences(file, () => undefined).now).toEqual(defaultPreferences)
  })

  it('stay in memory if the file cannot be written', () => {
    const kept = new StoredPreferences(path.join(folder, 'missing', 'p.json'), () => undefined)
    expect(kept.set({ theme: 'light' }).theme).toBe('light')
    expect(kept.now.theme).toBe('light')
  })
})
