import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeFile, placeFolder } from './placing'

let dir: string
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'mcnn-placing-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const bytes = Uint8Array.of(1, 2, 3)
const at = (name: string): string => path.join(dir, name)

describe('a file', () => {
  it('takes its name, and nothing is left beside it', async () => {
    await placeFile(at('m.onnx'), bytes, false)
    expect([...readFileSync(at('m.onnx'))]).toEqual([1, 2, 3])
    expect(readdirSync(dir)).toEqual(['m.onnx'])
  })

  it('replaces another where that was asked for, and otherwise leaves it', async () => {
    writeFileSync(at('m.onnx'), 'old')
    await expect(placeFile(at('m.onnx'), bytes, false)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is there already') })
    expect(readFileSync(at('m.onnx'), 'utf8')).toBe('old')
    await placeFile(at('m.onnx'), bytes, true)
    expect([...readFileSync(at('m.onnx'))]).toEqual([1, 2, 3])
    expect(readdirSync(dir)).toEqual(['m.onnx'])
  })

  it('goes over no folder, through no link and into no folder that is missing', async () => {
    mkdirSync(at('folder'))
    await expect(placeFile(at('folder'), bytes, true)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('is a folder') })
    writeFileSync(at('else'), 'else')
    symlinkSync(at('else'), at('link'))
    await expect(placeFile(at('link'), bytes, false)).rejects.toMatchObject({ code: 'conflict' })
    await placeFile(at('link'), bytes, true)
    expect(readFileSync(at('else'), 'utf8')).toBe('else')
    await expect(placeFile(at('missing/m'), bytes, false)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('ENOENT') })
    expect(readdirSync(dir).sort()).toEqual(['else', 'folder', 'link'])
  })
})

describe('a folder', () => {
  const files = new Map([['model.pb', bytes], ['more/about.json', Uint8Array.of(9)]])

  it('takes its name whole, also that of an empty one', async () => {
    mkdirSync(at('empty'))
    for (const name of ['new', 'empty']) {
      await placeFolder(at(name), files, 'model.pb', false)
      expect(readdirSync(at(name)).sort()).toEqual(['model.pb', 'more'])
      expect([...readFileSync(at(`${name}/more/about.json`))]).toEqual([9])
    }
    expect(readdirSync(dir).sort()).toEqual(['empty', 'new'])
  })

  it('replaces one of its own kind only, and that only where it was asked for', async () => {
    mkdirSync(at('model'))
    writeFileSync(at('model/model.pb'), 'old')
    writeFileSync(at('model/left'), 'over')
    await expect(placeFolder(at('model'), files, 'model.pb', false)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(at('model/model.pb'), 'utf8')).toBe('old')
    await placeFolder(at('model'), files, 'model.pb', true)
    expect(existsSync(at('model/left'))).toBe(false)

    mkdirSync(at('photos'))
    writeFileSync(at('photos/holiday.jpg'), 'dear')
    await expect(placeFolder(at('photos'), files, 'model.pb', true)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('other files') })
    expect(readFileSync(at('photos/holiday.jpg'), 'utf8')).toBe('dear')
    await expect(placeFolder(at('photos/holiday.jpg'), files, 'model.pb', true)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('is a file') })
    expect(readdirSync(dir).sort()).toEqual(['model', 'photos'])
  })
})
