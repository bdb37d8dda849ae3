import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkOutputFolder, writeOutputFolder } from './outputFolder'
import { writtenFilesName, parseWrittenFiles } from './writtenFiles'

let dir: string
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'mcnn-folder-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const at = (name: string): string => path.join(dir, name)
const text = (name: string): string => readFileSync(at(name), 'utf8')
const inside = (name: string): string[] => readdirSync(at(name), { recursive: true }).map(String).sort()
const once = { what: 'report', overwrite: false } as const
const over = { what: 'report', overwrite: true } as const
const first = new Map([
  ['index.html', 'one'],
  ['figures/a.svg', 'a1'],
  ['figures/old/b.svg', 'b1'],
])
const second = new Map([
  ['index.html', 'two'],
  ['figures/a.svg', 'a2'],
  ['data/c.csv', 'c2'],
])

describe('writeOutputFolder', () => {
  it('creates a new folder with a list of its files', async () => {
    expect(await writeOutputFolder(at('r'), first, once)).toEqual({ kept: [] })
    expect(inside('r')).toEqual([
      'figures',
      'figures/a.svg',
      'figures/old',
      'figures/old/b.svg',
      'index.html',
      writtenFilesName,
    ])
    expect(readdirSync(dir)).toEqual(['r'])
    expect(Object.keys(parseWrittenFiles(text(`r/${writtenFilesName}`))?.files ?? {})).toEqual([
      'figures/a.svg',
      'figures/old/b.svg',
      'index.html',
    ])
  })

  it('accepts an empty folder, also through a link', async () => {
    mkdirSync(at('r'))
    chmodSync(at('r'), 0o750)
    symlinkSync('r', at('link'))
    await writeOutputFolder(at('link'), first, once)
    expect(text('r/index.html')).toBe('one')
    expect(statSync(at('r')).mode & 0o777).toBe(0o750)
  })

  it('replaces its own files only if that is allowed, and removes those that are obsolete', async () => {
    await writeOutputFolder(at('r'), first, once)
    await expect(writeOutputFolder(at('r'), second, once)).rejects.toMatchObject({ code: 'exists' })
    expect(text('r/index.html')).toBe('one')
    expect(await writeOutputFolder(at('r'), second, over)).toEqual({ kept: [] })
    expect(inside('r')).toEqual(['data', 'data/c.csv', 'figures', 'figures/a.svg', 'index.html', writtenFilesName])
    expect([text('r/index.html'), text('r/figures/a.svg')]).toEqual(['two', 'a2'])
  })

  it('keeps every file that the user added, also in subfolders', async () => {
    await writeOutputFolder(at('r'), first, once)
    writeFileSync(at('r/figures/my-own.pdf'), 'mine')
    writeFileSync(at('r/figures/old/notes'), 'mine')
    mkdirSync(at('r/paper'))
    symlinkSync('../figures/my-own.pdf', at('r/paper/link'))
    await writeOutputFolder(at('r'), second, over)
    expect(text('r/figures/my-own.pdf')).toBe('mine')
    expect(text('r/figures/old/notes')).toBe('mine')
    expect(text('r/paper/link')).toBe('mine')
    expect(existsSync(at('r/figures/old/b.svg'))).toBe(false)
  })

  it('keeps every file that the user changed, renamed if a new one needs its name', async () => {
    await writeOutputFolder(at('r'), first, once)
    writeFileSync(at('r/index.html'), 'edited')
    writeFileSync(at('r/index.html.bak'), 'older')
    writeFileSync(at('r/figures/old/b.svg'), 'edited too')
    mkdirSync(at('r/data'))
    writeFileSync(at('r/data/c.csv'), 'mine')
    expect(await writeOutputFolder(at('r'), second, over)).toEqual({ kept: ['index.html.bak-2', 'data/c.csv.bak'] })
    expect(text('r/index.html')).toBe('two')
    expect(
      ['index.html.bak', 'index.html.bak-2', 'data/c.csv.bak', 'figures/old/b.svg'].map((name) => text(`r/${name}`)),
    ).toEqual(['older', 'edited', 'mine', 'edited too'])
  })

  it('writes through no link that replaced a file or a folder', async () => {
    await writeOutputFolder(at('r'), first, once)
    mkdirSync(at('shared'))
    writeFileSync(at('shared/a.svg'), 'a1')
    rmSync(at('r/figures'), { recursive: true })
    symlinkSync(at('shared'), at('r/figures'))
    rmSync(at('r/index.html'))
    writeFileSync(at('page'), 'one')
    symlinkSync(at('page'), at('r/index.html'))
    expect((await writeOutputFolder(at('r'), second, over)).kept.sort()).toEqual(['figures.bak', 'index.html.bak'])
    expect([text('shared/a.svg'), text('page'), text('r/figures/a.svg'), text('r/index.html')]).toEqual([
      'a1',
      'one',
      'a2',
      'two',
    ])
    expect(readdirSync(at('shared'))).toEqual(['a.svg'])
  })

  it.each([
    ['photos', 'contains other files'],
    ['file', 'is a file, and a report is a folder'],
    ['missing/r', 'There is no folder'],
    ['nowhere', 'is a link without a target'],
  ])('rejects %s even if it may replace, and changes nothing', async (name, reason) => {
    mkdirSync(at('photos'))
    writeFileSync(at('photos/index.html'), 'mine')
    writeFileSync(at('file'), 'mine')
    symlinkSync('gone', at('nowhere'))
    const before = inside('.')
    for (const write of [() => checkOutputFolder(at(name), over), () => writeOutputFolder(at(name), first, over)])
      await expect(write()).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining(reason) })
    expect(inside('.')).toEqual(before)
  })

  it('ignores a list that is corrupt or leads out of the folder', async () => {
    writeFileSync(at('outside'), 'mine')
    const hash = 'cd8cd20ebda71a9f1efb2ecd3bb93ba5d6fbf4ab95dd27a80b59ecd1abb3c5f1'
    for (const list of [
      '{',
      '[]',
      JSON.stringify({ format: 'mcnn-files', version: 1, files: { '../outside': [hash] }, writing: null }),
    ]) {
      mkdirSync(at('r'), { recursive: true })
      writeFileSync(at(`r/${writtenFilesName}`), list)
      await expect(writeOutputFolder(at('r'), first, over)).rejects.toMatchObject({ code: 'bad-input' })
    }
    expect(text('outside')).toBe('mine')
  })

  it('completes an update that a killed program started: its files do not count as the user’s', async () => {
    await writeOutputFolder(at('r'), first, once)
    const list = parseWrittenFiles(text(`r/${writtenFilesName}`))
    const next = await (async () => {
      await writeOutputFolder(at('other'), second, once)
      return parseWrittenFiles(text(`other/${writtenFilesName}`))
    })()
    // The state between two files of an update: one is new, and the list has both.
    const dead = `mcnn-${2 ** 22 + 1}-0123abcd.part`
    const both = Object.fromEntries(
      [...new Set([...first.keys(), ...second.keys()])].map((name) => [
        name,
        [...(list?.files[name] ?? []), ...(next?.files[name] ?? [])],
      ]),
    )
    writeFileSync(
      at(`r/${writtenFilesName}`),
      JSON.stringify({ format: 'mcnn-files', version: 1, files: both, writing: dead }),
    )
    writeFileSync(at('r/index.html'), 'two')
    mkdirSync(at(`r/${dead}`))
    writeFileSync(at(`r/${dead}/1`), 'a2')
    mkdirSync(at(`r/mcnn-${2 ** 22 + 2}-0123abcd.part`))
    expect(await writeOutputFolder(at('r'), second, over)).toEqual({ kept: [] })
    expect(inside('r')).toEqual(['data', 'data/c.csv', 'figures', 'figures/a.svg', 'index.html', writtenFilesName])
  })

  it('rejects a folder in which another program is writing', async () => {
    await writeOutputFolder(at('r'), first, once)
    const busy = `mcnn-${process.ppid}-0123abcd.part`
    mkdirSync(at(`r/${busy}`))
    writeFileSync(
      at(`r/${writtenFilesName}`),
      JSON.stringify({ ...parseWrittenFiles(text(`r/${writtenFilesName}`)), writing: busy }),
    )
    await expect(writeOutputFolder(at('r'), second, over)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(`Process ${process.ppid} is writing`),
    })
    expect(text('r/index.html')).toBe('one')
  })
})

