/**
 * Every page with one generated history: a screenshot of each in both themes and sizes (test-results/screenshots/pages),
 * and that nothing is cut off or scrolls sideways at any zoom. A table may scroll in its own box if the user has zoomed
 * in, but not at 100 % or less.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { expect, screenshots, test, type Workbench } from './app'

const folder = path.join(screenshots, 'pages')
const study = 'every-layer'

test.beforeEach(({ dataDir }) => {
  execFileSync(process.execPath, [
    path.join(__dirname, '../out/main/history.js'),
    '--data-dir',
    dataDir,
    '--runs',
    '400',
    '--epochs',
    '200',
  ])
})

interface View {
  name: string
  hash: string
  /** Actions before the screenshot. */
  then?: (page: Page) => Promise<void>
}

async function views(workbench: Workbench): Promise<View[]> {
  const runs = await workbench.call('runs.list', {})
  // Runs on the built-in data set first, because its images are installed.
  const done = runs
    .filter((run) => run.state === 'done')
    .sort((a, b) => Number(b.dataset === 'synthetic') - Number(a.dataset === 'synthetic'))
  let found = null
  for (const run of done) {
    if (run.variant === 'baseline' || (await workbench.call('runs.evaluation', { id: run.id })) === null) continue
    found = run
    break
  }
  if (!found) throw new Error('the history has no run with an evaluation')
  const detailed = found.id
  let banks = detailed
  for (const run of done) {
    if (
      run.variant !== 'mcnn-f' ||
      !(await workbench.call('filters.layers', { id: run.id })).some(
        (layer) => layer.multiband && layer.epochs.length > 0,
      )
    )
      continue
    banks = run.id
    break
  }
  const { arch, dataset } = found
  const baseline =
    done.find((run) => run.variant === 'baseline' && run.arch === arch && run.dataset === dataset)?.id ?? ''
  const alike = done.filter((run) => run.studyId === 'every-layer' && run.arch === 'resnet-32')
  const diverged = runs.find((run) => run.state === 'diverged')?.id ?? ''
  const failed = runs.find((run) => run.state === 'failed')?.id ?? ''
  const compared = ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'].flatMap(
    (variant) => alike.find((run) => run.variant === variant)?.id ?? [],
  )
  const select = async (page: Page): Promise<void> => {
    const grid = page.getByRole('grid', { name: 'Runs' })
    await expect(grid.getByRole('row').nth(3)).toBeVisible()
    await grid.focus()
    for (const key of ['Home', 'ArrowRight']) await page.keyboard.press(key)
    await expect(grid.getByRole('link', { name: /^seed / }).first()).toBeVisible()
    for (const key of ['ArrowDown', ' ']) await page.keyboard.press(key)
    await expect(page.getByRole('toolbar')).toBeVisible()
  }
  const section = (id: string): View => ({ name: `study-${id}`, hash: `#/studies/${study}?at=${id}` })
  return [
    { name: 'studies', hash: '#/studies' },
    { name: 'studies-trash', hash: '#/studies?in=trash' },
    { name: 'study', hash: `#/studies/${study}` },
    section('curves'),
    section('t1'),
    section('t2'),
    section('fig3'),
    { name: 'runs', hash: '#/runs?q=dataset:cifar-10', then: select },
    { name: 'runs-single', hash: '#/runs?group=none' },
    { name: 'run', hash: `#/runs/${detailed}?compare=${baseline}` },
    {
      name: 'run-evaluated',
      hash: `#/runs/${detailed}`,
      then: (page) =>
        page.evaluate<undefined>(`document.getElementById('confusion').scrollIntoView()`).then(() => undefined),
    },
    { name: 'run-diverged', hash: `#/runs/${diverged}` },
    { name: 'run-failed', hash: `#/runs/${failed}` },
    { name: 'compare', hash: `#/runs?compare=${compared.join(',')}` },
    { name: 'new-study', hash: '#/new' },
    { name: 'filter-banks', hash: `#/banks?run=${banks}` },
    { name: 'data-sets', hash: '#/data' },
    { name: 'system', hash: '#/system' },
    { name: 'method', hash: '#/help/method' },
    { name: 'glossary', hash: '#/help/glossary?term=drop' },
    { name: 'nowhere', hash: '#/nowhere' },
    {
      name: 'palette',
      hash: '#/studies',
      then: async (page) => {
        await page.keyboard.press('Control+k')
        await page.keyboard.type('mcnn-l r32')
        await expect(page.getByRole('dialog').getByRole('option').nth(3)).toBeVisible()
      },
    },
  ]
}

