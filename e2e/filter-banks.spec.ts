import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { choose, expect, test, type Workbench } from './app'
import { filterEpochs, runIdOf, writeFilterHistory } from './filterHistory'

const own = runIdOf('mcnn-f', 1)

async function opened(launch: () => Promise<Workbench>, dataDir: string, query = `run=${own}`): Promise<Workbench> {
  writeFilterHistory(dataDir)
  const workbench = await launch()
  await workbench.resize(1280, 800)
  await workbench.open(`#/banks?${query}`)
  await ready(workbench.page)
  return workbench
}

/** Resolves when all four feature maps are drawn, which happens last. */
async function ready(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: /^Feature map of / }).first()).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

const query = (page: Page): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.split('?')[1])
const signed = (text: string): number => Number(text.replaceAll('−', '-').replace(/[()]/g, ''))
const readout = (page: Page) => page.locator('#bank-readout')

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}

test('chooses, reads and pins a bank with the keyboard alone', async ({ launch, dataDir }) => {
  const workbench = await opened(launch, dataDir)
  const { page } = workbench

  await test.step('run', async () => {
    const run = page.getByRole('combobox', { name: 'Run', exact: true })
    await expect(run).toHaveValue('mcnn-f · R8 · seed 1')
    await expect(page.getByRole('combobox', { name: 'Compare with' })).toHaveValue('baseline · R8 · seed 1')
    await run.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('mcnn-a s2')
    await expect(page.getByRole('listbox', { name: 'Run' }).getByRole('option')).toHaveCount(1)
    await page.keyboard.press('Enter')
    await expect(run).toHaveValue('mcnn-a · R8 · seed 2')
    expect(query(page).get('run')).toBe(runIdOf('mcnn-a', 2))
    await page.goBack()
    await expect(run).toHaveValue('mcnn-f · R8 · seed 1')
    await ready(page)
  })

  await test.step('base filter, channel, unit', async () => {
    await page.getByRole('radiogroup', { name: 'Base filter' }).getByRole('radio', { name: '0' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => query(page).get('filter')).toBe('2')
    await page.getByRole('radio', { name: 'R', exact: true }).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => query(page).get('channel')).toBe('1')
    await page.getByRole('radio', { name: '|H|' }).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => query(page).get('unit')).toBe('dB')
    await expect(page.getByText('0 dB', { exact: true })).toBeVisible()
  })

  await test.step('maps by arrows', async () => {
    const response = page.getByRole('button', { name: 'Response of h₂' })
    await response.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    // A sixteenth to the left of the middle, where H₁ has the value that H₂ has π further.
    await expect(page.getByText(/^\|H₂\(u −0\.125π, v 0\)\| = /)).toBeVisible()
    await expect(page.getByText(/^= \|H₁\(u 0\.875π, v 0\)\|, H\(u−π, v\)/)).toBeVisible()
    await page.keyboard.press('Enter')
    await expect.poll(() => query(page).get('at')).toBe('response.1.28.32')
    await page.keyboard.press('Escape')
    await expect.poll(() => query(page).get('at')).toBeNull()
  })

  await test.step('pins', async () => {
    await page.getByRole('button', { name: 'Pin this bank' }).focus()
    await page.keyboard.press('Enter')
    const pins = page.getByRole('region', { name: 'Pinned banks' })
    await expect(pins.getByRole('article')).toHaveCount(1)
    expect(query(page).get('pins')).toBe(`${own}~stem~2~${filterEpochs}`)
    await workbench.open(new URL(page.url()).hash.replace('filter=2', 'filter=1'))
    await page.getByRole('button', { name: 'Pin this bank' }).press('Enter')
    await expect(pins.getByRole('article')).toHaveCount(2)
    await pins.getByRole('button', { name: /^Unpin mcnn-f, .*base 2/ }).press('Enter')
    await expect(pins.getByRole('article')).toHaveCount(1)
    await page.goBack()
    await expect(pins.getByRole('article')).toHaveCount(2)
    await expect(pins.getByRole('article').first()).toContainText(/covered\s*\d+ %/)
  })
})

