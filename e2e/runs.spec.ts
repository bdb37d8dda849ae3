/** The runs page with an artificial history: search, sort, group, select, tag, delete and compare. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright/test'
import { expect, test, type Workbench } from './app'

const runs = 300

test.beforeEach(({ dataDir }) => {
  execFileSync(process.execPath, [
    path.join(__dirname, '../out/main/history.js'),
    '--data-dir',
    dataDir,
    '--runs',
    String(runs),
    '--epochs',
    '30',
  ])
})

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Runs' })
const filter = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter runs' })
const head = (page: Page, name: string): Locator =>
  grid(page).getByRole('columnheader', { name, exact: false }).getByRole('button')
/** Resolves when all visible rows show the current list: they follow it over several frames. */
const settled = (page: Page): Promise<void> =>
  expect(page.getByRole('region', { name: 'Runs', exact: true })).toHaveAttribute('aria-busy', 'false')
/** Returns the texts of a column in the mounted rows. */
async function column(page: Page, name: RegExp): Promise<string[]> {
  await settled(page)
  const heads = await grid(page).getByRole('columnheader').allTextContents()
  const at = heads.findIndex((text) => name.test(text.trim()))
  return grid(page)
    .locator(`tbody tr[aria-selected] > td:nth-child(${at + 1})`)
    .evaluateAll((cells) => cells.map((cell) => (cell as unknown as { innerText: string }).innerText.trim()))
}
const rowsOf = (page: Page): Promise<number> =>
  grid(page)
    .getAttribute('aria-rowcount')
    .then((text) => Number(text) - 1)

/** Ungrouped: otherwise each row is a group. */
async function onRuns(workbench: Workbench): Promise<Page> {
  await workbench.open('#/runs?group=none')
  await expect.poll(() => rowsOf(workbench.page)).toBe(runs)
  return workbench.page
}

