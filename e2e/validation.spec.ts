import { quickStart } from '../src-main/contract'
import { expect, test } from './app'

test('a validation split is checked in the form, shown on the run’s page, and labelled in lists and comparison', async ({
  workbench,
}) => {
  const { page } = workbench
  const shots = async (name: string): Promise<void> =>
    workbench.inEveryLook(async (ending) => {
      await workbench.screenshot(`validation-${name}-${ending}`)
      await workbench.scrollsNowhereSideways()
    })
  await test.step('checks the split in the form', async () => {
    await workbench.open('#/new')
    await page.getByLabel('Name').fill('Held out')
    const field = page.getByLabel('Validation', { exact: true })
    await expect(page.getByText('The best epoch is chosen on the test set and labelled accordingly.')).toBeVisible()
    await field.fill('4000')
    await expect(page.getByText('Leaves too few of 4000 images to train on')).toBeVisible()
    await field.fill('400')
    await expect(page.getByText('the best epoch is chosen on them')).toBeVisible()
    await field.scrollIntoViewIfNeeded()
    await shots('form')
  })

  const { id, runIds } = await workbench.call('studies.create', {
    plan: {
      ...quickStart,
      name: 'Held out',
      variants: ['baseline', 'mcnn-f'],
      seeds: [1],
      training: {
        ...quickStart.training,
        epochs: 4,
        milestones: [3],
        trainExamples: 600,
        testExamples: 300,
        validationExamples: 200,
      },
    },
  })
  await expect.poll(async () => (await workbench.call('studies.get', { id })).study.counts.done).toBe(2)
  const detail = await workbench.call('runs.get', { id: runIds[1] ?? '' })

  await test.step('shows the split on the run’s page', async () => {
    await workbench.open(`#/runs/${runIds[1] ?? ''}`)
    await expect(page.getByText('Best, chosen on validation')).toBeVisible()
    const rows = page.getByRole('region', { name: 'Epochs' }).locator('tbody tr')
    await expect(rows).toHaveCount(4)
    const best = detail.epochs.reduce((a, b) => ((b.validationAccuracy ?? 0) > (a.validationAccuracy ?? 0) ? b : a))
    expect(detail.run).toMatchObject({ bestEpoch: best.epoch, bestTestAccuracy: best.testAccuracy })
    await expect(rows.nth(best.epoch - 1)).toContainText(((best.validationAccuracy ?? NaN) * 100).toFixed(2))
    await expect(page.getByRole('complementary', { name: 'About this run' })).toContainText(
      '200 of the training images, never trained on',
    )
    await page.getByRole('heading', { name: 'Curves' }).scrollIntoViewIfNeeded()
    await shots('run')
  })

  await test.step('labels the split in the list and the comparison', async () => {
    await workbench.open('#/runs')
    await expect(page.getByText(/^\d+\.\d\d val\.$/).first()).toBeVisible()
    await shots('list')
    await workbench.open(`#/studies/${id}`)
    const table = page.getByRole('table', { name: /^Table I:/ })
    await expect(table).toContainText('400 + 300 images, 200 held out')
    await page.getByText('Full statistics').click()
    await expect(page.getByRole('table', { name: 'Intervals of means and tests of drops' })).toContainText(
      /\d+\.\d\d \(val\.\)/,
    )
    await table.scrollIntoViewIfNeeded()
    await shots('study')
  })
})