test('values of a map agree with the kernel, the pixels and the service', async ({ launch, dataDir }) => {
  const workbench = await opened(launch, dataDir, `run=${own}&filter=1&channel=2`)
  const { page } = workbench
  const { banks } = await workbench.call('filters.bank', { id: own, layer: 'stem', filter: 1, epoch: null })

  const kernel = page.getByRole('button', { name: 'Kernel h₄' })
  const box = await kernel.boundingBox()
  if (!box) throw new Error('no kernel')
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.17)
  await expect(page.getByText(/^h₄\(r 1, s 0\) = /)).toBeVisible()
  expect(signed((await page.getByText(/^h₄\(r 1, s 0\) = /).innerText()).split(' = ')[1] ?? '')).toBeCloseTo(
    banks[3]?.kernel[0]?.[1]?.[2] ?? NaN,
    4,
  )

  // The feature map: nine products of this channel, then those of the others.
  const feature = page.getByRole('button', { name: 'Feature map of h₂' })
  const at = await feature.boundingBox()
  if (!at) throw new Error('no feature map')
  const [x, y] = [13, 20]
  await page.mouse.move(at.x + (at.width * (x + 0.5)) / 32, at.y + (at.height * (y + 0.5)) / 32)
  await expect(page.getByText(`y₂(x ${x}, y ${y}) = `)).toBeVisible()
  const text = await readout(page).innerText()
  const value = signed(/\) = (−?[\d.]+)/.exec(text)?.[1] ?? '')
  const products = (/B, pixel × weight: (.*)/.exec(text)?.[1] ?? '')
    .split(' + ')
    .map((product) => product.split(' · ').map(signed))
  expect(products).toHaveLength(9)
  // The complete sum from the image, as drawn in the thumbnail, and the bank's weights.
  const pixels = await page
    .getByRole('radiogroup', { name: 'Image' })
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const { getContext } = element as unknown as {
        getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8ClampedArray } }
      }
      return [...getContext.call(element, '2d').getImageData(0, 0, 32, 32).data]
    })
  const rgb = Buffer.from(pixels.filter((_, i) => i % 4 !== 3))
  const input = await workbench.call('filters.input', { id: own, layer: 'stem', picture: rgb.toString('base64') })
  const normalised = floats(input.values)
  let sum = 0
  for (let s = 0; s < 3; s++)
    for (let r = 0; r < 3; r++)
      for (let c = 0; c < 3; c++) {
        const pixel = normalised[((y + s - 1) * 32 + x + r - 1) * 3 + c] ?? NaN
        const byte = rgb[((y + s - 1) * 32 + x + r - 1) * 3 + c] ?? NaN
        expect(pixel).toBeCloseTo((byte / 255 - (input.mean[c] ?? NaN)) / (input.std[c] ?? NaN), 4)
        const weight = banks[1]?.kernel[s]?.[r]?.[c] ?? NaN
        sum += pixel * weight
        if (c === 2) {
          expect(products[s * 3 + r]?.[0]).toBeCloseTo(pixel, 1)
          expect(products[s * 3 + r]?.[1]).toBeCloseTo(weight, 1)
        }
      }
  expect(value).toBeCloseTo(sum, 2)

  await test.step('a click pins the reading in the address', async () => {
    await feature.click({ position: { x: (at.width * (x + 0.5)) / 32, y: (at.height * (y + 0.5)) / 32 } })
    expect(query(page).get('at')).toBe(`feature.1.${x}.${y}`)
    await page.getByRole('heading', { level: 1 }).hover()
    await expect(page.getByText(`y₂(x ${x}, y ${y}) = `)).toBeVisible()
  })

  await test.step('shows an image of the user', async () => {
    const before = await feature.locator('canvas').screenshot()
    await page.locator('input[type="file"]').setInputFiles(path.join(__dirname, '../resources/icons/icon.png'))
    await expect(page.getByRole('radio', { name: 'your image' })).toBeChecked()
    await ready(page)
    await expect.poll(async () => (await feature.locator('canvas').screenshot()).equals(before)).toBe(false)
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    await expect(page.getByText('This image cannot be read', { exact: false })).toBeVisible()
  })
})

test('plays the epochs and updates the comparison with the baseline', async ({ launch, dataDir }) => {
  const workbench = await opened(launch, dataDir)
  const { page } = workbench
  const table = page.getByRole('table', { name: 'Coverage of the frequency plane' })
  const covered = table.getByRole('row', { name: /^Covered/ })
  const slider = page.getByRole('slider', { name: 'Epoch' })
  await expect(covered.locator('td')).toHaveText([/^\d+ %$/, /^\d+ %$/, /^\d+ %$/, /^\d+ %$/])

  await test.step('shows in the table what the epoch track shows', async () => {
    for (const epoch of [filterEpochs, 3]) {
      await workbench.open(`#/banks?run=${own}&epoch=${epoch}`)
      const track = await workbench.call('filters.coverage', {
        id: own,
        layer: 'stem',
        filters: [0],
        channels: [0],
        edge: 6,
      })
      await expect(covered.locator('td').first()).toHaveText(`${((track.covered[epoch] ?? NaN) * 100).toFixed(0)} %`)
    }
    const wide = await covered.locator('td').first().innerText()
    await choose(page.getByRole('radio', { name: '−3 dB' }))
    await expect
      .poll(async () => Number.parseInt(await covered.locator('td').first().innerText()))
      .toBeLessThan(Number.parseInt(wide))
  })

  await test.step('changes epochs by keys and by playing', async () => {
    await slider.focus()
    await page.keyboard.press('Home')
    await expect(slider).toHaveAttribute('aria-valuetext', 'epoch 0, before training')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => query(page).get('epoch')).toBe('1')
    await page.keyboard.press('Space')
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await expect(slider).toHaveAttribute('aria-valuetext', `epoch ${filterEpochs}`)
    await expect(page.getByRole('button', { name: 'Play over epochs' })).toBeVisible()
    await expect.poll(() => query(page).get('epoch')).toBe(String(filterEpochs))
  })
})

