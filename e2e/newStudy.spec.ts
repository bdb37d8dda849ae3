import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { choose, expect, test } from './app'

test('presets fill the form, fields are checked in place, and an unknown depth suggests the nearest', async ({
  workbench,
}) => {
  const { page } = workbench
  await workbench.open('#/new')
  const start = page.getByRole('button', { name: 'Start study' })
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Table I: all of CIFAR-10' })
  await expect(page.getByLabel('Name')).toHaveValue('Table I, CIFAR-10')
  await expect(page.getByLabel('Epochs', { exact: true })).toHaveValue('200')
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('45')
  // Not imported here.
  await expect(start).toBeDisabled()
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick check' })
  await expect(start).toBeEnabled()

  const depth = page.getByLabel('Another depth')
  await depth.fill('34')
  const depths = page.getByRole('group', { name: 'Depths' })
  await expect(depths).toContainText('ResNet-34 does not exist: depths are 6n + 2. Nearest: 32 or 44')
  await expect(depth).toHaveAttribute('aria-invalid', 'true')
  await expect(start).toBeDisabled()
  await depths.getByRole('button', { name: '32' }).click()
  await expect(page.getByRole('checkbox', { name: 'ResNet-32' })).toBeChecked()
  await expect(depth).toHaveValue('')
  await expect(start).toBeEnabled()
  await expect(page.getByRole('combobox', { name: 'Preset' })).toHaveValue('own')
  await depth.fill('14')
  await depth.press('Enter')
  await expect(page.getByRole('checkbox', { name: 'ResNet-14' })).toBeChecked()
  expect(await workbench.call('studies.list', {})).toEqual([])
})

test('clicking a layer in the drawing shows its details and adds the resulting variant', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/new')
  const drawing = page.getByRole('region', { name: 'Architecture' })
  const variant = drawing.getByRole('group', { name: 'Variant shown' })
  const model = await workbench.call('models.get', { arch: 'resnet-8', variant: 'mcnn-fl' })
  const stem = drawing.getByRole('button', { name: /^stem,/ })
  const last = drawing.getByRole('button', { name: /^stage3\.block1\.conv2,/ })
  await expect(drawing.getByRole('button', { name: /conv\d|stem/ })).toHaveCount(model.layers.length)
  await expect(variant.getByRole('radio', { name: 'mcnn-f' })).toBeChecked()
  await expect(stem).toHaveAttribute('aria-pressed', 'true')
  await expect(last).toHaveAttribute('aria-pressed', 'false')

  await last.click()
  await expect(last).toHaveAttribute('aria-pressed', 'true')
  await expect(variant.getByRole('radio', { name: 'mcnn-fl' })).toBeChecked()
  await expect(page.getByRole('group', { name: 'Variants' }).getByRole('checkbox', { name: 'mcnn-fl' })).toBeChecked()
  await expect(drawing).toContainText(model.trainableParameters.toLocaleString('en-US'))
  await expect(drawing.getByRole('img')).toHaveAccessibleName(/16 base filters trained, 48 derived/)

  // By keyboard too; a variant without a name is named after its layers.
  await stem.focus()
  await page.keyboard.press('Enter')
  await expect(variant.getByRole('radio', { name: 'mcnn-l', exact: true })).toBeChecked()
  const inner = drawing.getByRole('button', { name: /^stage2\.block1\.conv1,/ })
  await inner.click()
  await expect(inner).toHaveAttribute('aria-pressed', 'true')
  await expect(drawing.getByRole('status')).toContainText('Added variant mcnn(stage2.block1.conv1+stage3.block1.conv2)')
  await expect(drawing.getByRole('img')).toHaveAccessibleName(
    /stage2\.block1\.conv1.*8 base filters trained, 24 derived/,
  )
})

test('offers other networks than ResNets and draws their stages and blocks', async ({ workbench }) => {
  const { page } = workbench
  const networks = page.getByRole('group', { name: 'Other networks' })
  const drawing = page.getByRole('region', { name: 'Architecture' })
  for (const [arch, name, layer, says] of [
    ['vgg-16-bn', 'VGG-16-BN', 'stage5.conv3', '512 filters, all trained'],
    ['wrn-16-4', 'WRN-16-4', 'stage1.block1.shortcut', '64 filters, all trained'],
    ['mobilenet-v2', 'MobileNetV2', 'stage3.block1.depthwise', '144 filters, all trained'],
  ] as const) {
    await workbench.open('#/studies')
    await workbench.open('#/new')
    await expect(page.getByLabel('Name')).toBeVisible()
    // The last typed value is kept.
    const reset = page.getByRole('button', { name: 'Reset' })
    if (await reset.isVisible()) await reset.click()
    await expect(() => page.getByRole('checkbox', { name: 'ResNet-8' }).uncheck({ force: true })).toPass()
    await choose(networks.getByRole('checkbox', { name, exact: true }))
    await choose(page.getByRole('group', { name: 'Variants' }).getByRole('checkbox', { name: 'mcnn-a' }))
    await choose(drawing.getByRole('radio', { name: 'mcnn-a', exact: true }))
    const model = await workbench.call('models.get', { arch, variant: 'mcnn-a' })
    await expect(drawing.getByRole('button')).toHaveCount(model.layers.length)
    await expect(drawing).toContainText(model.trainableParameters.toLocaleString('en-US'))
    await expect(drawing).toContainText(`${model.features} → 10`)
    await drawing.getByRole('button', { name: new RegExp(`^${layer.replaceAll('.', '\\.')},`) }).click()
    // A pointwise layer cannot be toggled, but shows its details.
    await expect(drawing.getByRole('img')).toHaveAccessibleName(new RegExp(`${layer}.*${says}`))
    await expect(drawing.getByRole('status')).toContainText(
      layer.endsWith('shortcut') ? 'only 3 × 3 convolutions' : 'made ordinary',
    )
    await workbench.screenshot(`new-study-${arch}`)
  }
})

