/** Exports: a study's archive that is imported elsewhere, a self-contained report, a manifest. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright/test'
import { expect, screenshots, test, type Workbench } from './app'
import { comparisonStudy, writeComparisonHistory } from './comparisonHistory'

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const study = `#/studies/${comparisonStudy}`

async function saveTo(workbench: Workbench, file: string | null): Promise<void> {
  await workbench.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
  }, file)
}

async function choose(workbench: Workbench, item: string): Promise<void> {
  await workbench.page.getByRole('button', { name: /^More/ }).click()
  await workbench.page.getByRole('menuitem', { name: item }).click()
}

test('exports a study from one window and imports it in another', async ({ launch, dataDir }) => {
  writeComparisonHistory(dataDir)
  const archive = path.join(path.dirname(dataDir), 'study.tar.gz')
  const workbench = await launch()
  await workbench.resize(1280, 800)
  await workbench.open(study)
  await saveTo(workbench, null)
  await choose(workbench, 'Export study…')
  await saveTo(workbench, archive)
  await choose(workbench, 'Export study…')
  await expect(workbench.page.getByText('Study exported')).toBeVisible()
  expect(existsSync(archive)).toBe(true)
  const compared = await workbench.call('studies.compare', { id: comparisonStudy })
  await workbench.close()

  const elsewhere = await launch({ dataDir: path.join(path.dirname(dataDir), 'elsewhere') })
  await elsewhere.resize(1280, 800)
  await elsewhere.chooseFiles([archive])
  await choose(elsewhere, 'Import study…')
  await expect(elsewhere.page.getByRole('heading', { level: 1, name: 'Table I reproduced' })).toBeVisible()
  await expect(elsewhere.page.getByText(/Table I reproduced imported: 75 runs/)).toBeVisible()
  await elsewhere.screenshot('publish-imported')
  const [first] = (await elsewhere.call('studies.compare', { id: comparisonStudy })).rows
  const [before] = compared.rows
  expect(first?.cells.map((cell) => cell.accuracy)).toEqual(before?.cells.map((cell) => cell.accuracy))
  await elsewhere.go('Studies')
  await choose(elsewhere, 'Import study…')
  await expect(elsewhere.page.getByText(/75 runs already imported, nothing new/)).toBeVisible()
  await elsewhere.chooseFiles([path.join(__dirname, 'publish.spec.ts')])
  await elsewhere.go('Studies')
  await choose(elsewhere, 'Import study…')
  await expect(elsewhere.page.getByText(/Cannot import publish\.spec\.ts: it is not an archive/)).toBeVisible()
})

async function resizeReport(workbench: Workbench, page: Page, width: number): Promise<void> {
  await workbench.app.evaluate(({ BrowserWindow }, wide) => {
    for (const window of BrowserWindow.getAllWindows())
      if (window.webContents.getURL().endsWith('-report/index.html')) window.setContentSize(wide, 600)
  }, width)
  await expect.poll(() => page.evaluate('innerWidth')).toBe(width)
}

/** Checks that a report of this width scrolls down only, and that every cell of a table can be scrolled into view. */
async function readsWithoutClipping(workbench: Workbench, page: Page, width: number): Promise<void> {
  await resizeReport(workbench, page, width)
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
  const outside = await page.evaluate<string[]>(`[...document.querySelectorAll('table')].flatMap((table) => {
    const frame = table.parentElement
    const { left, right } = frame.getBoundingClientRect()
    const widthOf = document.documentElement.clientWidth
    const wide = frame.scrollWidth > frame.clientWidth
    // A scrolling frame must be reachable by keyboard, and must not cover a part of its table.
    const faults = [
      ...(left < 0 || right > widthOf ? ['its frame leaves the page'] : []),
      ...(wide && frame.tabIndex !== 0 ? ['its frame scrolls and takes no focus'] : []),
      ...(frame.scrollHeight > frame.clientHeight ? ['its frame hides rows'] : []),
      ...(wide && ${width} >= 900 ? ['it scrolls by ' + (frame.scrollWidth - frame.clientWidth) + ' px'] : []),
    ]
    for (const row of [table.rows[0], table.rows[table.rows.length - 1]])
      for (const cell of row.cells) {
        cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
        const box = cell.getBoundingClientRect()
        if (box.left < left - 1 || box.right > right + 1) faults.push(cell.textContent + ' cannot be scrolled into view')
        if (cell.scrollWidth > cell.clientWidth) faults.push(cell.textContent + ' is clipped')
      }
    frame.scrollLeft = 0
    return faults.map((fault) => table.caption.textContent + ': ' + fault)
  })`)
  expect(outside).toEqual([])
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const part of ['What the study shows', 'Table I: accuracy', 'Table II: trained parameters and cost', 'Runs'])
      await screenshotOf(page, part, `report-${width}-${colorScheme}`)
  }
}

