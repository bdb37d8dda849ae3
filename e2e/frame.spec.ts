import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { expect, test, type Workbench } from './app'
import { writeComparisonHistory } from './comparisonHistory'

const palette = (page: Page) => page.getByRole('dialog', { name: 'Command palette' })
const search = (page: Page) => palette(page).getByRole('combobox')
const chosen = (page: Page) => palette(page).getByRole('option', { selected: true })
const heading = (page: Page, name: string | RegExp) =>
  expect(
    page.getByRole('heading', { level: 1, name, ...(typeof name === 'string' ? { exact: true } : {}) }),
  ).toBeVisible()

/** Width of the slim navigation; zoomed, it is not an integer. */
const slimWidth = /^4[78](\.\d+)?px$/

/** Clicks an item of the native menu. */
async function menu(workbench: Workbench, label: string): Promise<void> {
  await workbench.app.evaluate(({ Menu, BrowserWindow }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap((one) => one.submenu?.items ?? []) ?? []
    const item = items.find((one) => one.label === wanted)
    if (!item) throw new Error(`no ${wanted} in the menu`)
    const press = item.click as (...args: unknown[]) => void
    press.call(item, undefined, BrowserWindow.getAllWindows()[0], undefined)
  }, label)
}

const zoomOf = ({ app }: Workbench): Promise<number> =>
  app.evaluate(({ BrowserWindow }) =>
    Math.round((BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor() ?? 0) * 100),
  )
const clipboardOf = ({ app }: Workbench): Promise<string> => app.evaluate(({ clipboard }) => clipboard.readText())
const isDark = (page: Page): Promise<unknown> => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)

test('the palette finds pages, actions, studies and runs by the keyboard alone', async ({ launch, dataDir }) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await heading(page, 'Studies')
  await page.keyboard.press('Control+k')
  await expect(search(page)).toBeFocused()
  await expect(chosen(page)).toHaveCount(1)
  await expect(search(page)).toHaveAttribute('aria-activedescendant', (await chosen(page).getAttribute('id')) ?? 'none')

  // A page, by a part of its name.
  await search(page).fill('bank')
  await expect(chosen(page)).toContainText('Filter banks')
  await page.keyboard.press('Enter')
  await expect(palette(page)).toHaveCount(0)
  await heading(page, 'Filter banks')

  // A run, by words of its description.
  await page.keyboard.press('Control+k')
  await search(page).fill('r32 mcnn-l s4')
  const runs = palette(page).getByRole('group', { name: 'Runs' }).getByRole('option')
  await expect(runs).toHaveCount(1)
  await expect(runs).toContainText('mcnn-l · ResNet-32 · CIFAR-10 · seed 4')
  await workbench.screenshot('palette-1280-light')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('location.hash')).toBe('#/runs/resnet-32-mcnn-l-s4')

  // A study, by the arrow keys; recently visited pages are offered again.
  await page.keyboard.press('Control+k')
  await expect(palette(page).getByRole('group', { name: 'Recent' }).getByRole('option').first()).toContainText(
    'Filter banks',
  )
  await search(page).fill('table')
  await expect(palette(page).getByRole('group', { name: 'Studies' })).toContainText('Table I reproduced')
  for (let i = 0; i < 20 && !(await chosen(page).textContent())?.includes('runs done'); i++)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await heading(page, 'Table I reproduced')

  // An action, and a text without a match.
  await page.keyboard.press('Control+k')
  await search(page).fill('qqqq zzzz')
  await expect(palette(page)).toContainText('No results')
  await search(page).fill('slim')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Pages' })).toHaveCSS('width', slimWidth)
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  await expect(palette(page)).toHaveCount(0)
})

test('a view’s link pasted into the palette opens the same view, and back and forward work', async ({
  launch,
  dataDir,
}) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.open('#/studies/table-1?at=t1')
  await heading(page, 'Table I reproduced')
  await page.keyboard.press('Control+l')
  await expect(page.getByRole('status').filter({ hasText: 'Link copied' })).toBeVisible()
  const link = await clipboardOf(workbench)
  expect(link).toBe('#/studies/table-1?at=t1')
  await page.keyboard.press('Control+5')
  await heading(page, 'System')
  await page.keyboard.press('Control+k')
  await search(page).fill(link)
  await expect(palette(page).getByRole('option')).toHaveText([/Open this view/])
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('location.hash')).toBe('#/studies/table-1?at=t1')
  await heading(page, 'Table I reproduced')

  await page.keyboard.press('Alt+ArrowLeft')
  await heading(page, 'System')
  await page.keyboard.press('Alt+ArrowRight')
  await heading(page, 'Table I reproduced')
  // The extra buttons of the mouse, which the driver cannot name.
  await page.evaluate(
    `document.body.dispatchEvent(new MouseEvent('mouseup', { button: 3, bubbles: true, cancelable: true }))`,
  )
  await heading(page, 'System')
  await page.evaluate(
    `document.body.dispatchEvent(new MouseEvent('mouseup', { button: 4, bubbles: true, cancelable: true }))`,
  )
  await heading(page, 'Table I reproduced')
  await menu(workbench, 'Back')
  await heading(page, 'System')
})

