import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { markerFormat, markerName, type DataDirMarker } from '../src-main/contract/system/dataDirMarker'
import { applicationId } from '../src-main/history/files/historyFile'
import { electronArguments, electronExecutable, expect, test } from './app'

const pages = ['Studies', 'Runs', 'Filter banks', 'Data sets', 'System'] as const

test('opens with the five pages, each under its own heading', async ({ workbench }) => {
  const { page } = workbench
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link')).toHaveCount(pages.length)
  for (const name of [...pages].reverse()) await workbench.go(name)
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeVisible()
  await expect(page.getByText('Service running')).toBeVisible()
})

test('the menu leads to every page and to a new study', async ({ workbench }) => {
  const { app, page } = workbench
  const click = (label: string) =>
    app.evaluate(({ Menu, BrowserWindow }, wanted) => {
      const items = Menu.getApplicationMenu()?.items.flatMap((menu) => menu.submenu?.items ?? []) ?? []
      const item = items.find((one) => one.label.replace('&', '') === wanted)
      if (!item) throw new Error(`no ${wanted} in the menu`)
      const press = item.click as (...args: unknown[]) => void
      press.call(item, undefined, BrowserWindow.getAllWindows()[0], undefined)
    }, label)
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible()
  for (const name of ['System', 'Data sets', 'Filter banks', 'Runs', 'Studies']) {
    await click(name)
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible()
  }
  await click('New study')
  await expect(page.getByRole('heading', { level: 1, name: 'New study' })).toBeVisible()
})

test('a second start on the same data directory does not affect the first', async ({ workbench, dataDir }) => {
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const second = spawn(electronExecutable(), electronArguments(dataDir), { stdio: 'ignore' })
  const [code] = (await once(second, 'exit')) as [number | null]
  expect(code).toBe(0)
  await workbench.go('System')
  expect(await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('the window restores its position and size', async ({ launch, dataDir }) => {
  const first = await launch()
  await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1010, height: 710 }),
  )
  await expect.poll(() => first.page.evaluate('outerWidth')).toBe(1010)
  await first.close()
  expect(JSON.parse(readFileSync(path.join(dataDir, 'desktop/window.json'), 'utf8'))).toMatchObject({
    width: 1010,
    height: 710,
  })
  const second = await launch()
  expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toMatchObject(
    { width: 1010, height: 710 },
  )
})

test('rejects a database of a newer program and does not change it', async ({ launch, dataDir }) => {
  mkdirSync(dataDir, { recursive: true })
  const file = path.join(dataDir, 'history.sqlite')
  const database = new Database(file)
  database.exec('CREATE TABLE later (x)')
  database.pragma('user_version = 9999')
  // This program’s own history.
  database.pragma(`application_id = ${applicationId}`)
  database.close()
  writeFileSync(
    path.join(dataDir, markerName),
    JSON.stringify({ format: markerFormat, id: 'newer' } satisfies DataDirMarker),
  )
  const before = readFileSync(file)

  const { page } = await launch()
  const refusal = page.getByRole('alert').filter({ hasText: 'This data directory cannot be used' })
  await expect(refusal).toContainText(/newer/i)
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('rejects a folder with other files, and remembers the folder that is chosen instead', async ({
  launch,
  dataDir: elsewhere,
}) => {
  const parent = path.dirname(elsewhere)
  const dataDir = path.join(parent, 'mcnn-workbench')
  const env = { XDG_DATA_HOME: parent, XDG_CONFIG_HOME: path.join(parent, 'config') }
  mkdirSync(path.join(dataDir, 'work'), { recursive: true })
  writeFileSync(path.join(dataDir, 'work', 'thesis.tex'), 'mine')
  const refused = await launch({ dataDir, env })
  const { app, page } = refused
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('it contains "work" and no mcnn-workbench.json. Choose another data directory.')
  await expect(alert).not.toContainText('--')
  await expect(page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current]')).toHaveCount(0)
  await refused.inEveryLook(async (ending) => {
    await refused.scrollsNowhereSideways()
    await refused.screenshot(`refused-${ending}`)
  })
  const choose = async (folder: string): Promise<void> => {
    await app.evaluate(({ app: shell, dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
      const kept = globalThis as { relaunched?: string[] | undefined; quit?: () => void }
      const quit = (kept.quit ??= shell.quit.bind(shell))
      shell.relaunch = (options) => void (kept.relaunched = options?.args)
      shell.quit = () => void (shell.quit = quit)
    }, folder)
    await page.getByRole('button', { name: 'Choose another folder…' }).click()
  }
  const relaunched = (): Promise<string | undefined> =>
    app.evaluate(() => (globalThis as { relaunched?: string[] }).relaunched?.at(-1))
  // The same folder is rejected again, with the reason.
  await choose(dataDir)
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('it contains "work"')
  expect(await relaunched()).toBeUndefined()
  await choose(elsewhere)
  await expect.poll(relaunched).toBe(`--data-dir=${elsewhere}`)
  await expect(page.getByRole('button', { name: 'Quit' })).toBeVisible()
  expect(readFileSync(path.join(dataDir, 'work', 'thesis.tex'), 'utf8')).toBe('mine')
  await refused.close()
  const next = await launch({ dataDir: '', env: { ...env, MCNN_E2E: elsewhere } })
  expect((await next.call('system.info', {})).dataDir).toBe(elsewhere)
})

test('opens without its Node and reports what is missing', async ({ launch }) => {
  const { page } = await launch({ env: { MCNN_NODE: '/nowhere/bin/node' } })
  const banner = page.getByRole('alert').filter({ hasText: 'The service has stopped' })
  await expect(banner).toContainText('The Node that runs the service is missing (/nowhere/bin/node).')
  await expect(banner).toContainText('npm start')
})
