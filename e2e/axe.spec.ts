import { expect, test } from './app'
import { faults } from './axe'
import { comparisonStudy, writeComparisonHistory } from './comparisonHistory'

const views: readonly (readonly [name: string, hash: string])[] = [
  ['studies', '#/studies'],
  ['study', `#/studies/${comparisonStudy}`],
  ['new study', '#/new'],
  ['trash of studies', '#/studies?in=trash'],
  ['runs by config', '#/runs'],
  ['runs', '#/runs?group=none'],
  ['compare', '#/runs?compare=resnet-32-mcnn-l-s4,resnet-32-baseline-s4'],
  ['run', '#/runs/resnet-32-mcnn-l-s4'],
  ['failed run', '#/runs/resnet-56-mcnn-a-s2'],
  ['filter banks', '#/banks'],
  ['data sets', '#/data'],
  ['absent data set', '#/data?id=cifar-100'],
  ['system', '#/system'],
  ['method', '#/help/method'],
  ['glossary', '#/help/glossary?term=drop'],
  ['nowhere', '#/nowhere'],
]

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds no serious fault on any page in the ${colorScheme} theme`, async ({ launch, dataDir }) => {
    writeComparisonHistory(dataDir)
    const { page, ...workbench } = await launch().then((one) => ({ page: one.page, open: one.open.bind(one) }))
    await page.emulateMedia({ colorScheme })
    const all: Record<string, string[]> = {}
    for (const [name, hash] of views) {
      await workbench.open(hash)
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      const found = await faults(page)
      if (found.length > 0) all[name] = found
    }
    for (const [name, key, title] of [
      ['palette', 'Control+k', 'Command palette'],
      ['shortcuts', 'F1', 'Keyboard shortcuts'],
    ] as const) {
      await page.keyboard.press(key)
      await expect(page.getByRole('dialog', { name: title })).toBeVisible()
      const found = await faults(page)
      if (found.length > 0) all[name] = found
      await page.keyboard.press('Escape')
    }
    await workbench.open(`#/studies/${comparisonStudy}?at=t1`)
    await page.getByText('Full statistics').click()
    await page.getByRole('button', { name: 'Add seeds…' }).click()
    await expect(page.getByRole('dialog', { name: 'Add seeds' })).toContainText('intervals are under')
    const found = await faults(page)
    if (found.length > 0) all['add seeds'] = found
    expect(all).toEqual({})
  })
