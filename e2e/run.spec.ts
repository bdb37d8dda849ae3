import type { StudyRequest } from '../src-main/contract'
import { quickStart } from '../src-main/contract'
import { expect, test } from './app'

const plan: StudyRequest = {
  ...quickStart,
  name: 'Two runs',
  variants: ['baseline', 'mcnn-a'],
  seeds: [1],
  training: { ...quickStart.training, epochs: 3, milestones: [2], trainExamples: 1000, testExamples: 500 },
}

test('follows a training run, shows its predictions, and compares it with another run', async ({ workbench }) => {
  const { page } = workbench
  const { id, runIds } = await workbench.call('studies.create', { plan })
  const [baseline = '', multiband = ''] = runIds

  await test.step('extends the curves during training', async () => {
    await workbench.open(`#/runs/${baseline}`)
    const epochs = page.getByRole('region', { name: 'Epochs' }).locator('tbody tr')
    await expect.poll(() => epochs.count()).toBeGreaterThan(0)
    await expect(epochs).toHaveCount(3)
    await expect.poll(async () => (await workbench.call('studies.get', { id })).study.counts.done).toBe(2)
  })

  await test.step('shows confusion and mistakes of the last epoch', async () => {
    await workbench.open(`#/runs/${multiband}`)
    const matrix = page.getByRole('region', { name: 'Confusion matrix' })
    await expect(page.getByText('500 test images, epoch 3')).toBeVisible()
    const counts = (await matrix.locator('td').allInnerTexts()).map(Number)
    expect(counts).toHaveLength(100)
    expect(counts.reduce((a, b) => a + b)).toBe(500)
    const { run } = await workbench.call('runs.get', { id: multiband })
    expect(counts.filter((_, i) => i % 11 === 0).reduce((a, b) => a + b) / 500).toBeCloseTo(run.testAccuracy ?? NaN, 6)
    await expect(page.getByRole('img', { name: /^Test image \d+, a / }).first()).toBeVisible()
  })

  await test.step('shows the costs and the way of computation', async () => {
    await expect(page.getByRole('region', { name: 'Machine' })).toContainText('Data wait')
    await expect(page.getByRole('complementary', { name: 'About this run' })).toContainText(/Banks of \d+ base filters/)
    await page.getByText('Trainer log').click()
    await expect(
      page.getByText('The log is empty.').or(page.getByRole('region', { name: 'Trainer log' })),
    ).toBeVisible()
  })

  await test.step('draws the baseline in the curves and shows only the config’s differences', async () => {
    await page.getByLabel('Compare with').selectOption({ label: 'baseline · R8 · s1' })
    await expect(page).toHaveURL(new RegExp(`compare=${baseline}`))
    const about = page.getByRole('complementary', { name: 'About this run' })
    await expect(about.getByRole('row', { name: /^variant/ })).toHaveText(/mcnn-a\s*baseline/)
    await expect(about.getByRole('row', { name: /^seed/ })).toHaveCount(0)
    await workbench.inEveryLook(async (ending) => {
      await page.getByRole('heading', { name: 'Curves' }).scrollIntoViewIfNeeded()
      await workbench.screenshot(`run-compared-${ending}`)
      await page.getByRole('heading', { name: 'Most confident mistakes' }).scrollIntoViewIfNeeded()
      await workbench.screenshot(`run-evaluated-${ending}`)
      await workbench.scrollsNowhereSideways()
    })
  })
})
