/** Uses a run's network elsewhere, and on the user's own images. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { InferenceSession } from 'onnxruntime-node'
import { crc32 } from '../src-main/analysis/figures/pngDensity'
import type { RendererResult } from '../src-main/contract'
import { expect, test, type Workbench } from './app'
import { faults } from './axe'
import { runIdOf, writeFilterHistory } from './filterHistory'

const id = runIdOf('mcnn-a', 1)

/** A PNG of RGB, rows without a filter (https://www.w3.org/TR/png). */
function pngOf(width: number, height: number, color: (x: number, y: number) => readonly number[]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => color(x, y)).flat(),
  ]).flat()
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.from(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const stripes = (x: number, y: number): readonly number[] => [(x * 40) % 256, (y * 8) % 256, x > 15 ? 200 : 30]
const bytesOf = (color: typeof stripes): Buffer =>
  Buffer.from(Array.from({ length: 1024 }, (_, i) => color(i % 32, Math.floor(i / 32))).flat())

type Said = RendererResult<'runs.classify'>

/** Returns the class names and percentages that the window shows. */
async function shown({ page }: Workbench): Promise<[string, string][]> {
  const bars = page.getByRole('region', { name: 'Classify your own image' }).locator('dl')
  const names = await bars.locator('dt').allInnerTexts()
  const values = await bars.locator('dd').allInnerTexts()
  return names.map((name, i) => [name, values[i] ?? ''])
}
const wordsOf = ({ top }: Said): [string, string][] =>
  top.map(({ name, probability }) => [name, `${(100 * probability).toFixed(1)} %`])

test('classifies the user’s image: chosen, dropped or pasted', async ({ launch, dataDir }) => {
  writeFilterHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.open(`#/runs/${id}`)
  const region = page.getByRole('region', { name: 'Classify your own image' })
  await region.scrollIntoViewIfNeeded()
  await expect(region).toContainText('its answers for real photos mean nothing')

  await test.step('classifies a chosen file by keyboard, with its exact pixels and the service’s answer', async () => {
    const chooser = page.waitForEvent('filechooser')
    await region.getByRole('button', { name: 'Choose image…' }).focus()
    await page.keyboard.press('Enter')
    await (await chooser).setFiles({ name: 'stripes.png', mimeType: 'image/png', buffer: pngOf(32, 32, stripes) })
    await expect(region.getByRole('img', { name: 'stripes.png as the network sees it' })).toBeVisible()
    await expect(region).toContainText('32 × 32, original size')
    await expect(region).toContainText('always picks one of its 10 classes')
    const answer = await workbench.call('runs.classify', { id, picture: bytesOf(stripes).toString('base64') })
    expect(answer.top).toHaveLength(5)
    expect(await shown(workbench)).toEqual(wordsOf(answer))
  })

  await test.step('classifies the scaled centre of an image that is dropped anywhere on the page', async () => {
    // The middle 32 × 32 of 96 × 32 differs from its sides.
    const wide = pngOf(96, 32, (x, y) => (x < 32 || x > 63 ? [255, 0, 0] : stripes(63 - x, y)))
    await drop(workbench, 'wide.png', 'image/png', wide)
    await expect(region.getByRole('img', { name: 'wide.png as the network sees it' })).toBeVisible()
    await expect(region).toContainText('centre square of 96 × 32, scaled to 32 × 32')
    expect(await shown(workbench)).toEqual(
      wordsOf(
        await workbench.call('runs.classify', {
          id,
          picture: bytesOf((x, y) => stripes(31 - x, y)).toString('base64'),
        }),
      ),
    )
    // The window did not navigate to the file.
    await expect(page).toHaveURL(new RegExp(`#/runs/${id}$`))
  })

  await test.step('announces the drop target while an image is dragged', async () => {
    await send(workbench, ['dragover'], 'stripes.png', 'image/png', pngOf(32, 32, stripes))
    await expect(page.getByText('Drop to classify')).toBeVisible()
    await workbench.screenshot('classify-held')
    await drop(workbench, 'stripes.png', 'image/png', pngOf(32, 32, stripes))
    await expect(page.getByText('Drop to classify')).toHaveCount(0)
  })

  await test.step('scrolls the complete answer into view after a drop at the top of the page', async () => {
    await drop(workbench, 'notes.png', 'image/png', Buffer.from('no picture at all'))
    await expect(region.locator('dl')).toHaveCount(0)
    await workbench.resize(900, 600)
    await page.evaluate(
      `document.querySelector('[role="progressbar"][aria-label="Trained"]').scrollIntoView({ block: 'end' })`,
    )
    await expect(region).not.toBeInViewport()
    await drop(workbench, 'stripes.png', 'image/png', pngOf(32, 32, stripes))
    await expect(region.locator('dl')).toBeInViewport({ ratio: 1 })
    await expect(region.getByRole('img', { name: 'stripes.png as the network sees it' })).toBeInViewport({ ratio: 1 })
    await workbench.resize(1280, 800)
  })

  await test.step('classifies a pasted image', async () => {
    await send(
      workbench,
      ['paste'],
      'pasted.png',
      'image/png',
      pngOf(32, 32, (x, y) => stripes(y, x)),
    )
    await expect(region.getByRole('img', { name: 'pasted.png as the network sees it' })).toBeVisible()
    expect(await shown(workbench)).toEqual(
      wordsOf(
        await workbench.call('runs.classify', { id, picture: bytesOf((x, y) => stripes(y, x)).toString('base64') }),
      ),
    )
  })

  await test.step('rejects a file that is no image with a message', async () => {
    await drop(workbench, 'notes.png', 'image/png', Buffer.from('no picture at all'))
    await expect(region).toContainText('This image cannot be read')
    await expect(region.locator('dl')).toHaveCount(0)
  })

  await test.step('reports corrupt weights', async () => {
    const file = path.join(dataDir, 'runs', id, 'weights.safetensors')
    const whole = readFileSync(file)
    const damaged = Buffer.from(whole)
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
    writeFileSync(file, damaged)
    // Another run in between: the last network is kept in memory.
    await workbench.call('runs.classify', { id: runIdOf('baseline', 1), picture: bytesOf(stripes).toString('base64') })
    await drop(workbench, 'stripes.png', 'image/png', pngOf(32, 32, stripes))
    await expect(region).toContainText('are corrupt')
    writeFileSync(file, whole)
    await drop(workbench, 'stripes.png', 'image/png', pngOf(32, 32, stripes))
    await expect(region.locator('dl')).toBeVisible()
  })

  await workbench.inEveryLook(async (ending) => {
    await region.scrollIntoViewIfNeeded()
    await workbench.screenshot(`classify-${ending}`)
    expect(await faults(page)).toEqual([])
    await workbench.scrollsNowhereSideways()
  })
})

test('exports a network in each format from the run’s page, and asks before it replaces a file', async ({
  launch,
  dataDir,
}) => {
  writeFilterHistory(dataDir)
  const workbench = await launch()
  const { page } = workbench
  await workbench.open(`#/runs/${id}`)
  const out = path.join(dataDir, '..')
  const suggested: string[] = []
  const save = async (item: RegExp, name: string | null): Promise<void> => {
    await workbench.app.evaluate(
      ({ dialog }, chosen) => {
        const kept = globalThis as unknown as { suggested: unknown }
        const stub = (...args: unknown[]) => {
          kept.suggested = (args.at(-1) as { defaultPath: string }).defaultPath
          return Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
        }
        dialog.showSaveDialog = stub
      },
      name === null ? null : path.join(out, name),
    )
    await page.getByRole('button', { name: 'More actions' }).click()
    for (const [width, height] of [
      [1280, 800],
      [900, 600],
    ] as const) {
      await workbench.resize(width, height)
      await workbench.screenshot(`export-model-${width}`)
    }
    await page.getByRole('menuitem', { name: item }).click()
    await expect
      .poll(() => workbench.app.evaluate(() => (globalThis as unknown as { suggested: unknown }).suggested))
      .toBeTruthy()
    suggested.push(
      String(await workbench.app.evaluate(() => (globalThis as unknown as { suggested: unknown }).suggested)),
    )
  }

  await save(/ONNX/, 'model.onnx')
  await expect(page.getByText('model.onnx saved')).toBeVisible()
  const session = await InferenceSession.create(path.join(out, 'model.onnx'))
  expect(session.inputNames).toEqual(['pictures'])
  await session.release()

  await save(/safetensors/, 'model.safetensors')
  await expect(page.getByText('model.safetensors saved')).toBeVisible()
  const bytes = readFileSync(path.join(out, 'model.safetensors'))
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0))))).toMatchObject({
    __metadata__: { run: id },
    'stem.weight': { shape: [16, 3, 3, 3] },
  })

  await save(/SavedModel/, 'model')
  await expect(page.getByText('model.savedmodel saved', { exact: true })).toBeVisible()
  expect(readdirSync(path.join(out, 'model.savedmodel')).sort()).toEqual([
    'assets.extra',
    'mcnn-files.json',
    'saved_model.pb',
  ])
  const asked = await workbench.answerQuestions(1)
  await save(/SavedModel/, 'model')
  await expect.poll(asked).toEqual(['Replace the SavedModel in model.savedmodel?'])

  await save(/ONNX/, null)
  expect(existsSync(path.join(out, 'null'))).toBe(false)
  expect(suggested).toEqual(
    ['onnx', 'safetensors', 'savedmodel', 'savedmodel', 'onnx'].map(
      (format) => `mcnn-a ResNet-8 synthetic seed 1.${format}`,
    ),
  )
})