test('filters by a query with completion, stores it in the address, and locates errors', async ({ workbench }) => {
  const page = await onRuns(workbench)
  await page.keyboard.press('/')
  await expect(filter(page)).toBeFocused()
  await page.keyboard.type('va')
  await expect(page.getByRole('option', { name: /^variant/ })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(filter(page)).toHaveValue('variant:')
  await page.keyboard.type('mcnn-l')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Remove variant:mcnn-l' })).toBeVisible()
  await page.keyboard.type('depth:20 ')
  const wanted = (await workbench.call('runs.list', {})).filter(
    (run) => run.variant === 'mcnn-l' && run.arch === 'resnet-20',
  ).length
  expect(wanted).toBeGreaterThan(2)
  await expect.poll(() => rowsOf(page)).toBe(wanted)
  for (const text of await column(page, /^Config/)) expect(text).toMatch(/mcnn-l.*R20/s)

  await filter(page).fill('acx>1')
  await expect(filter(page)).toHaveAccessibleDescription(/no field “acx”; did you mean acc/)
  await filter(page).fill('')
  await page.goBack()
  await expect.poll(() => rowsOf(page)).toBeGreaterThan(wanted)
  await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(1)
  await page.goBack()
  await expect.poll(() => rowsOf(page)).toBe(runs)

  await workbench.open('#/runs?group=none&q=variant:mcnn-l+nothing-is-called-so')
  await expect(page.getByRole('heading', { name: 'No matching runs' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all runs' }).click()
  await expect.poll(() => rowsOf(page)).toBe(runs)
})

test('sorts by several columns, shows other epochs, and remembers columns', async ({ workbench }) => {
  const page = await onRuns(workbench)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Images/s' }).check()
  await page.getByRole('button', { name: 'Pin Time' }).click()
  await page.keyboard.press('Escape')
  await head(page, 'State').click()
  await head(page, 'Test acc.').click({ modifiers: ['Shift'] })
  await expect(grid(page).getByRole('columnheader', { name: 'Test acc.' })).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(async () => (await column(page, /^State/))[0]).toBe('failed')
  const states = await column(page, /^State/)
  const accuracies = (await column(page, /^Test acc/)).map(Number)
  states.forEach((state, i) => {
    const before = accuracies[i - 1]
    if (state === states[i - 1] && before !== undefined && !Number.isNaN(before))
      expect(accuracies[i] ?? NaN).not.toBeGreaterThan(before)
  })
  await page.getByText('best', { exact: true }).click()
  await expect(head(page, 'Best acc.')).toBeVisible()
  await page.reload()
  await expect(head(page, 'Best acc.')).toBeVisible()
  await expect(grid(page).getByRole('columnheader').nth(2)).toHaveText('Time')
  await expect(grid(page).getByRole('columnheader', { name: 'Images/s' })).toBeVisible()
})

test('group checkboxes follow the selection; queueing many runs needs a confirmation', async ({ workbench }) => {
  await workbench.resize(1280, 800)
  await workbench.go('Runs')
  const { page } = workbench
  const { groups, part } = await workbench.call('runs.query', { group: 'config', limit: 500 })
  await expect.poll(() => rowsOf(page)).toBe(groups ?? -1)
  const several = part.findIndex((row) => row.kind === 'group' && row.runs > 1)
  expect(several).toBeGreaterThanOrEqual(0)
  const boxes = grid(page).getByRole('row', { selected: true }).getByRole('checkbox')
  const box = grid(page).locator('tbody tr[aria-selected]').nth(several).getByRole('checkbox')
  const indeterminate = (): Promise<boolean> =>
    box.evaluate((one) => (one as unknown as { indeterminate: boolean }).indeterminate)

  await grid(page).focus()
  await page.keyboard.press('Control+a')
  await expect(page.getByRole('toolbar', { name: `${runs} selected` })).toBeVisible()
  await expect(grid(page).locator('tbody tr[aria-selected="false"]')).toHaveCount(0)
  for (const one of await boxes.all()) await expect(one).toBeChecked()
  await workbench.screenshot('runs-all-selected')

  await page.keyboard.press('Home')
  for (let row = 0; row < several; row++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await expect(
    grid(page)
      .getByRole('link', { name: /^seed / })
      .first(),
  ).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press(' ')
  await expect(page.getByRole('toolbar', { name: `${runs - 1} selected` })).toBeVisible()
  await expect.poll(indeterminate).toBe(true)
  await workbench.screenshot('runs-partly-selected')

  const before = (await workbench.call('runs.list', {})).length
  await page.getByRole('toolbar').getByRole('button', { name: 'Re-run' }).click()
  const question = page.getByRole('dialog', { name: `Re-run ${runs - 1} runs?` })
  await expect(question).toBeVisible()
  await workbench.screenshot('runs-rerun-question')
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect(await workbench.call('runs.list', {})).toHaveLength(before)

  // A range selects complete groups, although they are collapsed.
  await grid(page).focus()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('toolbar')).toHaveCount(0)
  await grid(page).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Home')
  for (const key of ['ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key)
  await expect(boxes).toHaveCount(3)
  for (const one of await boxes.all()) await expect(one).toBeChecked()
})

test('groups by config, expands groups, and works with the keyboard alone', async ({ workbench }) => {
  await workbench.resize(1280, 800)
  await workbench.go('Runs')
  const { page } = workbench
  const { groups, part } = await workbench.call('runs.query', { group: 'config', limit: 500 })
  await expect.poll(() => rowsOf(page)).toBe(groups ?? -1)
  const [first] = part
  if (first?.kind !== 'group') throw new Error('no group')
  await grid(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => rowsOf(page)).toBe((groups ?? 0) + first.runs)
  await page.keyboard.press(' ')
  await expect(page.getByRole('toolbar', { name: `${first.runs} selected` })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('toolbar')).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press(' ')
  await expect(page.getByRole('toolbar', { name: '1 selected' })).toBeVisible()
  await workbench.screenshot('runs-grouped-light')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(first.variant)
  await page.goBack()
  await page.getByRole('combobox', { name: 'Group' }).selectOption('none')
  await expect.poll(() => rowsOf(page)).toBe(runs)
  expect(await page.evaluate('location.hash')).toBe('#/runs?group=none')
  await page.reload()
  await expect.poll(() => rowsOf(page)).toBe(runs)
  await page.getByRole('combobox', { name: 'Group' }).selectOption('config')
  await expect.poll(() => rowsOf(page)).toBe(groups ?? -1)
  await grid(page).focus()
  await page.keyboard.press('End')
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', /\d/)
  await page.keyboard.press('Control+a')
  await expect(page.getByRole('toolbar', { name: `${runs} selected` })).toBeVisible()
})

test('tags, archives, deletes and undoes', async ({ workbench }) => {
  const page = await onRuns(workbench)
  await grid(page).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByRole('toolbar', { name: '3 selected' })).toBeVisible()
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByLabel('Add tags').fill('paper, to check')
  await page.keyboard.press('Enter')
  await expect(grid(page).locator('.tag', { hasText: 'paper' })).toHaveCount(3)
  await page.getByRole('button', { name: 'Clear selection' }).click()

  await page.keyboard.press('/')
  await page.keyboard.type('tag:')
  await page.getByRole('option', { name: 'to check' }).click()
  await expect.poll(() => rowsOf(page)).toBe(3)
  await grid(page).getByRole('checkbox', { name: 'Select all runs' }).check()
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect.poll(() => rowsOf(page)).toBe(0)
  expect(await workbench.call('runs.list', {})).toHaveLength(runs - 3)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => rowsOf(page)).toBe(3)

  await grid(page).getByRole('checkbox', { name: 'Select all runs' }).check()
  await page.getByRole('button', { name: 'Archive', exact: true }).click()
  await expect.poll(() => rowsOf(page)).toBe(0)
  await workbench.open('#/runs?group=none&q=is:archived')
  await expect.poll(() => rowsOf(page)).toBe(3)
  await grid(page).getByRole('checkbox', { name: 'Select all runs' }).check()
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await workbench.open('#/runs?group=none&q=is:trashed')
  await expect.poll(() => rowsOf(page)).toBe(3)
  await grid(page).getByRole('checkbox', { name: 'Select all runs' }).check()
  await page.getByRole('button', { name: 'Delete permanently…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => rowsOf(page)).toBe(0)
  expect((await workbench.call('runs.query', { query: 'is:trashed' })).runs).toBe(0)
})

test('compares runs on one chart with the differences of their configs, and exports them', async ({
  workbench,
  dataDir,
}) => {
  const page = await onRuns(workbench)
  await workbench.open('#/runs?group=none&q=study:every-layer+depth:20+state:done')
  await expect.poll(() => rowsOf(page)).toBeLessThan(30)
  await page.getByRole('checkbox', { name: 'Select all runs' }).check()
  const file = path.join(dataDir, 'runs.csv')
  await workbench.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
  }, file)
  await page.getByRole('button', { name: 'Export selected' }).click()
  await page.getByRole('menuitem', { name: 'Save as CSV…' }).click()
  await expect(page.getByText('Runs.csv saved')).toBeVisible()
  const n = await rowsOf(page)
  expect(readFileSync(file, 'utf8').trimEnd().split('\r\n')).toHaveLength(n + 1)

  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Config differences' })).toBeVisible()
  const table = page.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'State' }) })
  await expect(table.getByRole('columnheader', { name: 'variant' })).toBeVisible()
  await expect(table.getByRole('columnheader', { name: 'learning rate' })).toHaveCount(0)
  await expect(table.locator('tbody tr')).toHaveCount(n)
  await expect(page.getByRole('img', { name: /Test accuracy by epoch/ })).toBeVisible()
  await workbench.screenshot('runs-compare-light')
  await page.goBack()
  await expect.poll(() => rowsOf(page)).toBe(n)
})

test('fits both themes and sizes', async ({ workbench }) => {
  const page = await onRuns(workbench)
  await workbench.call('runs.tag', {
    ids: (await workbench.call('runs.ids', { query: 'state:done seed:1' })).slice(0, 30),
    add: ['paper'],
  })
  for (const [theme, width, height] of [
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 900, 600],
    ['dark', 900, 600],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await workbench.resize(width, height)
    const size = width === 1280 ? '' : '-small'
    await workbench.open('#/runs?group=none&q=dataset:cifar-10&sort=-accuracy')
    await expect.poll(() => rowsOf(page)).toBeGreaterThan(10)
    await expect(grid(page).locator('svg path[d^=M]').first()).toBeVisible()
    await settled(page)
    await workbench.screenshot(`runs${size}-${theme}`)
    await workbench.open('#/runs')
    await expect.poll(async () => (await column(page, /^Epoch/))[0]).toMatch(/^n /)
    await settled(page)
    await workbench.screenshot(`runs-groups${size}-${theme}`)
  }
})
