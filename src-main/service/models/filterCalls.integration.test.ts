import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filterEpochs, runIdOf, writeFilterHistory } from '../../../e2e/filterHistory'
import { convolve } from '../../analysis/filters/convolution'
import { maxAbsolute, responseMagnitude, rmsPlane } from '../../analysis/filters/filterBank'
import { serviceCalls } from '../../contract/calls'
import { loadDataset } from '../../datasets'
import { History } from '../../history/history'
import { Bench } from '../fixtures/bench'
import type { Service } from '../app/service'

let bench: Bench
let service: Service
const id = runIdOf('mcnn-a', 1)
const last = 'stage3.block1.conv2'

beforeEach(async () => {
  bench = new Bench()
  writeFilterHistory(bench.dataDir)
  service = await bench.open()
})

afterEach(() => bench.end())

const floats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}

describe('a complete layer', () => {
  it('has the filters of the single banks', async () => {
    const layer = serviceCalls['filters.layer'].result.parse(
      await service.call('filters.layer', { id, layer: last, epoch: 7 }),
    )
    expect(layer).toMatchObject({ runId: id, layer: last, epoch: 7, multiband: true, stride: 1, shape: [3, 3, 64, 16] })
    const values = floats(layer.values)
    const { banks } = await service.call('filters.bank', { id, layer: last, filter: 5, epoch: 7, size: 8 })
    banks[0]?.kernel.forEach((row, s) =>
      row.forEach((pixel, r) =>
        pixel.forEach((weight, c) => expect(values[((s * 3 + r) * 64 + c) * 16 + 5]).toBe(weight)),
      ),
    )
    expect((await service.call('filters.layer', { id, layer: 'stem' })).epoch).toBe(filterEpochs)
    await expect(service.call('filters.layer', { id: runIdOf('baseline', 1), layer: last })).rejects.toMatchObject({
      code: 'not-found',
      field: 'layer',
    })
    await expect(service.call('filters.layer', { id, layer: 'stem', epoch: 99 })).rejects.toMatchObject({
      code: 'not-found',
      field: 'epoch',
    })
  })

  it('has the coverage of its responses after each epoch', async () => {
    const { epochs, covered } = serviceCalls['filters.coverage'].result.parse(
      await service.call('filters.coverage', { id, layer: 'stem', filters: [2], channels: [0, 1, 2], edge: 6 }),
    )
    expect(epochs).toEqual(Array.from({ length: filterEpochs + 1 }, (_, i) => i))
    for (const epoch of [0, 13]) {
      const { banks } = await service.call('filters.bank', { id, layer: 'stem', filter: 2, epoch, size: 64 })
      const planes = banks.map(({ response }) => rmsPlane(response).flat())
      const passed =
        planes[0]?.filter((_, i) => planes.some((plane) => (plane[i] ?? 0) >= 0.5 * Math.max(...plane))).length ?? NaN
      expect(covered[epoch]).toBeCloseTo(passed / 4096, 2)
    }
    await expect(
      service.call('filters.coverage', { id, layer: 'stem', filters: [4], channels: [0], edge: 3 }),
    ).rejects.toMatchObject({ code: 'not-found', field: 'filters' })
    await expect(
      service.call('filters.coverage', { id, layer: 'stem', filters: [0], channels: [3], edge: 3 }),
    ).rejects.toMatchObject({ code: 'not-found', field: 'channels' })
  })

  it('omits epochs with non-finite values', async () => {
    const history = new History(path.join(bench.dataDir, 'history.sqlite'))
    const run = history.runs.get(id)
    history.filters.add(
      run?.key ?? NaN,
      filterEpochs + 1,
      'stem',
      [3, 3, 3, 4],
      Buffer.from(new Float32Array(108).fill(NaN).buffer),
    )
    history.close()
    expect(
      (await service.call('filters.coverage', { id, layer: 'stem', filters: [0], channels: [0], edge: 3 })).epochs.at(
        -1,
      ),
    ).toBe(filterEpochs)
    await expect(service.call('filters.layer', { id, layer: 'stem' })).rejects.toMatchObject({
      code: 'bad-data',
      field: 'epoch',
    })
  })

  it('has scales that are valid for the whole run', async () => {
    const { weight, magnitude } = await service.call('filters.scale', { id, layer: 'stem', channels: [1] })
    let [heaviest, greatest] = [0, 0]
    for (let epoch = 0; epoch <= filterEpochs; epoch++)
      for (let filter = 0; filter < 4; filter++) {
        const kernel =
          (await service.call('filters.bank', { id, layer: 'stem', filter, epoch, size: 8 })).banks[0]?.kernel.map(
            (row) => row.map((pixel) => [pixel[1] ?? NaN]),
          ) ?? []
        heaviest = Math.max(heaviest, maxAbsolute(kernel))
        greatest = Math.max(greatest, maxAbsolute(responseMagnitude(kernel, 64)))
      }
    expect(weight).toBeCloseTo(heaviest, 6)
    // With fewer points per side it is near the peak, never beyond it.
    expect(magnitude).toBeLessThanOrEqual(greatest + 1e-9)
    expect(magnitude).toBeGreaterThan(0.95 * greatest)
  })
})

