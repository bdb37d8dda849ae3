import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyOf, readStamp, writeAtomically, writeStamp } from './stamps.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcnn-stamps-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('stamp', () => {
  const write = () => {
    writeFileSync(join(folder, 'library.so'), 'whole')
    writeStamp(join(folder, 'stamp.json'), 'key', ['library.so'], { base: folder, fact: 'remembered' })
  }
  const read = (key = 'key') => readStamp(join(folder, 'stamp.json'), key, folder)

  it('is valid while the key and the files stay the same', () => {
    write()
    expect(read()).toEqual({ key: 'key', files: { 'library.so': 5 }, fact: 'remembered' })
  })

  it.each([
    ['the key is another', () => undefined, 'other key'],
    ['there is none', () => rmSync(join(folder, 'stamp.json')), 'key'],
    ['it is cut short', () => writeFileSync(join(folder, 'stamp.json'), '{"key":"key","fi'), 'key'],
    ['it is no stamp', () => writeFileSync(join(folder, 'stamp.json'), 'null'), 'key'],
    ['a file is gone', () => rmSync(join(folder, 'library.so')), 'key'],
    ['a file has another size', () => appendFileSync(join(folder, 'library.so'), '!'), 'key'],
  ])('is invalid if %s', (_, spoil, key) => {
    write()
    spoil()
    expect(read(key)).toBeNull()
  })

  it('is not written for a missing file', () => {
    expect(() => writeStamp(join(folder, 'stamp.json'), 'key', ['missing'], { base: folder })).toThrow(/ENOENT/)
    expect(read()).toBeNull()
  })
})

it('leaves no temporary file next to an atomically written file', () => {
  writeAtomically(join(folder, 'deep/state.json'), 'one')
  writeAtomically(join(folder, 'deep/state.json'), 'two')
  expect(readdirSync(join(folder, 'deep'))).toEqual(['state.json'])
})

it('distinguishes the boundaries between parts', () => {
  expect(keyOf('ab', 'c')).not.toBe(keyOf('a', 'bc'))
  expect(keyOf('ab', 'c')).toBe(keyOf('ab', 'c'))
})
