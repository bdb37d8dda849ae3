import { choose, expect, test } from './app'
import { comparisonStudy, writeComparisonHistory } from './comparisonHistory'

const study = `#/studies/${comparisonStudy}`

test('adds seeds until intervals are narrow enough, and undoes it', async ({ launch, dataDir }) => {
  // A study on the built-in set: its runs can be queued here.
  writeComparisonHistory(dataDir, 'synthetic')
  const workbench = await launch()
  const { page } = workbench
  await workbench.resize(1280, 800)
  await workbench.open(`${study}?at=t1`)
  // Queued runs are paused, so that nothing trains meanwhile.
  const table = page.getByRole('table', { name: /^Table I:/ })
  await expect(table).toBeVisible()
  const before = (await workbench.call('studies.get', { id: comparisonStudy })).study

  await test.step('shows corrected p values next to uncorrected ones, and all statistics', async () => {
    const { comparisons, rows } = await workbench.call('studies.compare', { id: comparisonStudy })
    expect(comparisons).toBe(12)
    await expect(table).toContainText('After correction for 12 comparisons')
    const cell = rows[0]?.cells.find((one) => one.variant === 'mcnn-a')
    expect(cell?.test?.corrected).toBeGreaterThan(cell?.test?.p ?? Infinity)
    await page.getByText('Full statistics').click()
    await expect(page.getByRole('table', { name: 'Intervals of means and tests of drops' })).toContainText(
      /\d\d\.\d\d \[\d\d\.\d\d, \d\d\.\d\d\]/,
    )
    await workbench.screenshot('study-tests')
  })

  const dialog = page.getByRole('dialog', { name: 'Add seeds' })
  await test.step('announces the seeds before they are added', async () => {
    await page.getByRole('button', { name: 'Add seeds…' }).click()
    await expect(dialog.getByRole('radio', { name: 'until intervals are narrow enough' })).toBeChecked()
    await expect(dialog).toContainText(/of 12 intervals are under ±/)
    await expect(dialog).toContainText('so the sample size is no longer fixed in advance.')
    await workbench.screenshot('study-add-seeds')
    const points = dialog.getByLabel('Target half-width, points')
    await points.fill('0')
    await expect(dialog).toContainText('A number of points above 0')
    await expect(dialog.getByRole('button', { name: /^Add/ })).toBeDisabled()
    await points.fill('0.001')
    await expect(dialog).toContainText('out of reach for')
    await expect(dialog.getByRole('button', { name: /^Add/ })).toBeDisabled()
    await points.fill('50')
    await expect(dialog).toContainText('Every interval is under ± 50.00 points.')
    await expect(dialog).toContainText('No more seeds are needed.')
  })

  await test.step('adds a number of seeds with the keyboard', async () => {
    await choose(dialog.getByRole('radio', { name: 'fixed number' }))
    await dialog.getByLabel('Seeds', { exact: true }).fill('2')
    for (const arch of ['ResNet-32', 'ResNet-56'])
      await expect(() => dialog.getByRole('checkbox', { name: arch }).uncheck({ force: true })).toPass()
    for (const variant of ['mcnn-l', 'mcnn-fl', 'mcnn-a'])
      await expect(() => dialog.getByRole('checkbox', { name: variant, exact: true }).uncheck({ force: true })).toPass()
    await expect(dialog).toContainText('2 more seeds (6, 7)')
    // The artificial history does not name the machine on which its runs trained.
    await expect(dialog).toContainText('4 runs; duration unknown')
    await dialog.getByLabel('Seeds', { exact: true }).press('Enter')
    await expect(dialog).not.toBeVisible()
    await expect(page.getByText('4 runs added to “Table I reproduced”')).toBeVisible()
    const { study: now } = await workbench.call('studies.get', { id: comparisonStudy })
    expect(now.total).toBe(before.total + 4)
    expect(now.plan?.added).toMatchObject([
      {
        halfWidth: null,
        cells: [
          { arch: 'resnet-20', variant: 'baseline', seeds: [6, 7] },
          { arch: 'resnet-20', variant: 'mcnn-f', seeds: [6, 7] },
        ],
      },
    ])
  })

  await test.step('removes seeds whose runs have not started', async () => {
    await page.getByRole('button', { name: /undo/i }).click()
    await expect
      .poll(async () => (await workbench.call('studies.get', { id: comparisonStudy })).study.total)
      .toBeLessThanOrEqual(before.total + 1)
    const { study: now } = await workbench.call('studies.get', { id: comparisonStudy })
    // The first run started at once, and the page says so.
    if (now.total > before.total)
      await expect(page.getByText('3 runs removed; 1 run had already started and was kept')).toBeVisible()
    else expect(now.plan).toEqual(before.plan)
  })
})
