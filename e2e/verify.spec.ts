/** Verifies a run from the window: the announcement, the progress, the verdict, and the event that remains. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { quickStart, type StudyRequest } from '../src-main/contract'
import { expect, processesOf, test } from './app'

const plan = (epochs: number): StudyRequest => ({
  ...quickStart,
  name: 'To be verified',
  variants: ['mcnn-f'],
  seeds: [7],
  training: { ...quickStart.training, epochs, milestones: [2], trainExamples: 400, testExamples: 100, batchSize: 40 },
})

test('verifies a run from its page', async ({ workbench, dataDir }) => {
  const { page } = workbench
  const { id, runIds } = await workbench.call('studies.create', { plan: plan(3) })
  const [run = ''] = runIds
  await workbench.resize(1280, 800)
  await expect.poll(async () => (await workbench.call('studies.get', { id })).study.counts.done).toBe(1)
  const dialog = page.getByRole('dialog')
  const verify = async (): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Verify…' }).click()
  }

  await test.step('keeps the title readable, and has rare actions in the menu', async () => {
    await workbench.open(`#/runs/${run}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    for (const [width, height] of [
      [1280, 800],
      [900, 600],
    ] as const) {
      await workbench.resize(width, height)
      await workbench.screenshot(`verify-menu-${width}`)
    }
    expect(
      await page.evaluate(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('h1'))`,
      ),
    ).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
  })

  await test.step('announces what it will do and how long that takes', async () => {
    await verify()
    await expect(dialog).toContainText('all 3 epochs')
    await expect(dialog).toContainText(/About [\d.]+ s, as in the original training/)
    await workbench.inEveryLook((ending) => workbench.screenshot(`verify-asks-${ending}`))
    await dialog.getByText('first epochs').click()
    await dialog.getByRole('spinbutton', { name: 'Epochs' }).fill('9')
    await expect(dialog).toContainText('A whole number from 1 to 3')
    await expect(dialog.getByRole('button', { name: 'Verify' })).toBeDisabled()
    await dialog.getByText('all 3 epochs').click()
  })

  await test.step('can be cancelled and leaves nothing behind', async () => {
    const processes = processesOf(dataDir).length
    await dialog.getByRole('button', { name: 'Verify' }).click()
    await expect.poll(() => processesOf(dataDir, 'trainer.js').length).toBe(1)
    await expect.poll(() => existsSync(path.join(dataDir, 'work'))).toBe(true)
    await workbench.inEveryLook((ending) => workbench.screenshot(`verify-goes-on-${ending}`))
    await dialog.getByRole('button', { name: 'Cancel verification' }).click()
    await expect(dialog.getByRole('button', { name: 'Verify' })).toBeEnabled()
    await expect.poll(() => processesOf(dataDir).length).toBe(processes)
    expect(readdirSync(dataDir)).not.toContain('work')
  })

  await test.step('shows the verdict, copies it and stores it', async () => {
    await dialog.getByRole('button', { name: 'Verify' }).click()
    await expect(dialog.getByText('Identical, bit for bit')).toBeVisible()
    await expect(dialog).toContainText('3 epochs and the final weights')
    await workbench.inEveryLook((ending) => workbench.screenshot(`verify-verdict-${ending}`))
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    await expect
      .poll(() => workbench.app.evaluate(({ clipboard }) => clipboard.readText()))
      .toMatch(new RegExp(`^${run}: identical, bit for bit \\(all 3 epochs again`))
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    const about = page.getByRole('complementary', { name: 'About this run' })
    await expect(about.getByText('identical, bit for bit').first()).toBeVisible()
    await expect(about).toContainText('Verified: retrained (all 3 epochs')
    await about.getByText('newest checkpoint').scrollIntoViewIfNeeded()
    await workbench.screenshot('verify-kept')
    expect(readdirSync(dataDir)).not.toContain('work')
  })

  await test.step('names the first difference and the differing circumstances', async () => {
    const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
    db.prepare('UPDATE epochs SET train_loss = train_loss + 1e-9 WHERE epoch = 1').run()
    db.prepare(`UPDATE environments SET json = json_set(json, '$.tensorflow', '2.0.0', '$.node', 'v22.1.0')`).run()
    db.close()
    await verify()
    await dialog.getByRole('button', { name: 'Verify again…' }).click()
    await dialog.getByText('first epochs').click()
    await dialog.getByRole('button', { name: 'Verify' }).click()
    await expect(dialog.getByText('It differs')).toBeVisible()
    await expect(dialog).toContainText(/The training loss of epoch 1 is [\d.]+ instead of [\d.]+\./)
    await expect(dialog.getByRole('row', { name: /TensorFlow 2\.0\.0/ })).toBeVisible()
    await workbench.inEveryLook((ending) => workbench.screenshot(`verify-differs-${ending}`))
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    await expect(
      page.getByRole('complementary', { name: 'About this run' }).getByText('it differs', { exact: true }),
    ).toBeVisible()
  })

  await test.step('starts from the palette, runs in the background after the current run, and ends with the program', async () => {
    const {
      ids: [other = ''],
    } = await workbench.call('runs.rerun', { ids: [run] })
    await expect.poll(async () => (await workbench.call('runs.get', { id: other })).run.state).toBe('running')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /Search/ }).fill('verify')
    await page.getByRole('option', { name: /Verify run/ }).click()
    await dialog.getByRole('button', { name: 'Verify again…' }).click()
    await expect(dialog.getByText('after the current run')).toBeVisible()
    await workbench.screenshot('verify-parallel')
    await dialog.getByRole('button', { name: 'Verify' }).click()
    await expect(dialog.getByText('waiting for the running run')).toBeVisible()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText(
      'Verification: waiting for the running run',
    )
    await workbench.screenshot('verify-background')
    await expect.poll(async () => (await workbench.call('runs.get', { id: other })).run.state).toBe('done')
    await expect.poll(() => existsSync(path.join(dataDir, 'work'))).toBe(true)
    // Closing the window asks first; after Cancel, the verification continues.
    const questions = await workbench.answerQuestions(2)
    await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    await expect.poll(questions).toEqual(['Quit while a verification is running?'])
    await workbench.close()
    expect(existsSync(path.join(dataDir, 'work'))).toBe(false)
  })
})
