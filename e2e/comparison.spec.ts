import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator } from 'playwright/test'
import { choose, expect, test, type Workbench } from './app'
import { comparisonStudy, writeComparisonHistory } from './comparisonHistory'
import { sharedNote } from '../src-main/analysis/text/timing'
import { sharedMachineKind } from '../src-main/contract'
import { History } from '../src-main/history/history'

const study = `#/studies/${comparisonStudy}`

/** Sets the choices in the next save dialogs. */
async function saveTo(workbench: Workbench, file: string | null): Promise<void> {
  await workbench.app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
  }, file)
}

async function clipboard(workbench: Workbench): Promise<string> {
  return workbench.app.evaluate(({ clipboard: board }) => board.readText())
}

/** Returns the area of a chart's bands in px². */
async function bandArea(chart: Locator): Promise<number> {
  const boxes = await Promise.all((await chart.locator('path.band').all()).map((band) => band.boundingBox()))
  return boxes.reduce((sum, box) => sum + (box ? box.width * box.height : 0), 0)
}

test('stores band, scale, axis, smoothing and zoom of the curves in the address, by mouse and keyboard', async ({
  launch,
  dataDir,
}) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.resize(1280, 800)
  await workbench.open(study)
  const curves = page.getByRole('region', { name: 'Curves' })
  const chart = curves.getByRole('img', { name: /^Test accuracy, % by epoch/ })
  await expect.poll(() => bandArea(chart)).toBeGreaterThan(1000)

  await test.step('selects band and scale', async () => {
    const banded = await bandArea(chart)
    await choose(curves.getByRole('radio', { name: 'min–max' }))
    await expect.poll(() => bandArea(chart)).toBeGreaterThan(banded)
    expect(page.url()).toContain('band=range')
    await choose(curves.getByRole('radio', { name: 'error' }))
    await choose(curves.getByRole('radio', { name: 'log' }))
    const error = curves.getByRole('img', { name: /^Test error, % by epoch/ })
    await expect(error.locator('text', { hasText: /^10$/ })).toBeVisible()
    expect(page.url()).toMatch(/scale=log/)
    await workbench.screenshot('study-curves-log')
  })

  await test.step('opens the same view from its address', async () => {
    await workbench.open(`${study}?band=seeds&by=step&smooth=3&row=cifar-10%2Fresnet-32`)
    await expect(curves.getByRole('radio', { name: 'seeds' })).toBeChecked()
    await expect(
      curves.getByRole('img', { name: /^Test accuracy, % by step, CIFAR-10 · ResNet-32, one line per seed/ }),
    ).toBeVisible()
    // The seed that diverged has a mark at its end.
    await expect(curves.getByText('NaN', { exact: false }).first()).toBeVisible()
    await workbench.screenshot('study-curves-seeds')
  })

  await test.step('zooms and resets with the keyboard', async () => {
    await workbench.open(study)
    const slider = curves.getByRole('slider', { name: /^Position in Test accuracy/ })
    await slider.focus()
    await page.keyboard.press('Home')
    await expect(slider).toHaveAttribute('aria-valuetext', /^epoch 1: baseline \d/)
    await expect(curves.locator('.legend')).toContainText('epoch 1')
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight')
    await expect(slider).toHaveAttribute('aria-valuetext', /^epoch 10: /)
    await page.keyboard.press('+')
    await page.keyboard.press('+')
    // Both charts of the group.
    await expect(curves.getByRole('button', { name: 'Show all' })).toHaveCount(2)
    const ticks = chart.locator('text')
    await expect(ticks.filter({ hasText: /^200$/ })).toHaveCount(0)
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Escape')
    await expect(curves.getByRole('button', { name: 'Show all' })).toHaveCount(0)
    await expect(ticks.filter({ hasText: /^200$/ })).toBeVisible()
  })

  await test.step('zooms by dragging', async () => {
    const box = await chart.boundingBox()
    if (!box) throw new Error('no chart')
    await page.mouse.move(box.x + box.width * 0.3, box.y + 80)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 })
    await page.mouse.up()
    await expect(curves.getByRole('button', { name: 'Show all' })).toHaveCount(2)
    await workbench.screenshot('study-curves-zoomed')
    await curves.getByRole('button', { name: 'Show all' }).first().click()
    await expect(curves.getByRole('button', { name: 'Show all' })).toHaveCount(0)
  })
})