test('menus contain the commands of the keys: pages, zoom, theme, navigation, shortcuts', async ({ launch }) => {
  const workbench = await launch()
  const { page, app, dataDir } = workbench
  // The driver's emulated theme would hide the program's.
  await page.emulateMedia({ colorScheme: null })
  await heading(page, 'Studies')
  expect(
    await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map((item) => item.label.replace('&', ''))),
  ).toEqual(['File', 'Edit', 'View', 'Run', 'Go', 'Help'])
  for (const [i, name] of ['Studies', 'Runs', 'Filter banks', 'Data sets', 'System'].entries()) {
    await page.keyboard.press(`Control+${i + 1}`)
    await heading(page, name)
  }

  expect(await zoomOf(workbench)).toBe(100)
  for (let i = 0; i < 9; i++) await page.keyboard.press('Control+=')
  await expect.poll(() => zoomOf(workbench)).toBe(200)
  // The zoom is the same at another address.
  const wide = await page.evaluate('innerWidth')
  await page.keyboard.press('Control+2')
  await heading(page, 'Runs')
  await workbench.open('#/runs?state=done')
  expect(await zoomOf(workbench)).toBe(200)
  expect(await page.evaluate('innerWidth')).toBe(wide)
  await menu(workbench, 'Actual size')
  await expect.poll(() => zoomOf(workbench)).toBe(100)
  for (let i = 0; i < 5; i++) await menu(workbench, 'Zoom out')
  await expect.poll(() => zoomOf(workbench)).toBe(80)

  await menu(workbench, 'Dark theme')
  await expect.poll(() => isDark(page)).toBe(true)
  expect(await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('view.theme-dark')?.checked)).toBe(
    true,
  )
  await expect
    .poll(() => JSON.parse(readFileSync(path.join(dataDir, 'desktop/preferences.json'), 'utf8')) as unknown)
    .toMatchObject({ theme: 'dark', zoom: 0.8 })

  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(sheet).toContainText('Ctrl K')
  await workbench.screenshot('shortcuts-dark')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await page.keyboard.press('Control+b')
  await expect(page.getByRole('navigation', { name: 'Pages' })).toHaveCSS('width', slimWidth)
  await workbench.close()

  // Everything is restored.
  const again = await launch()
  await again.page.emulateMedia({ colorScheme: null })
  await expect.poll(() => zoomOf(again)).toBe(80)
  expect(await isDark(again.page)).toBe(true)
  await expect(again.page.getByRole('navigation', { name: 'Pages' })).toHaveCSS('width', slimWidth)
  await menu(again, 'System theme')
  await menu(again, 'Actual size')
})

test('typing in a text field runs no shortcut', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/new')
  await page.getByLabel('Name').fill('Why')
  await page.getByLabel('Name').press('?')
  await expect(page.getByLabel('Name')).toHaveValue('Why?')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByLabel('Name').press('Control+z')
  await expect(page.getByLabel('Name')).not.toHaveValue('Why?')
  await menu(workbench, 'Pause or resume run')
  await expect(page.getByRole('status').filter({ hasText: 'Nothing is running.' })).toBeVisible()
})

test('the Help menu opens the method, the glossary and the shortcuts; a term leads to its entry and back', async ({
  launch,
  dataDir,
}) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await heading(page, 'Studies')
  await menu(workbench, 'Method')
  await heading(page, 'Method')
  const equations = page.getByRole('table', { name: 'Equations 1 to 4 of the paper' })
  await expect(equations.getByRole('row')).toHaveCount(5)
  await expect(equations).toContainText('H₄(u, v) = H(u − π, v − π)')

  // A term, by the keyboard: its tooltip defines it, and its link opens its glossary entry.
  const term = page.getByRole('link', { name: 'base filter', exact: true }).first()
  await expect(term).toHaveAttribute('title', /^A trained filter/)
  await term.focus()
  await page.keyboard.press('Enter')
  await heading(page, 'Glossary')
  const entry = page.locator('#term-base-filter')
  await expect(entry).toBeInViewport()
  await expect(entry).toBeFocused()
  await page.keyboard.press('Alt+ArrowLeft')
  await heading(page, 'Method')

  await menu(workbench, 'Glossary')
  await heading(page, 'Glossary')
  await page.getByRole('searchbox', { name: 'Filter terms' }).fill('holm')
  await expect(page.locator('dt')).toHaveText(['Holm’s correction'])
  await page.getByRole('searchbox', { name: 'Filter terms' }).fill('')

  await menu(workbench, 'Keyboard shortcuts')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')

  // A term in a table, and one in the palette.
  await workbench.open('#/studies/table-1?at=t1')
  await page.getByRole('link', { name: 'Drop, points' }).click()
  await expect(page.locator('#term-drop')).toBeFocused()
  await page.keyboard.press('Control+k')
  await search(page).fill('equations')
  await page.keyboard.press('Enter')
  await heading(page, 'Method')
})