test('copies the study as JSON, lists errors, and opens it from a file', async ({ workbench, dataDir }) => {
  const { page, app } = workbench
  await workbench.open('#/new')
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick check' })
  await page.getByRole('button', { name: 'Edit as JSON' }).click()
  const dialog = page.getByRole('dialog', { name: 'Study as JSON' })
  const text = dialog.getByRole('textbox', { name: 'Study as JSON' })
  const plan = JSON.parse(await text.inputValue()) as { name: string; training: { epochs: number; momentum?: number } }
  expect(plan.name).toBe('Quick check')
  await dialog.getByRole('button', { name: 'Copy' }).click()
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe(await text.inputValue())

  await text.fill('{ "name": "x",\n  nonsense }')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('line 2, column 3')
  const { momentum: _, ...training } = plan.training
  await text.fill(JSON.stringify({ ...plan, training: { ...training, epochs: 0 } }))
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('2 problems to fix')
  await expect(dialog.getByRole('status')).toContainText('training.epochs: at least 1')
  await expect(dialog.getByRole('status')).toContainText('training.momentum: is missing')
  await expect(text).toHaveAttribute('aria-invalid', 'true')

  const file = path.join(dataDir, 'study.json')
  writeFileSync(
    file,
    JSON.stringify({ ...plan, name: 'From a file', training: { ...plan.training, epochs: 7, milestones: [] } }),
  )
  await dialog.locator('input[type=file]').setInputFiles(file)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByLabel('Name')).toHaveValue('From a file')
  await expect(page.getByLabel('Epochs', { exact: true })).toHaveValue('7')
  await expect(page.getByLabel('LR milestones')).toHaveValue('')
})

test('the JSON shows an incomplete form with its errors', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/new')
  await page.getByLabel('Learning rate').fill('1e')
  await page.getByRole('button', { name: 'Edit as JSON' }).click()
  const dialog = page.getByRole('dialog', { name: 'Study as JSON' })
  const text = await dialog.getByRole('textbox', { name: 'Study as JSON' }).inputValue()
  expect(JSON.parse(text)).toMatchObject({
    name: '',
    archs: ['resnet-8'],
    seeds: [1, 2, 3],
    training: { epochs: 10, learningRate: '1e' },
  })
  await expect(dialog.getByRole('status')).toContainText('2 problems to fix')
  await expect(dialog.getByRole('status')).toContainText('name: Needs a name')
  await expect(dialog.getByRole('status')).toContainText('training.learningRate: A number')
  await workbench.screenshot('new-study-text-incomplete')
})

test('keeps the draft across pages, Back and a reload, until it is reset or started', async ({ workbench }) => {
  const { page } = workbench
  await workbench.open('#/new')
  await expect(page.getByRole('button', { name: 'Reset' })).toHaveCount(0)
  await page.getByLabel('Name').fill('A long name')
  await page.getByLabel('Learning rate').fill('0.05')
  await page.getByText('CIFAR-10', { exact: true }).click()
  await page.getByRole('link', { name: 'Download or import it' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Data sets' })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Name')).toHaveValue('A long name')
  await expect(page.getByRole('radio', { name: 'CIFAR-10', exact: true })).toBeChecked()
  await page.reload()
  await expect(page.getByLabel('Name')).toHaveValue('A long name')
  await expect(page.getByLabel('Learning rate')).toHaveValue('0.05')

  await page.getByRole('button', { name: 'Reset' }).click()
  await expect(page.getByLabel('Name')).toHaveValue('')
  await expect(page.getByLabel('Learning rate')).toHaveValue('0.1')
  await expect(page.getByRole('button', { name: 'Reset' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByLabel('Name')).toHaveValue('A long name')
  await page.getByRole('button', { name: 'Reset' }).click()
  await workbench.open('#/studies')
  await workbench.open('#/new')
  await expect(page.getByLabel('Name')).toHaveValue('')
})

test('fits every window size', async ({ workbench }) => {
  const { page } = workbench
  await workbench.inEveryLook(async (ending) => {
    await workbench.open('#/studies')
    await workbench.open('#/new')
    await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Table I: all of CIFAR-10' })
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
    await workbench.screenshot(`new-study-paper-${ending}`)
  })
  // At the largest zoom, nothing scrolls sideways.
  await page.keyboard.press('Control+0')
  for (let i = 0; i < 7; i++) await page.keyboard.press('Control+=')
  await expect.poll(() => page.evaluate('innerWidth')).toBeLessThanOrEqual(460)
  await workbench.screenshot('new-study-paper-900-zoomed')
  await workbench.scrollsNowhereSideways()
})