test('shows comparison sections by address, with the paper’s numbers and intervals, and copies and saves them', async ({
  launch,
  dataDir,
}) => {
  writeComparisonHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.resize(1280, 800)
  await workbench.open(`${study}?at=plan`)
  const sections = page.getByRole('navigation', { name: 'Sections' })
  const table = page.getByRole('table', { name: /^Table I:/ })
  await expect(table).toBeVisible()

  await test.step('sections have addresses for Back and Forward', async () => {
    await sections.getByRole('link', { name: 'Table I', exact: true }).click()
    await expect(sections.getByRole('link', { name: 'Table I', exact: true })).toHaveAttribute('aria-current', 'true')
    await sections.getByRole('link', { name: 'Table II' }).click()
    expect(page.url()).toContain('at=t2')
    await page.goBack()
    expect(page.url()).toContain('at=t1')
    await expect(sections.getByRole('link', { name: 'Table I', exact: true })).toHaveAttribute('aria-current', 'true')
    await page.goForward()
    expect(page.url()).toContain('at=t2')
  })

  await test.step('an address with a section scrolls to it even if it is created late, and the user’s scrolling wins', async () => {
    await workbench.open('#/studies')
    await workbench.open(`${study}?at=t1`)
    await expect(sections.getByRole('link', { name: 'Table I', exact: true })).toHaveAttribute('aria-current', 'true')
    await expect(page.getByRole('heading', { name: 'Table I', exact: true })).toBeInViewport()
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, -5000)
    await expect(sections.getByRole('link', { name: 'Plan' })).toHaveAttribute('aria-current', 'true')
    await workbench.resize(1200, 800)
    await workbench.drawn()
    await expect(sections.getByRole('link', { name: 'Plan' })).toHaveAttribute('aria-current', 'true')
    await workbench.resize(1280, 800)
    await workbench.drawn()
    await expect(sections.getByRole('link', { name: 'Plan' })).toHaveAttribute('aria-current', 'true')
  })

  await test.step('arrow keys move between the runs of the plan', async () => {
    const plan = page.getByRole('region', { name: 'Plan' })
    await plan.getByRole('link', { name: /^baseline · ResNet-20 .* seed 5: done/ }).focus()
    await page.keyboard.press('ArrowRight')
    await expect(plan.getByRole('link', { name: /^mcnn-f · ResNet-20 .* seed 1: done/ })).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(plan.getByRole('link', { name: /^mcnn-f · ResNet-32 .* seed 1: done/ })).toBeFocused()
  })

  await test.step('Table I', async () => {
    const { rows } = await workbench.call('studies.compare', { id: comparisonStudy })
    const cell = rows.find((row) => row.arch === 'resnet-32')?.cells.find((one) => one.variant === 'mcnn-f')
    const group = table.locator('tbody', { hasText: 'ResNet-32' })
    const row = group.getByRole('row', { name: /^mcnn-f / })
    await expect(row).toContainText('93.16')
    await expect(row).toContainText(((cell?.accuracy?.mean ?? NaN) * 100).toFixed(2))
    await expect(group).toContainText(/a true difference under about \d\.\d points would be missed/)
    const welch = await row.innerText()
    await choose(page.getByRole('radio', { name: 'paired by seed' }))
    expect(page.url()).toContain('test=paired')
    await expect.poll(() => row.innerText()).not.toBe(welch)
    expect(cell?.paired?.pairs).toBe(5)
  })

  await test.step('copies Table I as Markdown with the keyboard', async () => {
    const menu = page.getByRole('button', { name: 'Export Table I', exact: true })
    await menu.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('menuitem', { name: 'Copy as Markdown' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByText('Table I copied as Markdown')).toBeVisible()
    const text = await clipboard(workbench)
    expect(text).toMatch(/^\*\*Table I reproduced: test accuracy/)
    expect(text).toMatch(/\| CIFAR-10 \| ResNet-32 \| 200 \| 50,000 \/ 10,000 \| MCNN-F \| 93\.16 \| /)
  })

  await test.step('saves figures as SVG and PNG', async () => {
    const folder = path.dirname(dataDir)
    const choose = async (name: string, file: string | null): Promise<void> => {
      await saveTo(workbench, file)
      await page.getByRole('button', { name: 'Export Figure 3, CIFAR-10' }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await choose('Save as SVG…', path.join(folder, 'figure.svg'))
    await expect(page.getByText('Table I reproduced - Figure 3, CIFAR-10.svg saved')).toBeVisible()
    const svg = readFileSync(path.join(folder, 'figure.svg'), 'utf8')
    expect(svg).toContain('ResNet-56')
    expect(svg).toMatch(/^<svg [^>]*width="6\.5in"/)
    await choose('Save as PNG, 300 dpi…', path.join(folder, 'figure.png'))
    await expect(page.getByText('Table I reproduced - Figure 3, CIFAR-10.png saved')).toBeVisible()
    const png = readFileSync(path.join(folder, 'figure.png'))
    expect([png.readUInt32BE(16), png.toString('latin1', 37, 41), png.readUInt32BE(41)]).toEqual([1950, 'pHYs', 11811])
    // A cancelled save is no error and shows no message.
    await choose('Save as SVG…', null)
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  await test.step('the list of studies shows the first difference with its interval', async () => {
    await workbench.go('Studies')
    const { rows } = await workbench.call('studies.compare', { id: comparisonStudy })
    const drop = rows[0]?.cells.find((one) => one.variant === 'mcnn-f')?.accuracyDrop ?? NaN
    const row = page.getByRole('row', { name: /Table I reproduced/ })
    await expect(row.getByRole('link', { name: /mcnn-f/ })).toContainText(Math.abs(drop).toFixed(2))
    await expect(row).toContainText('66 of 75 done')
    await workbench.screenshot('comparison-studies')
  })

  await test.step('screenshots', async () => {
    for (const close of (await page.getByRole('button', { name: 'Close', exact: true }).all()).reverse())
      await close.click()
    await workbench.inEveryLook(async (ending) => {
      for (const at of ['plan', 'curves', 't1', 't2', 'fig3']) {
        await workbench.open(`${study}?at=${at}`)
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
        await workbench.screenshot(`comparison-${at}-${ending}`)
        if (at === 't1')
          expect(
            await page.getByRole('table', { name: /^Table I:/ }).evaluate((table) => {
              const { scrollWidth, clientWidth } = (
                table as unknown as { parentElement: { scrollWidth: number; clientWidth: number } }
              ).parentElement
              return scrollWidth - clientWidth
            }),
            'p and the sentences are in view',
          ).toBeLessThanOrEqual(0)
      }
      const inFull = page.getByRole('table', { name: 'Intervals of means and tests of drops' })
      if (!(await inFull.isVisible())) await page.getByText('Full statistics').click()
      await inFull.scrollIntoViewIfNeeded()
      await workbench.screenshot(`comparison-tests-${ending}`)
      await page.getByRole('button', { name: 'Add seeds…' }).click()
      await expect(page.getByRole('dialog', { name: 'Add seeds' })).toContainText(/of 12 intervals are under ±/)
      await workbench.screenshot(`comparison-add-seeds-${ending}`)
      await page.keyboard.press('Escape')
      await workbench.scrollsNowhereSideways()
    })
  })
})

test('marks the times of a run that trained next to another training', async ({ launch, dataDir }) => {
  writeComparisonHistory(dataDir)
  const id = 'resnet-32-mcnn-f-s1'
  const history = new History(path.join(dataDir, 'history.sqlite'))
  history.events.add(history.runs.get(id)?.key ?? 0, 'warning', sharedMachineKind, 'Another training ran.')
  history.close()
  const workbench = await launch()
  const { page } = workbench
  await workbench.inEveryLook(async (ending) => {
    await workbench.open(`${study}?at=t2`)
    const table = page.getByRole('table', { name: /^Table II/ })
    await expect(table.getByText(/\d\*$/)).toHaveCount(1)
    await expect(page.getByText(sharedNote, { exact: false })).toBeVisible()
    await expect(page.getByText(/^1 of \d+ runs next to another training$/)).toBeAttached()
    await workbench.screenshot(`timing-table-${ending}`)
    await workbench.open(`#/runs?q=timing:shared`)
    await expect(page.getByRole('grid').getByTitle(sharedNote).last()).toHaveText(/\d( s| min)?\*$/)
    await workbench.screenshot(`timing-runs-${ending}`)
    await workbench.open(`#/runs/${id}`)
    await expect(page.getByText(sharedNote, { exact: false })).toBeVisible()
    await workbench.screenshot(`timing-run-${ending}`)
    await workbench.scrollsNowhereSideways()
  })
})
