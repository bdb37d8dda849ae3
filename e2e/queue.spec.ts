/** The queue, reordered by buttons, keys and undo; a run duplicated into a new study. */
import path from 'node:path'
import type { Locator, Page } from 'playwright/test'
import { otherVerificationWords } from '../src-main/analysis/text/queue'
import { quickStart, type StudyRequest } from '../src-main/contract'
import { StartLock } from '../src-main/service/queue/startLock'
import { locateDataDir } from '../src-main/service/storage/dataDirIdentity'
import { expect, screenshots, test, type Workbench } from './app'

/** The first run trains for minutes if nothing ends it; the others are queued. */
const plan: StudyRequest = {
  ...quickStart,
  name: 'Waiting',
  variants: ['baseline', 'mcnn-f'],
  seeds: [1, 2],
  training: { ...quickStart.training, epochs: 500, milestones: [] },
}

async function waiting(workbench: Workbench): Promise<string[]> {
  return (await workbench.call('runs.unfinished', {})).flatMap((run) =>
    run.state === 'queued' ? [`${run.variant} ${run.seed}`] : [],
  )
}
const rows = (page: Page): Locator => page.getByRole('dialog', { name: 'Queue' }).getByRole('listitem')

test('reorders the queue by buttons and keys, and undoes it', async ({ workbench }) => {
  const { page } = workbench
  await workbench.call('studies.create', { plan })
  await expect.poll(() => waiting(workbench)).toEqual(['mcnn-f 1', 'baseline 2', 'mcnn-f 2'])
  await page.getByRole('button', { name: '3 queued' }).click()
  await expect(rows(page)).toHaveCount(3)
  // A disabled button has a paler colour than its neighbours, and no background.
  const front = (row: number): Locator =>
    rows(page)
      .nth(row)
      .getByRole('button', { name: /^Move to front/ })
  await expect(front(0)).toBeDisabled()
  for (const row of [0, 1]) await expect(front(row)).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)')
  await rows(page)
    .nth(2)
    .getByRole('button', { name: /^Move to front/ })
    .click()
  await expect.poll(() => waiting(workbench)).toEqual(['mcnn-f 2', 'mcnn-f 1', 'baseline 2'])
  await expect(rows(page).nth(0)).toContainText('mcnn-f')
  // The moved row keeps the focus. Quick keystrokes move it as often as they are pressed.
  await page.keyboard.press('Alt+ArrowDown')
  await page.keyboard.press('Alt+ArrowDown')
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => waiting(workbench)).toEqual(['mcnn-f 1', 'mcnn-f 2', 'baseline 2'])
  await page.keyboard.press('Alt+End')
  await expect.poll(() => waiting(workbench)).toEqual(['mcnn-f 1', 'baseline 2', 'mcnn-f 2'])
  await page.screenshot({ path: path.join(screenshots, 'queue.png') })
  await page.keyboard.press('Control+z')
  await expect.poll(() => waiting(workbench)).toEqual(['mcnn-f 1', 'mcnn-f 2', 'baseline 2'])
  await page.keyboard.press('Escape')
  await expect(rows(page)).toHaveCount(0)
})

test('pauses and resumes the current run by its key, and undoes the first request at a second key', async ({
  workbench,
}) => {
  const { page } = workbench
  const {
    runIds: [id = ''],
  } = await workbench.call('studies.create', {
    plan: { ...plan, training: { ...plan.training, trainExamples: 200, testExamples: 100 } },
  })
  const state = async (): Promise<string> => (await workbench.call('runs.get', { id })).run.state
  const epochs = async (): Promise<number> => (await workbench.call('runs.get', { id })).run.epochsDone
  const shown = page.getByRole('region', { name: 'Training' })
  await expect.poll(epochs).toBeGreaterThan(0)
  await page.keyboard.press('Control+.')
  await expect.poll(state).toBe('paused')
  await expect(shown).toContainText('paused')
  await page.keyboard.press('Control+.')
  await expect.poll(state).toBe('running')
  await expect(shown).not.toContainText('paused')
  // The trainer answers between two steps: the second key comes before its answer to the first.
  await page.keyboard.press('Control+.')
  await page.keyboard.press('Control+.')
  const before = await epochs()
  // Two requests to pause would let no epoch end.
  await expect.poll(epochs).toBeGreaterThan(before + 1)
  expect(await state()).toBe('running')
})

test('says that queued runs wait while another program verifies a run of the data directory', async ({
  workbench,
  dataDir,
}) => {
  const { page } = workbench
  const status = page.getByRole('contentinfo', { name: 'Status' })
  await expect(status).toContainText('Service running')
  // A verification holds the slot of the machine while it trains.
  const otherProgram = new StartLock(locateDataDir(dataDir), () => undefined)
  const release = await otherProgram.tryAcquire()
  await workbench.call('studies.create', { plan })
  await expect(status).toContainText('Queue waits for another program')
  await page.getByRole('button', { name: '4 queued' }).click()
  await expect(page.getByRole('dialog', { name: 'Queue' })).toContainText(otherVerificationWords)
  await workbench.inEveryLook(async (ending) => {
    await workbench.screenshot(`queue-waits-${ending}`)
    await workbench.scrollsNowhereSideways()
  })
  release?.()
  await expect.poll(() => waiting(workbench)).toHaveLength(3)
  await expect(status).not.toContainText('Queue waits')
  await expect(page.getByRole('dialog', { name: 'Queue' })).not.toContainText(otherVerificationWords)
})

test('duplicates a run into a new study, which is edited and started', async ({ workbench }) => {
  const { page } = workbench
  const { runIds } = await workbench.call('studies.create', { plan })
  await workbench.open(`#/runs/${runIds[3] ?? ''}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Filled in from' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Waiting, again')
  await expect(page.getByRole('textbox', { name: 'Epochs', exact: true })).toHaveValue('500')
  await page.setViewportSize({ width: 900, height: 600 })
  await page.screenshot({ path: path.join(screenshots, 'duplicate.png') })
  await page.getByRole('textbox', { name: 'Epochs', exact: true }).fill('400')
  await page.getByRole('button', { name: /^Start/ }).click()
  await expect
    .poll(async () =>
      (await workbench.call('runs.list', {}))
        .filter((run) => run.studyName === 'Waiting, again')
        .map((run) => [run.variant, run.seed, run.epochs]),
    )
    .toEqual([['mcnn-f', 2, 400]])
})
