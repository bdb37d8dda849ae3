/** A report of a small real study: its numbers are the comparison's, and the page needs no other files. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fixed, percent, percentSpread, pointsWithInterval, whole } from '../../analysis/text/numbers'
import { quickStart } from '../../contract/experiment'
import { studyManifest } from '../../contract/publish/manifests'
import type { Comparison } from '../../contract/studies/comparison'
import type { RunSummary } from '../../contract/runs/runs'
import { createService, type Service } from '../app/service'

const entry = path.resolve('out/main/trainer.js')
/** `expect.poll` needs a test; this timeout is as generous. */
const setUpMs = 300_000
const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-report-'))
const out = path.join(scratch, 'report')
/** A name that each of the formats has to escape. */
const name = `Ti<i>ny & "honest" 100% $5 a_b {c} \\d ~ ^ # 学`
let service: Service
let id = ''
let comparison: Comparison
let runs: RunSummary[]
const read = (file: string): string => readFileSync(path.join(out, file), 'utf8')
let html = ''

beforeAll(async () => {
  service = await createService({ dataDir: path.join(scratch, 'data'), trainerEntry: entry, program: '1.2.3' })
  const training = {
    ...quickStart.training,
    trainExamples: 100,
    testExamples: 50,
    epochs: 2,
    batchSize: 20,
    milestones: [1],
  }
  const made = await service.call('studies.create', {
    plan: { ...quickStart, name, variants: ['baseline', 'mcnn-a'], seeds: [1, 2, 3, 4], training },
  })
  id = made.id
  await service.call('runs.stop', { id: made.runIds.at(-1) ?? '' })
  const ended = async (): Promise<boolean> => {
    runs = (await service.call('studies.get', { id })).runs
    return runs.every(({ state }) => state !== 'queued' && state !== 'running')
  }
  await vi.waitUntil(ended, { timeout: setUpMs, interval: 50 })
  expect(runs.map(({ state }) => state)).toEqual(expect.arrayContaining(['done', 'stopped']))
  expect(runs.filter(({ state }) => state === 'failed').map(({ reason }) => reason)).toEqual([])
  comparison = await service.call('studies.compare', { id })
  await service.call('publish.report', { id, out })
  html = read('index.html')
})
afterAll(async () => {
  await service.close()
  rmSync(scratch, { recursive: true, force: true })
})

const decode = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, which: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[which] ?? '',
  )

/** Returns the text of the cells of each row of the table whose caption begins with the given text. */
function rowsOf(caption: string): string[][] {
  const table =
    html
      .split('<table>')
      .find((part) => decode(/<caption>(.*?)<\/caption>/s.exec(part)?.[1] ?? '').startsWith(caption)) ?? ''
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .slice(1)
    .map(([, row = '']) =>
      [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => decode(cell.replace(/<\/?span>/g, ''))),
    )
}