describe('input of a layer', () => {
  const bytes = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37) % 256)
  const picture = Buffer.from(bytes).toString('base64')

  it('is the image for the first layer, normalised like the run’s data', async () => {
    const input = serviceCalls['filters.input'].result.parse(
      await service.call('filters.input', { id, layer: 'stem', picture }),
    )
    const { mean, std } = await loadDataset({
      datasetsDir: 'nowhere',
      dataset: 'synthetic',
      trainExamples: null,
      testExamples: 1,
      seed: 1,
    })
    expect(input).toMatchObject({ height: 32, width: 32, channels: 3, mean, std })
    floats(input.values).forEach((value, i) =>
      expect(value).toBeCloseTo(((bytes[i] ?? NaN) / 255 - (mean[i % 3] ?? NaN)) / (std[i % 3] ?? NaN), 5),
    )
  })

  it('is the output of the first layer with its last weights for the second layer', async () => {
    const base = { id: runIdOf('baseline', 1), picture }
    const stem = await service.call('filters.input', { ...base, layer: 'stem' })
    const second = await service.call('filters.input', { ...base, layer: 'stage1.block1.conv1' })
    expect(second).toMatchObject({ height: 32, width: 32, channels: 16 })
    const { shape, values } = await service.call('filters.layer', { id: base.id, layer: 'stem' })
    // Normalisation as initialised: mean 0, variance 1, scale 1, offset 0.
    const expected = convolve(
      { ...stem, values: floats(stem.values) },
      { shape, values: floats(values) },
      1,
    ).values.map((v) => Math.max(0, v / Math.sqrt(1 + 1e-5)))
    floats(second.values).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 4))
    expect(await service.call('filters.input', { ...base, layer: 'stage3.block1.conv2' })).toMatchObject({
      height: 8,
      width: 8,
      channels: 64,
    })
  })

  it('is rejected with a reason if it cannot be computed', async () => {
    await expect(service.call('filters.input', { id, layer: 'none', picture })).rejects.toMatchObject({
      code: 'not-found',
      field: 'layer',
    })
    await expect(service.handle('filters.input', { id, layer: 'stem', picture: 'AAAA' })).rejects.toMatchObject({
      code: 'bad-input',
      field: 'picture',
    })
    const file = path.join(bench.dataDir, 'runs', id, 'weights.safetensors')
    writeFileSync(file, 'weights')
    await expect(service.call('filters.input', { id, layer: last, picture })).rejects.toMatchObject({
      code: 'bad-data',
    })
    rmSync(file)
    await expect(service.call('filters.input', { id, layer: last, picture })).rejects.toMatchObject({
      code: 'not-found',
    })
    mkdirSync(file)
    await expect(service.call('filters.input', { id, layer: last, picture })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('is read only from the run’s own folder, whatever path the history contains', async () => {
    const db = new Sqlite(path.join(bench.dataDir, 'history.sqlite'))
    try {
      for (const elsewhere of [
        '../secret',
        '/etc/passwd',
        'runs/other/weights.safetensors',
        `runs/${id}/../other/weights`,
        'history.sqlite',
      ]) {
        db.prepare('UPDATE runs SET weights_file = ? WHERE id = ?').run(elsewhere, id)
        await expect(service.call('filters.input', { id, layer: last, picture }), elsewhere).rejects.toMatchObject({
          code: 'bad-data',
          message: expect.stringContaining('outside of its folder') as string,
        })
      }
    } finally {
      db.close()
    }
  })
})
