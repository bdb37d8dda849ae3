/** Deleting: studies and runs go to the trash, can be restored, and are deleted with their files when purged. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from './app'
import { comparisonStudy, writeComparisonHistory } from './comparisonHistory'

/** Paths of all files of runs. */
const filesIn = (dataDir: string): string[] =>
  readdirSync(path.join(dataDir, 'runs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

test.beforeEach(({ dataDir }) => void writeComparisonHistory(dataDir))

test('moves a study with its runs to the trash, restores it by Undo and from the trash, and purges it with its files', async ({
  workbench,
  dataDir,
}) => {
  const { page } = workbench
  const { study, runs } = await workbench.call('studies.get', { id: comparisonStudy })
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: study.name, exact: true }) })
  const weights = path.join(dataDir, 'runs', runs[0]?.id ?? '', 'weights.safetensors')
  mkdirSync(path.dirname(weights), { recursive: true })
  writeFileSync(weights, Buffer.alloc(2_000_000))

  await workbench.open(`#/studies/${comparisonStudy}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Move to trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible()
  await expect(page.getByText('No studies yet')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(row).toBeVisible()
  await workbench.go('Runs')
  await expect(page.getByText(`${runs.length} runs`)).toBeVisible()

  await workbench.go('Studies')
  await row.getByRole('button', { name: `Actions for ${study.name}` }).click()
  await page.getByRole('menuitem', { name: 'Move to trash' }).click()
  await expect(row).toHaveCount(0)
  await workbench.go('Runs')
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Command palette' }).getByRole('combobox').fill(study.name)
  await expect(page.getByRole('dialog').getByText('No results')).toBeVisible()
  await page.keyboard.press('Escape')
  // The history was written without journals: the service adds one for each run that has measurements.
  const measured = runs.filter((run) => run.epochsDone > 0).length
  const journals = (): string[] =>
    filesIn(dataDir).filter((file) => file.endsWith('/journal/0001.jsonl') && !file.includes('journal.part'))
  await expect.poll(() => journals().length).toBe(measured)
  const bytes = filesIn(dataDir).reduce((sum, file) => sum + statSync(file).size, 0)
  expect(bytes).toBeGreaterThan(2_000_000)
  await workbench.go('System')
  await expect(page.getByRole('region', { name: 'Storage' })).toContainText(
    `${(bytes / 1e6).toFixed(1)} MB in the trash`,
  )
  // The address of one of its runs shows that it is in the trash.
  await workbench.open(`#/runs/${runs[0]?.id ?? ''}`)
  await expect(page.getByText(`Its study, “${study.name}”, is in the trash`)).toBeVisible()
  await expect(page.getByRole('button', { name: 'More actions' })).toHaveCount(0)

  await workbench.go('Studies')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Trash' })).toBeVisible()
  await page.getByRole('button', { name: `Restore ${study.name}` }).click()
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await page.getByRole('button', { name: `Delete permanently… ${study.name}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible()
  expect(existsSync(weights)).toBe(false)
  expect(await workbench.call('studies.list', {})).toEqual([])
})

test('moves a run from its page to the trash, with Undo', async ({ workbench }) => {
  const { page } = workbench
  const id = 'resnet-32-mcnn-l-s4'
  await workbench.open(`#/runs/${id}`)
  const { run } = await workbench.call('runs.get', { id })
  const before = (await workbench.call('runs.list', {})).length
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Move to trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible()
  await expect(page.getByText(`${before - 1} runs`)).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText(`${before} runs`)).toBeVisible()

  await workbench.open(`#/runs/${id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Move to trash' }).click()
  await expect(page.getByText(`${before - 1} runs`)).toBeVisible()
  await page.goBack()
  await expect(page.getByText('This run is in the trash')).toBeVisible()
  await page.getByRole('button', { name: 'Restore run' }).click()
  await expect(page.getByText('This run is in the trash')).toHaveCount(0)
  expect((await workbench.call('runs.list', {})).find((one) => one.id === id)).toEqual(run)
})