/** Dismisses the offer to resume the generated interrupted runs, which would be on every screenshot. */
async function leaveBanner(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Not now' }).click()
}

async function show(workbench: Workbench, { hash, then }: View): Promise<void> {
  const { page } = workbench
  await page.keyboard.press('Escape')
  await workbench.open(hash)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await then?.(page)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

test('shows each page complete and without an error in both themes and sizes, no two alike', async ({ workbench }) => {
  const { page } = workbench
  const all = await views(workbench)
  await leaveBanner(page)
  const names: string[] = []
  const pictures = new Map<string, string>()
  for (const [width, height] of [
    [1280, 800],
    [900, 600],
  ] as const) {
    await workbench.resize(width, height)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const view of all) {
        await show(workbench, view)
        const name = `${view.name}-${width}-${colorScheme}`
        await expect(page.locator('main h1'), name).toHaveText(/\S/)
        await expect(page.getByRole('alert'), name).toHaveCount(0)
        await workbench.screenshot(name, folder)
        const png = readFileSync(path.join(folder, `${name}.png`))
        expect([png.readUInt32BE(16), png.readUInt32BE(20)], name).toEqual([width, height])
        // A theme, size or page that is not drawn would give the screenshot of another one.
        pictures.set(createHash('sha256').update(png).digest('hex'), name)
        names.push(name)
      }
    }
  }
  expect(names.filter((name) => ![...pictures.values()].includes(name))).toEqual([])
})

/** Finds elements that are wider than their box or exceed the window, unless they have a box that scrolls. */
const tooWide = (tablesToo: boolean): string => `(() => {
  const found = []
  const name = (e) => e.tagName.toLowerCase() + (typeof e.className === 'string' && e.className !== '' ? '.' + e.className.split(' ')[0] : '') + (e.id ? '#' + e.id : '')
  const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX)
  // Tabs, the strip of filters and the drawing of a network scroll inside their own box; tables only if the user has
  // zoomed in.
  const mayScroll = (e) => e.matches('.scroll, .thumbs, .pins ul, nav${tablesToo ? '' : ', .tscroll, [role="region"]'}')
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) found.push('the document, ' + root.scrollWidth + ' in ' + root.clientWidth)
  for (const e of document.querySelectorAll('body *')) {
    if (scrolls(e) && e.scrollWidth > e.clientWidth${tablesToo ? '' : ' + 1'} && !mayScroll(e)) found.push(name(e) + ' scrolls sideways, ' + e.scrollWidth + ' in ' + e.clientWidth)
    if (!e.matches('button, a, input, select, h1, h2, summary') || e.closest('.sr, .skip, [aria-hidden="true"]')) continue
    const { left, right, width } = e.getBoundingClientRect()
    if (width <= 1 || (right <= innerWidth + 1 && left >= -1)) continue
    let box = e.parentElement
    while (box && !(scrolls(box) && mayScroll(box))) box = box.parentElement
    if (!box) found.push(name(e) + ' "' + (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 30) + '" from ' + Math.round(left) + ' to ' + Math.round(right) + ' of ' + innerWidth)
  }
  return found
})()`

for (const [width, height, zoom] of [
  [900, 600, 2],
  [900, 600, 1],
  [900, 600, 0.8],
  [1280, 800, 1],
] as const)
  test(`nothing is cut off or scrolls sideways at ${width} × ${height} and ${zoom * 100} %`, async ({ workbench }) => {
    const { page } = workbench
    await workbench.resize(width, height)
    const all = await views(workbench)
    await workbench.call('shell.preferences', { zoom })
    await expect.poll(() => page.evaluate('innerWidth')).toBe(Math.round(width / zoom))
    mkdirSync(folder, { recursive: true })
    const faults: Record<string, unknown> = {}
    for (const view of all) {
      await show(workbench, view)
      const found = await page.evaluate<string[]>(tooWide(zoom <= 1))
      if (found.length > 0) faults[view.name] = found
      // A screenshot of Playwright has the unzoomed size.
      const picture = await workbench.app.evaluate(
        async ({ BrowserWindow }) =>
          (await BrowserWindow.getAllWindows()[0]?.webContents.capturePage())?.toPNG().toString('base64') ?? '',
      )
      writeFileSync(path.join(folder, `${view.name}-${width}-zoom-${zoom * 100}.png`), Buffer.from(picture, 'base64'))
    }
    expect(faults).toEqual({})
  })