/** Drops a file on the heading of the page, as a file manager does. */
function drop(workbench: Workbench, name: string, type: string, content: Buffer): Promise<void> {
  return send(workbench, ['dragover', 'drop'], name, type, content)
}

/** Sends the events of a dropped file, as the system does. */
async function send({ page }: Workbench, events: string[], name: string, type: string, content: Buffer): Promise<void> {
  await page.getByRole('heading', { level: 1 }).evaluate(
    (element, [wanted, fileName, mime, base64]) => {
      type Made = new (...args: unknown[]) => unknown
      const web = globalThis as unknown as {
        File: Made
        DataTransfer: new () => { items: { add: (file: unknown) => void } }
        DragEvent: Made
        ClipboardEvent: Made
        atob: (text: string) => string
      }
      const transfer = new web.DataTransfer()
      transfer.items.add(
        new web.File([Uint8Array.from(web.atob(base64), (c) => c.charCodeAt(0))], fileName, { type: mime }),
      )
      for (const event of wanted) {
        const common = { bubbles: true, cancelable: true }
        const made =
          event === 'paste'
            ? new web.ClipboardEvent(event, { ...common, clipboardData: transfer })
            : new web.DragEvent(event, { ...common, dataTransfer: transfer })
        ;(element as unknown as { dispatchEvent: (event: unknown) => void }).dispatchEvent(made)
      }
    },
    [events, name, type, content.toString('base64')] as const,
  )
}