test('shows later layers and other runs, and explains what is missing', async ({ launch, dataDir }) => {
  const deep = 'stage3.block1.conv2'
  const workbench = await opened(launch, dataDir, `run=${runIdOf('mcnn-a', 1)}&layer=${deep}&filter=5&channel=9`)
  const { page } = workbench
  await expect(page.getByText(`baseline has no stored filters for ${deep}`, { exact: false })).toBeVisible()
  await page.getByRole('button', { name: 'Feature map of h₁' }).hover()
  await expect(page.getByText(/from the other 63 channels/)).toBeVisible()
  await workbench.screenshot('filter-banks-deep')

  await page.getByRole('slider', { name: 'Epoch' }).press('ArrowLeft')
  await expect(page.getByText(`go to epoch ${filterEpochs}`, { exact: false })).toBeVisible()

  const compare = page.getByRole('combobox', { name: 'Compare with' })
  await compare.click()
  await page.getByRole('option', { name: /mcnn-a · R8 · seed 2/ }).click()
  await expect(
    page
      .getByRole('table')
      .getByRole('row', { name: /^Similarity/ })
      .locator('td'),
  ).toHaveText([/^\d\.\d\d$/, /^\d\.\d\d$/, /^\d\.\d\d$/, /^\d\.\d\d$/])
  expect(query(page).get('compare')).toBe(runIdOf('mcnn-a', 2))

  await workbench.open(`#/banks?run=${runIdOf('baseline', 1)}`)
  await expect(page.getByText('is an ordinary layer in this run', { exact: false })).toBeVisible()
  await workbench.open('#/banks?run=gone')
  await expect(page.getByRole('heading', { name: 'Run not found' })).toBeVisible()
})

test('saves a bank as image, numbers and arrays; fits each size and theme', async ({ launch, dataDir }) => {
  const workbench = await opened(
    launch,
    dataDir,
    `run=${own}&filter=0&at=feature.0.13.9&pins=${runIdOf('mcnn-f', 2)}~stem~2~40,${own}~stem~1~0`,
  )
  const { page } = workbench
  for (const [extension, item] of [
    ['svg', 'Save as SVG…'],
    ['png', 'Save as PNG, 300 dpi…'],
    ['csv', 'Save numbers as CSV…'],
    ['json', 'Save arrays as JSON…'],
  ] as const) {
    const file = path.join(path.dirname(dataDir), `bank.${extension}`)
    await workbench.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, file)
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: item }).click()
    await expect(page.getByText(`epoch ${filterEpochs}.${extension} saved`, { exact: false })).toBeVisible()
    const bytes = readFileSync(file)
    const start = { svg: '<svg ', png: '\x89PNG', csv: 'what,band', json: '{"runId"' }[extension]
    expect(bytes.subarray(0, start.length).toString('latin1')).toBe(start)
    if (extension === 'json')
      expect((JSON.parse(bytes.toString()) as { kernel: { shape: number[] } }).kernel.shape).toEqual([4, 3, 3, 3])
    await page
      .getByRole('button', { name: /^Close/ })
      .first()
      .click()
  }

  await workbench.inEveryLook(async (ending) => {
    await ready(page)
    await workbench.screenshot(`filter-banks-${ending}`)
    await workbench.scrollsNowhereSideways()
    expect(
      await page.evaluate(
        'document.getElementById("main").scrollHeight - document.getElementById("main").clientHeight',
      ),
      'one scroll bar',
    ).toBeLessThanOrEqual(0)
  })
})

test('compares two selected runs and pins the others', async ({ launch, dataDir }) => {
  writeFilterHistory(dataDir)
  const { page, ...workbench } = await launch().then((one) => ({ page: one.page, open: one.open.bind(one) }))
  await workbench.open('#/runs?group=none')
  for (const [variant, seed] of [
    ['baseline', 1],
    ['mcnn-a', 1],
    ['mcnn-f', 1],
  ] as const)
    await page.getByRole('checkbox', { name: `Select ${variant} · ResNet-8 · synthetic · seed ${seed}` }).check()
  await page.getByRole('toolbar', { name: '3 selected' }).getByRole('button', { name: 'Filter banks' }).click()
  await ready(page)
  const chosen = [query(page).get('run'), query(page).get('pins')?.split('~')[0]]
  expect(chosen.sort()).toEqual([runIdOf('mcnn-a', 1), runIdOf('mcnn-f', 1)])
  await expect(page.getByRole('combobox', { name: 'Compare with' })).toHaveValue('baseline · R8 · seed 1')
  await expect(page.getByRole('region', { name: 'Pinned banks' }).getByRole('article')).toHaveCount(1)
})

test('explains the page if there is no run', async ({ workbench }) => {
  await workbench.go('Filter banks')
  await expect(workbench.page.getByRole('heading', { name: 'No filters yet' })).toBeVisible()
  await workbench.screenshot('filter-banks-empty')
})
