import type { Locator, Page } from 'playwright/test'
import { expect, test } from './app'

const variants = ['baseline', 'mcnn-f', 'mcnn-l'] as const

/** Returns the number of different colours of a canvas; one means an empty image. */
function coloursOf(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height, getContext } = element as unknown as {
      width: number
      height: number
      getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8ClampedArray } }
    }
    const { data } = getContext.call(element, '2d').getImageData(0, 0, width, height)
    const colours = new Set<number>()
    for (let i = 0; i < data.length; i += 4)
      colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0))
    return colours.size
  })
}

async function checkFilterBank(page: Page): Promise<void> {
  for (const row of ['Kernel', 'Response of'] as const)
    await expect(page.getByRole('button', { name: new RegExp(`^${row} `) })).toHaveCount(4)
  const responses = page.getByRole('button', { name: /^Response of / })
  for (const response of await responses.all())
    await expect.poll(() => coloursOf(response.locator('canvas'))).toBeGreaterThan(8)
  for (const kernel of await page.getByRole('button', { name: /^Kernel / }).all())
    await expect(kernel.locator('rect').first()).toBeVisible()
  await responses.nth(1).hover()
  await expect(page.locator('#bank-readout')).toContainText(/\d/)
  await page.getByRole('heading', { level: 1 }).hover()
}

test('starts, follows and compares the quick-start study, and stores it', async ({ launch }) => {
  // Two minutes on a quiet machine.
  const workbench = await launch()
  const { page } = workbench
  let studyUrl = ''
  let tableText = ''

  await test.step('start', async () => {
    await workbench.listen('run.progress', 'run.changed')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Quick start' })).toBeVisible()
    studyUrl = new URL(page.url()).hash
    expect(studyUrl).toMatch(/^#\/studies\/.+/)
  })

  await test.step('live progress', async () => {
    const status = page.getByRole('contentinfo', { name: 'Status' })
    await expect(status).toContainText(/epoch \d of \d/)
    await expect(status).toContainText(/[\d,]+ images\/s/)
    const bar = page.getByRole('region', { name: 'Training' }).getByRole('progressbar').first()
    const shareNow = async () => Number(await bar.getAttribute('aria-valuenow'))
    await expect.poll(shareNow).toBeGreaterThan(0)
    const before = await shareNow()
    await expect.poll(shareNow, { intervals: [50] }).toBeGreaterThan(before)
    expect(
      (await workbench.recordedEvents('run.progress')).some((progress) => progress.loss !== null && progress.step > 0),
    ).toBe(true)
    await workbench.screenshot('study-live')
  })

  await test.step('completes the study', async () => {
    const id = studyUrl.split('/').at(-1) ?? ''
    const done = async (): Promise<number> => (await workbench.call('studies.get', { id })).study.counts.done
    // The timeout applies to each run: six runs take longer on a busy machine.
    for (let least = 1; least <= 6; least++) await expect.poll(done).toBeGreaterThanOrEqual(least)
    const states = (await workbench.recordedEvents('run.changed')).map((run) => run.state)
    expect(states.filter((state) => ['failed', 'diverged', 'stopped', 'interrupted'].includes(state))).toEqual([])
  })

  await test.step('comparison', async () => {
    const id = studyUrl.split('/').at(-1) ?? ''
    const { rows } = await workbench.call('studies.compare', { id })
    expect(rows).toHaveLength(1)
    const table = page.getByRole('table', { name: /^Table I:/ })
    const lines = table.locator('tbody tr[data-variant]')
    await expect(lines).toHaveCount(variants.length)
    for (const [i, variant] of variants.entries()) {
      const accuracy = rows[0]?.cells.find((cell) => cell.variant === variant)?.accuracy
      expect(accuracy?.n, variant).toBe(2)
      // Random guessing gives 0.1.
      expect(accuracy?.mean, variant).toBeGreaterThan(0.4)
      await expect(lines.nth(i).getByRole('rowheader', { name: variant })).toBeVisible()
      await expect(lines.nth(i)).toContainText(((accuracy?.mean ?? 0) * 100).toFixed(2))
      await expect(lines.nth(i)).toContainText(`± ${((accuracy?.std ?? 0) * 100).toFixed(2)}`)
      await expect(lines.nth(i).locator('td.n')).toHaveText('2')
    }
    await expect(page.getByRole('img', { name: /^Test accuracy by network and variant/ })).toBeVisible()
    await expect(page.getByRole('table', { name: /^Table II/ })).toBeVisible()
    // Not the visible text: a narrow window shows fewer columns.
    tableText = (await table.textContent()) ?? ''
  })

  await test.step('runs', async () => {
    await workbench.go('Runs')
    await page.getByRole('combobox', { name: 'Group' }).selectOption('none')
    await expect(page.getByRole('region', { name: 'Runs' }).getByRole('link', { name: '· R8' })).toHaveCount(6)
  })

  await test.step('filter bank', async () => {
    await workbench.go('Filter banks')
    await checkFilterBank(page)
  })

  await test.step('shows the study after a restart', async () => {
    await workbench.close()
    const again = await launch()
    await again.page.getByRole('link', { name: 'Quick start', exact: true }).click()
    await expect(again.page.getByRole('heading', { level: 1, name: 'Quick start' })).toBeVisible()
    await expect.poll(() => again.page.getByRole('table', { name: /^Table I:/ }).textContent()).toBe(tableText)
    await again.open('#/runs?group=none')
    await expect(again.page.getByRole('region', { name: 'Runs' }).getByRole('link', { name: '· R8' })).toHaveCount(6)
    await again.go('Filter banks')
    await checkFilterBank(again.page)
  })
})
