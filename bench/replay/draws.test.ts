import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { recipe, type ExperimentConfig } from '../../src-main/contract/experiment'
import { epochOrder, fillBatch, loadDataset } from '../../src-main/datasets'
import { writeDraws } from './draws'

const folder = mkdtempSync(path.join(tmpdir(), 'draws-'))
afterAll(() => rmSync(folder, { recursive: true }))

const config: ExperimentConfig = {
  ...recipe,
  arch: 'resnet-8',
  variant: 'mcnn-l',
  seed: 3,
  dataset: 'synthetic',
  trainExamples: 40,
  testExamples: 20,
  epochs: 2,
  batchSize: 16,
  milestones: [1],
}

it('writes the pixels that the run trains on, in its order and with its augmentation', async () => {
  const data = await loadDataset({ datasetsDir: folder, ...config })
  await writeDraws(folder, config, data)
  const bytes = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path.join(folder, name)))
  const draws = new Int32Array(bytes('draws.i32').buffer)
  const table = new Float32Array(bytes('table.f32').buffer)
  const [pixels, labels] = [bytes('train.u8'), bytes('train-labels.u8')]
  expect(draws.length).toBe(2 * 4 * 40)

  for (const epoch of [1, 2]) {
    const images = new Float32Array(40 * 3072)
    const classes = new Int32Array(40)
    fillBatch({
      split: data.train,
      order: epochOrder(3, epoch, 40),
      from: 0,
      count: 40,
      augment: true,
      seed: 3,
      epoch,
      images,
      labels: classes,
      mean: data.mean,
      std: data.std,
    })
    const drawn = (part: number, i: number): number => draws[((epoch - 1) * 4 + part) * 40 + i] ?? NaN
    for (const [i, y, x, c] of [
      [0, 0, 0, 0],
      [7, 31, 4, 1],
      [16, 5, 31, 2],
      [39, 17, 9, 0],
      [23, 30, 30, 1],
    ] as const) {
      const [example, row, column, mirrored] = [drawn(0, i), drawn(1, i), drawn(2, i), drawn(3, i)]
      const [sourceY, sourceX] = [y + row, (mirrored === 1 ? 31 - x : x) + column]
      const inside = sourceY >= 0 && sourceY < 32 && sourceX >= 0 && sourceX < 32
      const byte = inside ? pixels[example * 3072 + (sourceY * 32 + sourceX) * 3 + c] : 0
      expect(images[i * 3072 + (y * 32 + x) * 3 + c]).toBe(table[c * 256 + (byte ?? NaN)])
      expect(classes[i]).toBe(labels[example])
    }
  }
  const job = JSON.parse(readFileSync(path.join(folder, 'job.json'), 'utf8')) as Record<string, unknown>
  expect(job).toMatchObject({ epochs: 2, batchSize: 16, momentum: 0.9, weightDecay: 1e-4, learningRates: [0.1, 0.01] })
})

it('refuses runs whose learning rate depends on their results', async () => {
  const data = await loadDataset({ datasetsDir: folder, ...config })
  await expect(
    writeDraws(folder, { ...config, warmup: { learningRate: 0.01, untilError: 0.8 } }, data),
  ).rejects.toThrow('cannot be replayed')
})
