import { describe, expect, it } from 'vitest'
import { sampleImages, testImages } from './images'
import { loadDataset, loadNormalisation, verifyDataset } from './load'
import { channelStatistics } from './statistics'
import { pixelBytes, toSplit, type Split } from './import/format'
import { syntheticClasses, syntheticRecords } from './synthetic'

const load = (trainExamples: number | null, testExamples: number | null, seed = 1): ReturnType<typeof loadDataset> =>
  loadDataset({ datasetsDir: 'nowhere', dataset: 'synthetic', trainExamples, testExamples, seed })

/** Returns a few numbers of each image, and the accuracy of the nearest class mean on them. */
function nearestCentroid(train: Split, test: Split, features: (pixels: Uint8Array) => number[]): number {
  const of = (split: Split, i: number): number[] =>
    features(split.images.subarray(i * pixelBytes, (i + 1) * pixelBytes))
  const means = syntheticClasses.map((_, label) => {
    const members = Array.from({ length: train.count }, (__, i) => i).filter((i) => train.labels[i] === label)
    const all = members.map((i) => of(train, i))
    return (all[0] ?? []).map((__, k) => all.reduce((total, f) => total + (f[k] ?? 0), 0) / all.length)
  })
  let correct = 0
  for (let i = 0; i < test.count; i++) {
    const f = of(test, i)
    const distances = means.map((mean) => mean.reduce((total, m, k) => total + (m - (f[k] ?? 0)) ** 2, 0))
    if (distances.indexOf(Math.min(...distances)) === test.labels[i]) correct++
  }
  return correct / test.count
}

function meanColour(pixels: Uint8Array): number[] {
  return [0, 1, 2].map((c) => {
    let total = 0
    for (let k = c; k < pixelBytes; k += 3) total += pixels[k] ?? 0
    return total / 1024
  })
}

/**
 * Trains softmax regression on normalised pixels by stochastic gradient descent; returns the accuracy on the test
 * split.
 */
function linearSoftmax(train: Split, test: Split, epochs: number): number {
  const { mean, std } = channelStatistics(train.images)
  const weights = syntheticClasses.map(() => new Float64Array(pixelBytes))
  const biases = new Float64Array(weights.length)
  const pixels = (split: Split, i: number): Float64Array =>
    Float64Array.from(
      split.images.subarray(i * pixelBytes, (i + 1) * pixelBytes),
      (v, k) => (v / 255 - (mean[k % 3] ?? 0)) / (std[k % 3] ?? 1),
    )
  const scores = (x: Float64Array): number[] =>
    weights.map((row, c) => {
      let total = biases[c] ?? 0
      for (let k = 0; k < pixelBytes; k++) total += (row[k] as number) * (x[k] as number)
      return total
    })
  for (let epoch = 0; epoch < epochs; epoch++)
    for (let i = 0; i < train.count; i++) {
      const x = pixels(train, i)
      const raw = scores(x)
      const parts = raw.map((s) => Math.exp(s - Math.max(...raw)))
      const total = parts.reduce((a, b) => a + b)
      weights.forEach((row, c) => {
        const step = (1e-4 / (1 + epoch)) * ((parts[c] ?? 0) / total - (train.labels[i] === c ? 1 : 0))
        for (let k = 0; k < pixelBytes; k++) row[k] = (row[k] as number) - step * (x[k] as number)
        biases[c] = (biases[c] ?? 0) - step
      })
    }
  let correct = 0
  for (let i = 0; i < test.count; i++) {
    const found = scores(pixels(test, i))
    if (found.indexOf(Math.max(...found)) === test.labels[i]) correct++
  }
  return correct / test.count
}