async function screenshotOf(page: Page, heading: string, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page
    .getByRole('heading', { name: heading, exact: true })
    .evaluate((element) => (element as unknown as { scrollIntoView: () => void }).scrollIntoView())
  await page.screenshot({
    path: path.join(screenshots, `${name}-${heading.toLowerCase().replace(/\W+/g, '-')}.png`),
  })
}

test('writes a study’s report as a self-contained page', async ({ launch, dataDir }) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  await workbench.resize(1280, 800)
  await workbench.open(study)
  await workbench.chooseFiles([path.dirname(dataDir)])
  await choose(workbench, 'Write report…')
  await expect(workbench.page.getByText(/Report saved as .*index\.html/)).toBeVisible()
  const folder = path.join(path.dirname(dataDir), `${comparisonStudy}-report`)
  await workbench.app.evaluate(({ shell }) => {
    const kept = globalThis as unknown as { shown: string[] }
    kept.shown = []
    shell.showItemInFolder = (file) => void kept.shown.push(file)
  })
  await workbench.screenshot('publish-report-written')
  await workbench.page.getByRole('button', { name: 'Show in folder' }).click()
  await expect
    .poll(() => workbench.app.evaluate(() => (globalThis as unknown as { shown: string[] }).shown))
    .toEqual([path.join(folder, 'index.html')])
  // A second report asks before it replaces the first.
  const asked = await workbench.answerQuestions(1)
  await choose(workbench, 'Write report…')
  await expect.poll(asked).toEqual([`Replace the report in ${comparisonStudy}-report?`])
  await workbench.answerQuestions(0)
  await choose(workbench, 'Write report…')
  await expect(workbench.page.getByText(/Report saved as .*index\.html/)).toHaveCount(2)
  const opened = workbench.app.waitForEvent('window')
  await workbench.app.evaluate(
    ({ BrowserWindow }, file) => {
      // An independent browser: the policies of the program's window do not apply there.
      const window = new BrowserWindow({
        width: 1100,
        height: 900,
        webPreferences: { partition: 'report', sandbox: true },
      })
      void window.loadFile(file)
    },
    path.join(folder, 'index.html'),
  )
  const page = await opened
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  for (const width of [900, 640]) await readsWithoutClipping(workbench, page, width)
  await resizeReport(workbench, page, 1100)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Table I reproduced' })).toBeVisible()
    for (const part of ['What the study shows', 'Table I: accuracy', 'Figures', 'Runs'])
      await screenshotOf(page, part, `report-${colorScheme}`)
    await page.evaluate(axe)
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`)
    expect(
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 200)]),
    ).toEqual([])
  }
  expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([])
  const errors = await page.evaluate(
    `new DOMParser().parseFromString(${JSON.stringify(readFileSync(path.join(folder, 'index.html'), 'utf8').replace('<!DOCTYPE html>\n', ''))}, 'application/xml').querySelectorAll('parsererror').length`,
  )
  expect(errors).toBe(0)
  await page.close()
})

test('copies the manifest of a run', async ({ launch, dataDir }) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  await workbench.resize(1280, 800)
  await workbench.open('#/runs/resnet-32-mcnn-l-s4')
  await workbench.page.getByRole('button', { name: 'Copy manifest' }).click()
  await expect(workbench.page.getByText('Manifest copied as JSON')).toBeVisible()
  await workbench.screenshot('publish-run')
  const text = await workbench.app.evaluate(({ clipboard }) => clipboard.readText())
  expect(JSON.parse(text)).toMatchObject({
    manifest: 'mcnn-run',
    run: { id: 'resnet-32-mcnn-l-s4', state: 'done' },
    config: { variant: 'mcnn-l', seed: 4 },
    results: { epochsDone: 200 },
  })
})
