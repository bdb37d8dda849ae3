import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from './app'

test('an invalid form lists its errors and cannot be started', async ({ workbench }) => {
  const { page } = workbench
  await page.getByRole('link', { name: 'New study' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New study' })).toBeVisible()
  const start = page.getByRole('button', { name: 'Start study' })
  await expect(start).toBeDisabled()
  await page.getByLabel('Name').fill('Off')
  await page.getByRole('radio', { name: /synthetic/i }).check()
  await expect(start).toBeEnabled()

  const wrong: [label: string, bad: string, good: string, says: RegExp][] = [
    ['Epochs', '0', '5', /at least 1/i],
    ['Epochs', '2.5', '5', /whole number/i],
    ['Batch size', '9999', '64', /at most 4096/i],
    ['Learning rate', '-1', '0.1', /above 0/i],
    ['Learning rate', 'fast', '0.1', /number/i],
    ['Weight decay', '2', '0.0001', /at most 1/i],
    ['Train limit', '3', '100', /at least 10/i],
  ]
  for (const [label, bad, good, says] of wrong) {
    const field = page.getByLabel(label, { exact: true })
    await field.fill(bad)
    await expect(field, label).toHaveAttribute('aria-invalid', 'true')
    await expect(field, label).toHaveAccessibleDescription(says)
    await expect(start, label).toBeDisabled()
    await field.fill(good)
    await expect(field, label).not.toHaveAttribute('aria-invalid')
    await expect(start, label).toBeEnabled()
  }
  const variants = page.getByRole('group', { name: 'Variants' })
  // The label covers the box and draws it.
  for (const box of await variants.getByRole('checkbox').all())
    await expect(() => box.uncheck({ force: true })).toPass()
  await expect(variants).toContainText(/choose at least one/i)
  await expect(start).toBeDisabled()
  // Enter in a field does not start the study either.
  await page.getByLabel('Name').press('Enter')
  expect(await workbench.call('studies.list', {})).toEqual([])
})

test('the form shows the precision that auto means, and the run its own', async ({ workbench }) => {
  const { page } = workbench
  const { bfloat16 } = await workbench.call('system.device', {})
  const here = bfloat16 === null ? 'float32' : 'bfloat16'
  await page.getByRole('link', { name: 'New study' }).click()
  const precision = page.getByRole('combobox', { name: 'Precision' })
  await expect(precision).toHaveValue('float32')
  await expect(precision.getByRole('option')).toHaveText(['float32', 'bfloat16', `auto (${here} here)`])
  await precision.selectOption('bfloat16')
  const warning = page.getByText('bfloat16 here: emulated')
  await expect(warning).toHaveCount(bfloat16 === null ? 1 : 0)
  await precision.selectOption('auto')
  await page.getByLabel('Name').fill('In auto')
  await page.getByRole('radio', { name: /synthetic/i }).check()
  for (const [label, value] of [
    ['Seeds', '1'],
    ['Epochs', '1'],
    ['Batch size', '50'],
    ['Train limit', '100'],
    ['Test limit', '100'],
  ] as const)
    await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByRole('button', { name: 'Start study' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'In auto' })).toBeVisible()
  const [study] = await workbench.call('studies.list', {})
  expect(study?.plan?.training.precision).toBe(here)
  const [run] = await workbench.call('runs.list', {})
  await workbench.open(`#/runs/${run?.id ?? ''}`)
  await expect(page.getByText('precision', { exact: true }).locator('xpath=following-sibling::*[1]')).toHaveText(here)
})

test('rejects a corrupt archive by name and leaves no files', async ({ workbench, dataDir }) => {
  const { page } = workbench
  const file = path.join(dataDir, '..', 'cifar-10-binary.tar.gz')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, gzipSync(Buffer.alloc(50_000, 7)).subarray(0, 60))
  await workbench.go('Data sets')
  await workbench.chooseFiles([file])
  await page.getByRole('button', { name: 'Import archive…' }).click()
  const error = page.getByRole('alert').filter({ hasText: 'cifar-10-binary.tar.gz was not imported' })
  await expect(error).toContainText(/bad-data/)
  await expect(error).toContainText('cifar-10-binary.tar.gz')
  const sets = await workbench.call('datasets.list', {})
  expect(sets.filter((set) => set.available).map((set) => set.id)).toEqual(['synthetic'])

  // A path is used only once, and a cancelled dialog is no error.
  await workbench.chooseFiles(null)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByRole('button', { name: 'Import folder…' }).click()
  await expect(page.getByRole('button', { name: 'Import archive…' })).toBeEnabled()
  await expect(page.getByRole('alert')).toHaveCount(0)
})