describe('synthetic set', () => {
  it('moves training examples to a validation split: none twice, none lost, none from the test set', async () => {
    const whole = await load(300, 50)
    const split = (seed: number, validationExamples: number | null = 60): ReturnType<typeof loadDataset> =>
      loadDataset({
        datasetsDir: 'nowhere',
        dataset: 'synthetic',
        trainExamples: 300,
        testExamples: 50,
        validationExamples,
        seed,
      })
    const withSplit = await split(1)
    expect([withSplit.train.count, withSplit.validation?.count, withSplit.test]).toEqual([240, 60, whole.test])
    const pictures = ({ images }: { images: Uint8Array }): string[] =>
      Array.from({ length: images.length / 3072 }, (_, i) =>
        Buffer.from(images.subarray(i * 3072, (i + 1) * 3072)).toString('base64'),
      )
    const held = withSplit.validation ?? whole.test
    expect([...pictures(withSplit.train), ...pictures(held)].sort()).toEqual(pictures(whole.train).sort())
    expect(new Set(pictures(whole.train)).size).toBe(300)
    expect(Array.from({ length: 10 }, (_, c) => held.labels.filter((label) => label === c).length)).toEqual(
      new Array(10).fill(6),
    )
    // An image has kept its label.
    const labelOf = new Map(pictures(whole.train).map((picture, i) => [picture, whole.train.labels[i]]))
    for (const part of [withSplit.train, held])
      expect(pictures(part).map((picture) => labelOf.get(picture))).toEqual([...part.labels])
    // The normalisation uses the remaining training examples only, whichever function computes it.
    expect(withSplit.mean).not.toEqual(whole.mean)
    expect(
      await loadNormalisation({
        datasetsDir: 'nowhere',
        dataset: 'synthetic',
        trainExamples: 300,
        validationExamples: 60,
        seed: 1,
      }),
    ).toEqual({ mean: withSplit.mean, std: withSplit.std })
    expect((await split(1)).fingerprint).toBe(withSplit.fingerprint)
    expect(
      new Set([
        whole.fingerprint,
        withSplit.fingerprint,
        (await split(2)).fingerprint,
        (await split(1, 50)).fingerprint,
      ]).size,
    ).toBe(4)
    expect(await split(1, null)).toEqual(whole)
  })

  it('is normalised by the statistics of the run', async () => {
    const { mean, std } = await load(100, 10)
    expect(
      await loadNormalisation({ datasetsDir: 'nowhere', dataset: 'synthetic', trainExamples: 100, seed: 1 }),
    ).toEqual({ mean, std })
  })

  it('has 4,000 and 1,000 examples of 10 classes, identical on every machine', async () => {
    const data = await load(null, null)
    expect([data.train.count, data.test.count]).toEqual([4000, 1000])
    expect(new Set(data.classes).size).toBe(10)
    for (const split of [data.train, data.test])
      expect(syntheticClasses.map((_, c) => split.labels.filter((label) => label === c).length)).toEqual(
        new Array(10).fill(split.count / 10),
      )
    const summary = await verifyDataset('nowhere', 'synthetic')
    expect(summary).toMatchObject({
      synthetic: true,
      available: true,
      train: 4000,
      test: 1000,
      fingerprint: data.fingerprint,
    })
  })

  it('is the same for every seed, and a smaller size is the start of a larger one', async () => {
    const [small, large] = [await load(25, 10, 1), await load(60, 10, 2)]
    expect(small.train.images).toEqual(large.train.images.slice(0, 25 * pixelBytes))
    expect(small.test).toEqual(large.test)
    expect(small.fingerprint).not.toBe(large.fingerprint)
    expect((await load(25, 10, 9)).fingerprint).toBe(small.fingerprint)
    await expect(load(50001, 10)).rejects.toMatchObject({ code: 'bad-input', field: 'trainExamples' })
    await expect(load(10, 0)).rejects.toMatchObject({ code: 'bad-input', field: 'testExamples' })
  })

  it('shows no image twice, in training or test', async () => {
    const splits = [toSplit(await syntheticRecords('train', 500)), toSplit(await syntheticRecords('test', 500))]
    const pictures = splits.flatMap((s) =>
      Array.from({ length: s.count }, (_, i) =>
        Buffer.from(s.images.subarray(i * pixelBytes, (i + 1) * pixelBytes)).toString('base64'),
      ),
    )
    expect(new Set(pictures).size).toBe(1000)
  })

  it('cannot be classified by mean colours, contrast or single pixels', async () => {
    const [train, test] = [
      toSplit(await syntheticRecords('train', 2000)),
      toSplit(await syntheticRecords('test', 1000)),
    ]
    // Random guessing gives 0.1, with a standard deviation of 0.0095 over 1,000 images.
    expect(nearestCentroid(train, test, meanColour)).toBeLessThan(0.14)
    expect(linearSoftmax(train, test, 2)).toBeLessThan(0.25)
  })

  it('could be classified by these if its classes had colours or positions of their own', async () => {
    const marked = async (
      name: 'train' | 'test',
      count: number,
      mark: (label: number, row: number, channel: number) => number,
    ): Promise<Split> => {
      const split = toSplit(await syntheticRecords(name, count))
      const images = split.images.map((v, k) =>
        Math.min(
          255,
          v + mark(split.labels[Math.floor(k / pixelBytes)] ?? 0, Math.floor((k % pixelBytes) / 96), k % 3),
        ),
      )
      return { ...split, images }
    }
    const tint = (label: number, _: number, channel: number): number => (channel === 0 ? 20 * label : 0)
    expect(
      nearestCentroid(await marked('train', 1000, tint), await marked('test', 500, tint), meanColour),
    ).toBeGreaterThan(0.18)
    const band = (label: number, row: number): number => (Math.floor(row / 3) === label ? 40 : 0)
    expect(linearSoftmax(await marked('train', 1000, band), await marked('test', 500, band), 2)).toBeGreaterThan(0.4)
  })

  it('returns test images by their position in those of a run', async () => {
    const images = await testImages(
      { datasetsDir: 'nowhere', dataset: 'synthetic', trainExamples: 10, testExamples: 20, seed: 7 },
      [19, 3],
    )
    const test = toSplit(await syntheticRecords('test', 20))
    expect(images).toEqual([19, 3].map((i) => test.images.slice(i * pixelBytes, (i + 1) * pixelBytes)))
  })

  it('returns sample images of each class', async () => {
    const samples = await sampleImages('nowhere', 'synthetic', 2)
    expect(samples.map((s) => s.label)).toEqual(Array.from({ length: 20 }, (_, i) => Math.floor(i / 2)))
    const train = toSplit(await syntheticRecords('train', 20))
    expect(samples[7]?.pixels).toEqual(train.images.slice(13 * pixelBytes, 14 * pixelBytes))
  })
})
