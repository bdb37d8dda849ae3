import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usualPreferences } from '../contract/preferences'
import { KeptPreferences } from './preferences'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-preferences-'))
  file = path.join(folder, 'preferences.json')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('preferences', () => {
  it('are kept, and told once for each change', () => {
    const changed = vi.fn()
    const first = new KeptPreferences(file, changed)
    expect(first.now).toEqual(usualPreferences)
    first.set({ zoom: 1.5 })
    first.set({ zoom: 1.5, theme: undefined })
    first.set({ theme: 'dark' })
    expect(changed.mock.calls).toEqual([
      [{ ...usualPreferences, zoom: 1.5 }],
      [{ ...usualPreferences, theme: 'dark', zoom: 1.5 }],
    ])
    expect(new KeptPreferences(file, changed).now).toEqual({ ...usualPreferences, theme: 'dark', zoom: 1.5 })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...usualPreferences, theme: 'dark', zoom: 1.5 })
  })

  it('that are off are the usual ones, and none off is taken', () => {
    for (const text of ['', 'null', '{"zoom": 9}', '{"theme": "pink"}', '{"cutShort": 1}']) {
      writeFileSync(file, text)
      expect(new KeptPreferences(file, () => undefined).now, text).toEqual(usualPreferences)
    }
    writeFileSync(file, '{"theme": "pink", "zoom": 1.25}')
    expect(new KeptPreferences(file, () => undefined).now).toEqual({ ...usualPreferences, zoom: 1.25 })
    expect(() => new KeptPreferences(file, () => undefined).set({ zoom: 3 })).toThrow()
  })

  it('hold in memory where nothing can be written', () => {
    const kept = new KeptPreferences(path.join(folder, 'missing', 'p.json'), () => undefined)
    expect(kept.set({ theme: 'light' }).theme).toBe('light')
    expect(kept.now.theme).toBe('light')
  })
})
