import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mustBePlaceable, placeFile, placeFolder, placeMade, type FolderKind } from './placing'

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

describe('a file that was made beside its place', () => {
  it('goes over what came meanwhile only where that was asked for', async () => {
    writeFileSync(at('a.part'), 'new')
    writeFileSync(at('a'), 'old')
    await expect(placeMade(at('a.part'), at('a'), false)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(at('a'), 'utf8')).toBe('old')
    await placeMade(at('a.part'), at('a'), true)
    expect(readFileSync(at('a'), 'utf8')).toBe('new')
    writeFileSync(at('b.part'), 'new')
    await placeMade(at('b.part'), at('b'), false)
    expect(readdirSync(dir).sort()).toEqual(['a', 'b'])
  })
})

describe('a folder', () => {
  const model: FolderKind = { what: 'model', mark: 'model.pb', keepsOthers: false }
  const report: FolderKind = { what: 'report', mark: 'model.pb', keepsOthers: true }
  const files = new Map([['model.pb', bytes], ['more/about.json', Uint8Array.of(9)]])

  it('takes its name whole, also that of an empty one', async () => {
    mkdirSync(at('empty'))
    for (const name of ['new', 'empty']) {
      await placeFolder(at(name), files, model, false)
      expect(readdirSync(at(name)).sort()).toEqual(['model.pb', 'more'])
      expect([...readFileSync(at(`${name}/more/about.json`))]).toEqual([9])
    }
    expect(readdirSync(dir).sort()).toEqual(['empty', 'new'])
  })

  it('replaces one of its own kind only, and that only where it was asked for', async () => {
    mkdirSync(at('model'))
    writeFileSync(at('model/model.pb'), 'old')
    writeFileSync(at('model/left'), 'over')
    await expect(placeFolder(at('model'), files, model, false)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(at('model/model.pb'), 'utf8')).toBe('old')
    await placeFolder(at('model'), files, model, true)
    expect(existsSync(at('model/left'))).toBe(false)

    mkdirSync(at('photos'))
    writeFileSync(at('photos/holiday.jpg'), 'dear')
    await expect(placeFolder(at('photos'), files, model, true)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('other files') })
    expect(readFileSync(at('photos/holiday.jpg'), 'utf8')).toBe('dear')
    await expect(placeFolder(at('photos/holiday.jpg'), files, model, true)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('is a file') })
    expect(readdirSync(dir).sort()).toEqual(['model', 'photos'])
  })

  it('takes along what a person has put beside it, where it is one to work in', async () => {
    mkdirSync(at('report/more'), { recursive: true })
    mkdirSync(at('report/own'))
    for (const [name, text] of [['model.pb', 'old'], ['more/stale', 'old'], ['own/notes', 'mine'], ['report.pdf', 'mine']] as const) writeFileSync(at(`report/${name}`), text)
    symlinkSync('report.pdf', at('report/link'))
    await placeFolder(at('report'), files, report, true)
    expect(readdirSync(at('report'), { recursive: true }).sort()).toEqual(['link', 'model.pb', 'more', 'more/about.json', 'own', 'own/notes', 'report.pdf'])
    expect(readFileSync(at('report/link'), 'utf8')).toBe('mine')
    expect(readdirSync(dir)).toEqual(['report'])
  })

  it('that was put aside by a program that died comes back; what else it left goes, what another is at stays', async () => {
    const dead = 2 ** 22 + 1
    for (const [name, text] of [[`r.${dead}-0123abcd.part.old`, 'old'], [`r.${dead}-0123abcd.part`, 'new'], [`r.${process.ppid}-0123abcd.part`, 'other'], [`rest.${dead}-0123abcd.part.old`, 'else']] as const) {
      mkdirSync(at(name))
      writeFileSync(at(`${name}/model.pb`), text)
    }
    await expect(mustBePlaceable(at('r'), report, false)).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(at('r/model.pb'), 'utf8')).toBe('old')
    expect(readdirSync(dir).sort()).toEqual(['r', `r.${process.ppid}-0123abcd.part`, `rest.${dead}-0123abcd.part.old`])
    // Where the new one had come into its place, the old one goes.
    mkdirSync(at(`r.${dead}-11111111.part.old`))
    await placeFolder(at('r'), files, report, true)
    expect([...readFileSync(at('r/model.pb'))]).toEqual([1, 2, 3])
    expect(readdirSync(dir).sort()).toEqual(['r', `r.${process.ppid}-0123abcd.part`, `rest.${dead}-0123abcd.part.old`])
  })
})
