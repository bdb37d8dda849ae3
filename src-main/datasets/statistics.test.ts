import { describe, expect, it } from 'vitest'
import { augmentedPictures, datasetStatistics, loadDataset } from '.'

const picture = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37 + Math.floor(i / 96) * 11) % 251)
const side = 32
const padding = 4

/** All possible crops, made by indexing a padded image. */
function crops(): Set<string> {
  const at = (y: number, x: number, c: number): number =>
    y < 0 || x < 0 || y >= side || x >= side ? 0 : (picture[(y * side + x) * 3 + c] ?? 0)
  const all = new Set<string>()
  for (let dy = -padding; dy <= padding; dy++)
    for (let dx = -padding; dx <= padding; dx++)
      for (const mirrored of [false, true]) {
        const crop = Uint8Array.from({ length: 3072 }, (_, i) => {
          const [c, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 96)]
          return at(y + dy, (mirrored ? side - 1 - x : x) + dx, c)
        })
        all.add(Buffer.from(crop).toString('base64'))
      }
  return all
}

describe('augmentation', () => {
  it('draws crops of the padded image, equal for the same seed', () => {
    const possible = crops()
    expect(possible.size).toBe(9 * 9 * 2)
    const drawn = augmentedPictures(picture, 1, 30).map((pixels) => Buffer.from(pixels).toString('base64'))
    for (const one of drawn) expect(possible.has(one)).toBe(true)
    expect(new Set(drawn).size).toBeGreaterThan(20)
    expect(augmentedPictures(picture, 1, 30)[29]).toEqual(augmentedPictures(picture, 1, 30)[29])
    expect(augmentedPictures(picture, 2, 1)).not.toEqual(augmentedPictures(picture, 1, 1))
  })
})

describe('statistics', () => {
  it('normalise a run on the complete set, and count every image and pixel', async () => {
    const [statistics, data] = await Promise.all([
      datasetStatistics('nowhere', 'synthetic'),
      loadDataset({ datasetsDir: 'nowhere', dataset: 'synthetic', trainExamples: null, testExamples: 10, seed: 1 }),
    ])
    expect(statistics.mean).toEqual(data.mean)
    expect(statistics.std).toEqual(data.std)
    expect(statistics.perClass).toEqual(
      data.classes.map((_, c) => data.train.labels.filter((label) => label === c).length),
    )
    for (const [c, histogram] of statistics.histograms.entries()) {
      expect(histogram).toHaveLength(256)
      expect(histogram.reduce((sum, n) => sum + n, 0)).toBe(data.train.count * side * side)
      const mean = histogram.reduce((sum, n, value) => sum + n * value, 0) / (data.train.count * side * side) / 255
      expect(statistics.mean[c]).toBeCloseTo(mean, 12)
    }
  })
})