describe('folder of an earlier version, which wrote no list', () => {
  const written = new Date('2026-11-27T10:00:00Z')
  const edited = new Date('2026-11-27T10:05:00Z')

  /** @param files by their names below `folder` */
  function putEarlier(folder: string, files: Record<string, string>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(at(`${folder}/${name}`)), { recursive: true })
      writeFileSync(at(`${folder}/${name}`), content)
      utimesSync(at(`${folder}/${name}`), written, written)
    }
  }
  const comparison = JSON.stringify({ studyId: 's', studyName: 'S', rows: [{ arch: 'resnet-8', dataset: 'cifar-10' }] })
  const report = {
    'index.html': 'old',
    'report.md': '# S\n\n![Loss](figures/loss-a.svg)\n',
    'report.tex': 'old',
    'comparison.json': comparison,
    'figures/loss-a.svg': 'old',
  }

  it('is replaced like a report: unchanged files are removed, all others stay', async () => {
    putEarlier('r', { ...report, 'figures/loss-mine.svg': 'mine', 'paper.pdf': 'mine' })
    writeFileSync(at('r/report.tex'), 'edited')
    utimesSync(at('r/report.tex'), edited, edited)
    await expect(writeOutputFolder(at('r'), first, once)).rejects.toMatchObject({ code: 'exists' })
    const next = new Map([
      ['index.html', 'new'],
      ['report.tex', 'new'],
    ])
    expect(await writeOutputFolder(at('r'), next, over)).toEqual({ kept: ['report.tex.bak'] })
    expect(inside('r')).toEqual([
      'figures',
      'figures/loss-mine.svg',
      'index.html',
      writtenFilesName,
      'paper.pdf',
      'report.tex',
      'report.tex.bak',
    ])
    expect(['index.html', 'report.tex', 'report.tex.bak'].map((name) => text(`r/${name}`))).toEqual([
      'new',
      'new',
      'edited',
    ])
  })

  it('keeps figures that an edited report names, and follows no link', async () => {
    mkdirSync(at('shared'))
    writeFileSync(at('shared/loss-a.svg'), 'mine')
    putEarlier('r', report)
    rmSync(at('r/figures'), { recursive: true })
    symlinkSync(at('shared'), at('r/figures'))
    putEarlier('e', { ...report, 'report.md': '![Mine](figures/mine.svg)\n', 'figures/mine.svg': 'mine' })
    utimesSync(at('e/report.md'), edited, edited)
    const next = new Map([['index.html', 'new']])
    await writeOutputFolder(at('r'), next, over)
    await writeOutputFolder(at('e'), next, over)
    expect(inside('shared')).toEqual(['loss-a.svg'])
    expect(inside('e')).toEqual(
      expect.arrayContaining(['figures/loss-a.svg', 'figures/mine.svg', 'report.md']) as string[],
    )
  })

  it('is replaced like a model', async () => {
    const model = {
      'saved_model.pb': 'old',
      'assets.extra/model.json': '{"producer":"MCNN Workbench 1.0.0","run":"r"}',
    }
    putEarlier('m', { ...model, 'notes.txt': 'mine' })
    const next = new Map([['saved_model.pb', 'new']])
    await writeOutputFolder(at('m'), next, { what: 'SavedModel', overwrite: true })
    expect(inside('m')).toEqual([writtenFilesName, 'notes.txt', 'saved_model.pb'])
    expect(text('m/saved_model.pb')).toBe('new')
  })

  it.each([
    ['report', { 'index.html': 'mine', 'comparison.json': '{"studyId":"s"}' }],
    ['report', { 'index.html': 'mine', 'report.md': 'mine' }],
    ['SavedModel', { 'saved_model.pb': 'mine', 'assets.extra/model.json': '{"producer":"Another"}' }],
    ['SavedModel', { 'saved_model.pb': 'mine', 'variables/variables.index': 'mine' }],
    ['SavedModel', report],
  ] as const)('is not recognised as a %s if it is someone else’s (%j)', async (what, files) => {
    putEarlier('x', files)
    const before = inside('x')
    await expect(writeOutputFolder(at('x'), first, { what, overwrite: true })).rejects.toMatchObject({
      code: 'bad-input',
    })
    expect(inside('x')).toEqual(before)
  })
})
