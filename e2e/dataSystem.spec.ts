import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { choose, expect, test } from './app'
import { cifarSpecs } from '../src-main/datasets/catalog'
import { locateDataDir } from '../src-main/service/storage/dataDirIdentity'
import { makeRunFolder } from '../src-main/service/storage/ownFiles'

/** Writes CIFAR-10 as an import does, with black images. */
function putBlackSet(dataDir: string): void {
  const folder = path.join(dataDir, 'datasets', 'cifar-10')
  mkdirSync(folder, { recursive: true })
  const split = (name: 'train' | 'test', count: number) => {
    const file = path.join(folder, `${name}.bin`)
    writeFileSync(file, '')
    truncateSync(file, count * 3073)
    return { count, bytes: count * 3073, sha256: '0'.repeat(64) }
  }
  const sizes = { train: split('train', 50_000), test: split('test', 10_000) }
  const classes = cifarSpecs.find((spec) => spec.id === 'cifar-10')?.classes
  writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({
      format: 1,
      id: 'cifar-10',
      classes,
      labelBytes: 1,
      ...sizes,
      official: false,
      source: 'test',
      importedAt: '2026-01-01T00:00:00Z',
    }),
  )
}

test('a data set shows its images, counts, channels and augmentation', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/data?id=synthetic')
  const statistics = await workbench.call('datasets.statistics', { id: 'synthetic' })
  const channels = page.getByRole('region', { name: 'Channels' })
  await expect(channels.getByRole('row', { name: /^red/ })).toContainText(statistics.mean[0]?.toFixed(4) ?? 'no mean')
  await expect(page.getByText(String(statistics.perClass[0]), { exact: true }).first()).toBeVisible()
  const augmentation = page.getByRole('region', { name: 'Augmentation' })
  const drawn = augmentation.getByRole('img', { name: /augmented/ }).locator('canvas')
  const bytes = () => drawn.evaluate((canvas) => (canvas as unknown as { toDataURL: () => string }).toDataURL())
  await expect.poll(() => drawn.evaluate((canvas) => (canvas as unknown as { width: number }).width)).toBe(4 * 34 - 2)
  const before = await bytes()
  await augmentation.getByRole('button', { name: 'Resample' }).click()
  await expect.poll(bytes).not.toBe(before)
  await workbench.inEveryLook(async (ending) => {
    await augmentation.scrollIntoViewIfNeeded()
    await workbench.screenshot(`data-sets-below-${ending}`)
  })
})

test('Ctrl Z restores a removed data set; closing the notice deletes it', async ({ launch, dataDir }) => {
  putBlackSet(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.open('#/data?id=cifar-10')
  const entry = page.getByRole('navigation', { name: 'Data sets' }).getByRole('link', { name: /CIFAR-10 / })
  await expect(entry).toContainText('imported')
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(entry).toContainText('not installed')
  const notice = page.getByRole('status').filter({ hasText: 'CIFAR-10 removed' })
  await expect(notice).toBeVisible()
  await workbench.screenshot('undo-notice')
  await page.keyboard.press('Control+z')
  await expect(entry).toContainText('imported')
  await expect(notice).toHaveCount(0)

  await page.getByRole('button', { name: 'Remove' }).click()
  await notice.getByRole('button', { name: 'Close' }).click()
  await expect.poll(async () => (await workbench.outcome('datasets.restore', { id: 'cifar-10' })).ok).toBe(false)
  await expect(entry).toContainText('not installed')
})

test('the system page shows storage and log, and stores the chosen theme', async ({ launch, dataDir }) => {
  const workbench = await launch()
  const { page } = workbench
  // The files of a run, in a directory with their history: without one, the history would be reported as lost.
  await expect(page.getByText('Service running')).toBeVisible()
  makeRunFolder(locateDataDir(dataDir), 'gone')
  writeFileSync(path.join(dataDir, 'runs/gone/weights.safetensors'), Buffer.alloc(2_000_000))
  await page.emulateMedia({ colorScheme: null })
  await workbench.go('System')
  const storage = page.getByRole('region', { name: 'Storage' })
  await expect(storage).toContainText('2.0 MB reclaimable')
  await storage.getByRole('button', { name: 'Reclaim' }).click()
  await expect(storage).toContainText('0 B reclaimable')
  await expect(storage.getByRole('button', { name: 'Reclaim' })).toBeDisabled()
  await expect(page.getByRole('region', { name: 'Last lines of the log' })).toContainText(/\S/)
  const licences = page.getByRole('region', { name: 'Packages and their licences' })
  await expect(licences.getByRole('row', { name: /^better-sqlite3 [\d.]+ MIT$/ })).toBeVisible()
  expect(await licences.getByRole('row').count()).toBeGreaterThan(100)
  await licences.scrollIntoViewIfNeeded()
  await workbench.screenshot('system-licences')
  const view = page.getByRole('region', { name: 'View' })
  // The label covers the box and draws it.
  await choose(view.getByRole('radio', { name: 'dark' }))
  await expect.poll(() => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)).toBe(true)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await workbench.screenshot('system-theme-dark')
  await choose(view.getByRole('radio', { name: 'light' }))
  await expect.poll(() => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)).toBe(false)
  await workbench.screenshot('system-theme-light')
})
