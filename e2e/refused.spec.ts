/** Pages whose calls the service rejects: they show an error, and no placeholders. */
import { expect, test, type Workbench } from './app'

const sentence = 'The test refuses every call.'

/** From now on the shell rejects every call of a page. */
async function refuseCalls({ app }: Workbench): Promise<void> {
  await app.evaluate(({ ipcMain }, message) => {
    ipcMain.removeHandler('workbench:call')
    ipcMain.handle('workbench:call', () => ({ ok: false, error: { code: 'internal', message } }))
  }, sentence)
}

for (const [name, hash] of [
  ['Studies', '#/studies'],
  ['the studies in the trash', '#/studies?trash'],
  ['a study', '#/studies/study'],
  ['New study', '#/new'],
  ['Runs', '#/runs'],
  ['a query of runs', '#/runs?q=state:done'],
  ['a comparison of runs', '#/runs?compare=a,b'],
  ['a run', '#/runs/run'],
  ['Filter banks', '#/banks'],
  ['the filter banks of a run', '#/banks?run=run'],
  ['Data sets', '#/data'],
  ['System', '#/system'],
] as const)
  test(`${name}: skeletons give way to an error`, async ({ workbench }) => {
    const { page } = workbench
    await refuseCalls(workbench)
    await workbench.open(hash)
    await page.reload()
    await expect(page.getByRole('main').getByText(sentence).first()).toBeVisible()
    await expect(page.locator('.skeleton')).toHaveCount(0)
    await expect(page.getByRole('main').locator('[aria-busy="true"]')).toHaveCount(0)
    workbench.drainProblems()
  })

test('a query with an unknown field shows the error instead of skeletons', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/runs?q=nothing:1')
  await page.reload()
  await expect(page.getByRole('main').getByText('Invalid query')).toBeVisible()
  await expect(page.locator('.skeleton')).toHaveCount(0)
  await expect(page.getByRole('main').locator('[aria-busy="true"]')).toHaveCount(0)
})
