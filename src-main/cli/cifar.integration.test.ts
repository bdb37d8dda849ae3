/** Trains on real images with the command line; skipped unless CIFAR-10 is in the folder next to the repository. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Precision, Variant } from '../contract/experiment'
import { epochMetrics, type EpochMetrics } from '../contract/runs/metrics'

const packed = path.resolve('../shared/datasets/cifar-10-batches-bin.tar.xz')
const entry = path.resolve('out/main/cli.js')
const run = promisify(execFile)

describe.skipIf(!existsSync(packed))('on the real CIFAR-10', () => {
  let dir: string
  const mcnn = (...args: string[]) =>
    run(process.execPath, [entry, '--json', '--data-dir', path.join(dir, 'data'), ...args], { maxBuffer: 1 << 26 })
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'mcnn-learn-'))
    await mcnn('datasets', 'import', packed)
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  async function learn(variant: Variant, precision: Precision): Promise<EpochMetrics[]> {
    const args = [
      '--arch',
      'resnet-8',
      '--variant',
      variant,
      '--dataset',
      'cifar-10',
      '--train-examples',
      '10000',
      '--test-examples',
      '2000',
    ]
    const { stdout } = await mcnn(
      'train',
      ...args,
      '--batch',
      '128',
      '--epochs',
      '5',
      '--seed',
      '1',
      '--precision',
      precision,
    )
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => z.looseObject({ event: z.string() }).parse(JSON.parse(line)))
    const epochs = lines.filter((line) => line.event === 'epoch').map((line) => epochMetrics.parse(line))
    expect(lines.at(-1)).toMatchObject({ event: 'done', testAccuracy: epochs.at(-1)?.testAccuracy })
    return epochs
  }

  const learned = new Map<Variant, EpochMetrics[]>()

  // PyTorch with the same recipe, three seeds: loss 1.26–1.30, best accuracy 44–51 %.
  it.each(['baseline', 'mcnn-f', 'mcnn-l'] as const)(
    '%s reaches in five epochs of 10,000 images the accuracy of the same recipe in PyTorch',
    async (variant) => {
      const epochs = await learn(variant, 'float32')
      learned.set(variant, epochs)
      const losses = epochs.map((epoch) => epoch.trainLoss)
      expect(losses).toHaveLength(5)
      expect(losses).toEqual([...losses].sort((a, b) => b - a))
      expect(losses.at(-1)).toBeLessThanOrEqual(1.4)
      expect(Math.max(...epochs.map((epoch) => epoch.testAccuracy))).toBeGreaterThan(0.42)
    },
    600_000,
  )

  // Over five seeds the last epoch's training loss differs by −0.001 ± 0.018, its test accuracy by −0.05 ± 1.12 points
  // (mean ± std).
  it('bfloat16 reaches the accuracy of float32, within the noise of seeds', async () => {
    const float32 = (learned.get('baseline') ?? (await learn('baseline', 'float32'))).at(-1)
    const bfloat16 = (await learn('baseline', 'bfloat16')).at(-1)
    expect(bfloat16).not.toEqual(float32)
    expect(Math.abs((bfloat16?.trainLoss ?? NaN) - (float32?.trainLoss ?? NaN))).toBeLessThan(0.08)
    expect(Math.abs((bfloat16?.testAccuracy ?? NaN) - (float32?.testAccuracy ?? NaN))).toBeLessThan(0.05)
  })
})
