import path from 'node:path'
import { quickStart, type StudyPlan } from '../src-main/contract'
import { choose, expect, screenshots, test, type Workbench } from './app'

/** A minute of short epochs: long enough to be interrupted, short enough to wait for. */
const plan = (epochs: number): StudyPlan => ({
  ...quickStart,
  name: 'Cut short',
  variants: ['mcnn-f'],
  seeds: [1],
  training: { ...quickStart.training, trainExamples: 200, testExamples: 100, epochs, milestones: [] },
})

async function begin(workbench: Workbench, epochs: number): Promise<string> {
  await expect(workbench.page.getByText('Service running', { exact: true })).toBeVisible()
  const {
    runIds: [id = ''],
  } = await workbench.call('studies.create', { plan: plan(epochs) })
  await expect.poll(async () => (await workbench.call('runs.get', { id })).epochs.length).toBeGreaterThan(1)
  return id
}

const measured = async (workbench: Workbench, id: string): Promise<unknown> => {
  const { run, epochs, steps } = await workbench.call('runs.get', { id })
  return {
    sha256: run.weightsSha256,
    epochs: epochs.map(({ epoch, trainLoss, testAccuracy }) => ({ epoch, trainLoss, testAccuracy })),
    steps: steps.map(({ step, loss }) => ({ step, loss })),
  }
}

test('resumes a run that was interrupted when the program closed, and extends it', async ({ launch }) => {
  const first = await launch()
  const id = await begin(first, 40)
  await first.close()

  const workbench = await launch()
  const { page } = workbench
  const offer = page.getByRole('status').filter({ hasText: '1 run was interrupted when the program closed' })
  await expect(offer).toBeVisible()
  await page.screenshot({ path: path.join(screenshots, 'cut-short.png') })
  await workbench.open(`#/runs/${id}`)
  await expect(page.getByText('Resume continues exactly from step', { exact: false })).toBeVisible()
  await page.screenshot({ path: path.join(screenshots, 'run-interrupted.png') })
  await offer.getByRole('button', { name: 'Resume' }).click()
  await expect(offer).toHaveCount(0)
  await expect.poll(async () => (await workbench.call('runs.get', { id })).run.state).toBe('done')

  await page.getByRole('button', { name: 'Extend' }).click()
  const dialog = page.getByRole('dialog', { name: 'Extend this run' })
  await expect(dialog.getByLabel('Total epochs')).toHaveValue('60')
  await dialog.getByLabel('Total epochs').fill('40')
  await expect(dialog.getByRole('button', { name: 'Extend' })).toBeDisabled()
  await dialog.getByLabel('Total epochs').fill('42')
  await page.screenshot({ path: path.join(screenshots, 'extend.png') })
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(new RegExp(`${id}$`))
  const extended = new URL(page.url()).hash.split('/').at(-1) ?? ''
  await expect.poll(async () => (await workbench.call('runs.get', { id: extended })).run.state).toBe('done')
  await expect(page.getByText(`Continues ${id} after`, { exact: false })).toBeVisible()

  // As if it had never been stopped, and had all its epochs from the start.
  const {
    runIds: [whole = ''],
  } = await workbench.call('studies.create', { plan: plan(42) })
  await expect.poll(async () => (await workbench.call('runs.get', { id: whole })).run.state).toBe('done')
  expect(await measured(workbench, extended)).toEqual(await measured(workbench, whole))
})

test('resumes interrupted runs at startup if the user chose so', async ({ launch }) => {
  const first = await launch()
  await first.open('#/system')
  await choose(
    first.page.getByRole('group', { name: 'Interrupted runs at startup' }).getByRole('radio', { name: 'resume' }),
  )
  const id = await begin(first, 40)
  await first.close()
  const workbench = await launch()
  await expect(workbench.page.getByText('1 run resumed')).toBeVisible()
  await expect.poll(async () => (await workbench.call('runs.get', { id })).run.state).toBe('done')
  expect((await workbench.call('runs.get', { id })).epochs.map((epoch) => epoch.epoch)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  )
})

test('does not repeat a declined offer', async ({ launch }) => {
  const first = await launch()
  await begin(first, 500)
  await first.close()
  const second = await launch()
  await second.page.getByRole('button', { name: 'Not now' }).click()
  await second.close()
  const third = await launch()
  await expect(third.page.getByText('Service running', { exact: true })).toBeVisible()
  await third.open('#/runs?group=none')
  await expect(third.page.getByText('interrupted', { exact: true }).first()).toBeVisible()
  await expect(third.page.getByText('interrupted when the program closed')).toHaveCount(0)
})