/** Checks that every tag is closed in order, and that all text is escaped. */
function wellFormed(text: string): string {
  const open: string[] = []
  const body = text.replace('<!DOCTYPE html>\n', '').replace(/<style>.*?<\/style>/s, '')
  let at = 0
  for (const match of body.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = body.slice(at, match.index)
    if (/[<>]/.test(between) || /&(?!(amp|lt|gt|quot|#39);)/.test(between))
      return `not escaped: ${between.slice(0, 100)}`
    at = match.index + match[0].length
    const [, closing, tag = '', , single] = match
    if (closing) {
      const opened = open.pop()
      if (opened !== tag) return `${tag} closes ${opened}`
    } else if (!single) open.push(tag)
  }
  return open.length === 0 && body.slice(at).trim() === '' ? 'well-formed' : `left open: ${open.join()}`
}

describe('page of a report', () => {
  it('is well-formed, and so are its figures', () => {
    expect(wellFormed(html)).toBe('well-formed')
    const figures = readdirSync(path.join(out, 'figures'))
    expect(figures.sort()).toEqual([
      'accuracy-and-size-synthetic.svg',
      'accuracy-synthetic-resnet-8-2.svg',
      'bank-mcnn-a-resnet-8.svg',
      'figure-3-synthetic.svg',
      'loss-synthetic-resnet-8-2.svg',
    ])
    for (const figure of figures)
      expect([figure, wellFormed(read(`figures/${figure}`))]).toEqual([figure, 'well-formed'])
    expect(html.match(/<svg /g)).toHaveLength(figures.length)
  })

  it('loads nothing and runs no script', () => {
    expect(html).not.toMatch(
      /https?:|\/\/[a-z]|<script|<link|<img|<iframe|<object|\son\w+=|javascript:|@import|url\((?!#)/i,
    )
    // Two figures may not share an id.
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, one]) => one)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, used] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(used)
  })

  it('has the comparison’s numbers in its tables', () => {
    const [row] = comparison.rows
    const rows = rowsOf(`${name}: test accuracy`)
    expect(rows).toHaveLength(2)
    expect(row?.cells.map((cell) => cell.accuracy?.n)).toEqual([4, 3])
    for (const [i, cell] of (row?.cells ?? []).entries()) {
      expect(rows[i]).toContain(percentSpread(cell.accuracy))
      if (cell.variant !== 'baseline')
        expect(rows[i]).toContain(pointsWithInterval(cell.accuracyDrop, cell.accuracyDropInterval))
    }
    const counts = rowsOf(`${name}: trainable filters`)
    for (const [i, cell] of (row?.cells ?? []).entries())
      expect(counts[i]).toEqual(
        expect.arrayContaining([
          whole(cell.trainableParameters),
          whole(cell.trainableFilters),
          whole(cell.multiplications),
        ]),
      )
  })

  it('lists every run, cancelled ones included', () => {
    const rows = rowsOf('Runs, in the order')
    expect(rows.map(([run, , , seed, state]) => [run, seed, state])).toEqual(
      runs.map((run) => [run.id, String(run.seed), run.state]),
    )
    expect(rows.map((row) => row[6])).toEqual(runs.map((run) => percent(run.testAccuracy)))
    expect(runs.at(-1)?.state).toBe('stopped')
    expect(html).toMatch(/Stopped [^<]+, before it started\./)
  })

  it('claims no more than the intervals show', () => {
    const cell = comparison.rows[0]?.cells.find((one) => one.variant === 'mcnn-a')
    const [low = NaN, high = NaN] = cell?.accuracyDropInterval ?? []
    const page = decode(html)
    expect(page.includes('No difference seen between MCNN-A')).toBe(low <= 0 && high >= 0)
    expect(page.includes('is less accurate than the baseline')).toBe(low > 0)
    expect(page).toContain(comparison.rows[0]?.note ?? 'none')
    expect(page).toContain(`${fixed(low)} to ${fixed(high)} points`)
    expect(page).toContain('say nothing about real photos')
  })

  it('contains all settings and the manifest', async () => {
    expect(rowsOf('Settings.')).toEqual(
      expect.arrayContaining([
        ['seed', '1; 2; 3; 4'],
        ['variant', 'baseline; mcnn-a'],
        ['batch size', '20'],
        ['learning rate', '0.1'],
        ['training images', '100, balanced by class'],
      ]),
    )
    expect(rowsOf('Machines and versions of the runs.').map(([label]) => label)).toEqual(
      expect.arrayContaining(['device', 'threads per op', 'TensorFlow', 'program']),
    )
    const manifest = studyManifest.parse(JSON.parse(read('manifest.json')))
    expect(manifest).toEqual(await service.call('publish.studyManifest', { id }))
    expect(JSON.parse(decode(/<pre[^>]*>(.*)<\/pre>/s.exec(html)?.[1] ?? ''))).toEqual(manifest)
    expect(JSON.parse(read('comparison.json'))).toEqual(comparison)
  })
})

describe('texts of a report', () => {
  it('have the same numbers and name the existing figures', () => {
    const cell = comparison.rows[0]?.cells[0]
    for (const file of ['report.md', 'report.tex']) expect(read(file)).toContain(percent(cell?.accuracy?.mean ?? null))
    for (const [, file = ''] of read('report.md').matchAll(/\]\((figures\/[^)]+)\)/g))
      expect(existsSync(path.join(out, file))).toBe(true)
    expect(read('report.md').match(/^!\[/gm)).toHaveLength(5)
    for (const [, file = ''] of read('report.tex').matchAll(/\\reportfigure\{([^#}]+)\}/g))
      expect(existsSync(path.join(out, 'figures', `${file}.svg`))).toBe(true)
  })

  it('are LaTeX with every group closed and every character escaped', () => {
    const tex = read('report.tex')
      .split('\n')
      .filter((line) => !line.startsWith('%'))
      .join('\n')
    const bare = tex.replace(/\\[\\{}$&%#_]/g, '')
    expect(bare.match(/\{/g)?.length).toBe(bare.match(/\}/g)?.length)
    expect((bare.match(/\$/g)?.length ?? 0) % 2).toBe(0)
    const begun = [...tex.matchAll(/\\(begin|end)\{(\w+)\}/g)]
    const open: string[] = []
    for (const [, which, environment = ''] of begun)
      if (which === 'begin') open.push(environment)
      else expect(open.pop()).toBe(environment)
    expect(open).toEqual([])
    const body = bare.slice(bare.indexOf('\\begin{document}'))
    expect(body.replace(/\{%\n/g, '')).not.toMatch(/[#%]/)
    for (const line of body.split('\n').filter((one) => one.includes('_'))) expect(line).toMatch(/\\reportfigure/)
    expect(body).toMatch(/^[\x20-\x7e\n]*$/)
    expect(tex).toContain('[U+5B66]')
  })
})

describe('folder of a report', () => {
  it('is unchanged if it contains other files, whatever their names', async () => {
    const taken = path.join(scratch, 'taken')
    mkdirSync(taken)
    for (const name of ['index.html', 'comparison.json']) writeFileSync(path.join(taken, name), 'mine')
    for (const replace of [false, true])
      await expect(service.call('publish.report', { id, out: taken, replace })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('contains other files'),
      })
    expect(readdirSync(taken).map((name) => [name, readFileSync(path.join(taken, name), 'utf8')])).toEqual([
      ['comparison.json', 'mine'],
      ['index.html', 'mine'],
    ])
  })

  it('is accepted if it is empty, and rejected if it is a file', async () => {
    const empty = path.join(scratch, 'empty')
    mkdirSync(empty)
    await service.call('publish.report', { id, out: empty })
    expect(readdirSync(empty)).toContain('index.html')
    await expect(service.call('publish.report', { id, out: path.join(empty, 'index.html') })).rejects.toMatchObject({
      code: 'bad-input',
    })
  })

  it('keeps what the user added or changed when the report is replaced', async () => {
    const out = path.join(scratch, 'again')
    await service.call('publish.report', { id, out })
    await expect(service.call('publish.report', { id, out })).rejects.toMatchObject({ code: 'exists' })
    writeFileSync(path.join(out, 'figures', 'my-own.pdf'), 'mine')
    writeFileSync(path.join(out, 'report.tex'), 'my paper')
    const made = await service.call('publish.report', { id, out, replace: true })
    expect(made.kept).toEqual(['report.tex.bak'])
    expect(readFileSync(path.join(out, 'figures', 'my-own.pdf'), 'utf8')).toBe('mine')
    expect(readFileSync(path.join(out, 'report.tex.bak'), 'utf8')).toBe('my paper')
    expect(readFileSync(path.join(out, 'report.tex'), 'utf8')).toContain('\\documentclass')
  })

  it('contains only complete files and the user’s own if its writer is killed, and the next writer completes it', async () => {
    const place = path.join(scratch, 'killed')
    const { files } = await service.call('publish.report', { id, out: place })
    writeFileSync(path.join(place, 'mine.txt'), 'mine')
    const names = readdirSync(place, { recursive: true }).map(String).sort()
    /** @param count the file operation before which the program is killed; null: none */
    const write = (count: number | null): Promise<number | null> =>
      new Promise((resolve) => {
        const child = spawn(
          process.execPath,
          [
            '--require',
            path.resolve('src-main/service/fixtures/killAt.cjs'),
            path.resolve('out/main/cli.js'),
            'report',
            id,
            '--out',
            place,
            '--force',
            '--data-dir',
            path.join(scratch, 'data'),
          ],
          {
            stdio: 'ignore',
            env: { ...process.env, ...(count !== null && { MCNN_KILL_AT: JSON.stringify({ folder: place, count }) }) },
          },
        )
        child.on('exit', resolve)
      })
    for (const count of [1, 2, 3, 4, 6, 10, 15, 20]) {
      expect(await write(count), `killed before operation ${count}`).toBeNull()
      for (const name of files) expect(readFileSync(path.join(place, name)).length, name).toBeGreaterThan(0)
      expect(JSON.parse(readFileSync(path.join(place, 'comparison.json'), 'utf8'))).toEqual(comparison)
      expect(readFileSync(path.join(place, 'mine.txt'), 'utf8')).toBe('mine')
    }
    expect(await write(null)).toBe(0)
    expect(readdirSync(place, { recursive: true }).map(String).sort()).toEqual(names)
    expect(readdirSync(scratch).filter((one) => one.endsWith('.part'))).toEqual([])
  })
})
