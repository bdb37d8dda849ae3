import { describe, expect, it } from 'vitest'
import { epochOrder, fillBatch, planBatch, type BatchOptions } from './batches'
import { pixelBytes, side, type Split } from './import/format'
import { fakePixels } from './testSupport'

const count = 40
const split: Split = {
  images: new Uint8Array(fakePixels(count * pixelBytes, 7)),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  count,
}
const mean: [number, number, number] = [0.5, 0.4, 0.3]
const std: [number, number, number] = [0.25, 0.2, 0.1]

function fill(options: Partial<BatchOptions> & { order: Uint32Array }): { images: Float32Array; labels: Int32Array } {
  const size = options.count ?? options.order.length
  const images = new Float32Array(size * pixelBytes)
  const labels = new Int32Array(size)
  fillBatch({ split, from: 0, count: size, images, labels, mean, std, augment: false, seed: 1, epoch: 1, ...options })
  return { images, labels }
}

const normal = (value: number, c: number): number => Math.fround((value / 255 - (mean[c] ?? 0)) / (std[c] ?? 1))

/** Returns whether an image is this crop and mirror of example `e`. */
function matches(picture: Float32Array, e: number, dy: number, dx: number, mirrored: boolean): boolean {
  for (let i = 0; i < pixelBytes; i++) {
    const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3]
    const row = y + dy
    const column = (mirrored ? side - 1 - x : x) + dx
    const inside = row >= 0 && row < side && column >= 0 && column < side
    const value = inside ? (split.images[e * pixelBytes + (row * side + column) * 3 + c] ?? 0) : 0
    if (picture[i] !== normal(value, c)) return false
  }
  return true
}

describe('epochOrder', () => {
  it('is a permutation, equal for the same seed and epoch and different otherwise', () => {
    const order = epochOrder(3, 1, 1000)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(epochOrder(3, 1, 1000)).toEqual(order)
    expect(epochOrder(3, 2, 1000)).not.toEqual(order)
    expect(epochOrder(4, 1, 1000)).not.toEqual(order)
  })
})

describe('planBatch', () => {
  const order = epochOrder(1, 1, count)

  it('describes how each image of a batch is made', () => {
    const { images } = fill({ order, augment: true })
    const { examples, rows, columns, mirrored } = planBatch({ order, from: 0, count, augment: true, seed: 1, epoch: 1 })
    expect([...examples]).toEqual([...order])
    examples.forEach((e, i) => {
      const picture = images.subarray(i * pixelBytes, (i + 1) * pixelBytes)
      const [dy, dx, flip] = [rows[i] ?? NaN, columns[i] ?? NaN, mirrored[i] === 1] as const
      expect(matches(picture, e, dy, dx, flip), `picture ${i}`).toBe(true)
      expect(matches(picture, e, dy, dx, !flip), `picture ${i}, the other way round`).toBe(false)
    })
  })

  it('moves and mirrors nothing without augmentation', () => {
    const { examples, rows, columns, mirrored } = planBatch({
      order,
      from: 5,
      count: 3,
      augment: false,
      seed: 1,
      epoch: 1,
    })
    expect([...examples]).toEqual([...order.subarray(5, 8)])
    expect([...rows, ...columns, ...mirrored].every((v) => v === 0)).toBe(true)
  })

  it('pads a batch if there are not enough examples', () => {
    const draw = { order, from: count - 2, count: 2, augment: true, seed: 1, epoch: 1 }
    const [plan, filled] = [planBatch(draw), planBatch(draw, 4)]
    for (const part of ['examples', 'rows', 'columns', 'mirrored'] as const)
      expect([...filled[part]]).toEqual([...plan[part], 0, 0])
  })

  it('rejects more examples than the order has', () => {
    expect(() => planBatch({ order, from: count, count: 1, augment: false, seed: 1, epoch: 1 })).toThrow(RangeError)
  })
})

describe('fillBatch', () => {
  it('normalises pixels and copies labels in the given order', () => {
    const { images, labels } = fill({ order: Uint32Array.of(5, 13, 2), from: 1, count: 2 })
    expect([...labels]).toEqual([3, 2])
    expect(matches(images.subarray(0, pixelBytes), 13, 0, 0, false)).toBe(true)
    expect(matches(images.subarray(pixelBytes), 2, 0, 0, false)).toBe(true)
    expect(matches(images.subarray(pixelBytes), 2, 0, 1, false)).toBe(false)
  })

  it('augments by one of the 9 × 9 crops of the black-padded image, mirrored or not', () => {
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    const { images } = fill({ order, augment: true })
    const seen = new Set<string>()
    for (let e = 0; e < count; e++) {
      const picture = images.subarray(e * pixelBytes, (e + 1) * pixelBytes)
      let found: string | null = null
      for (let k = 0; k < 162 && !found; k++) {
        const [dy, dx, mirrored] = [Math.floor(k / 18) - 4, (Math.floor(k / 2) % 9) - 4, k % 2 === 1] as const
        if (matches(picture, e, dy, dx, mirrored)) found = `${dy} ${dx} ${mirrored}`
      }
      expect(found, `example ${e}`).not.toBeNull()
      seen.add(found ?? '')
    }
    expect(seen.size).toBeGreaterThan(25)
  })

  it('draws each of the 162 crops about equally often, and differently in each epoch', () => {
    // An image whose pixels encode their position: red the column, green the row.
    const images = new Uint8Array(pixelBytes)
    for (let p = 0; p < side * side; p++) images.set([8 + (p % side), 8 + Math.floor(p / side), 0], p * 3)
    const one: Split = { images, labels: Uint8Array.of(0), count: 1 }
    const seen = new Map<string, number>()
    for (let epoch = 1; epoch <= 4000; epoch++) {
      const batch = fill({ order: Uint32Array.of(0), split: one, augment: true, epoch })
      // The middle is never padding.
      const at = (16 * side + 16) * 3
      const red = Math.round((batch.images[at] ?? 0) * std[0] * 255 + mean[0] * 255)
      const green = Math.round((batch.images[at + 1] ?? 0) * std[1] * 255 + mean[1] * 255)
      const next = Math.round((batch.images[at + 3] ?? 0) * std[0] * 255 + mean[0] * 255)
      const key = `${red} ${green} ${next > red}`
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    expect(seen.size).toBe(162)
    const expected = 4000 / 162
    const chi2 = [...seen.values()].reduce((total, n) => total + (n - expected) ** 2 / expected, 0)
    // 161 degrees of freedom: a mean of 161 and a standard deviation of 18.
    expect(chi2).toBeLessThan(161 + 5 * 18)
  })

  it('gives an example the same augmentation at any position in its epoch', () => {
    const together = fill({ order: Uint32Array.of(3, 4, 5), augment: true, epoch: 2 })
    const alone = fill({ order: Uint32Array.of(4), augment: true, epoch: 2 })
    expect(alone.images).toEqual(together.images.subarray(pixelBytes, 2 * pixelBytes))
    expect(fill({ order: Uint32Array.of(4), augment: true, epoch: 3 }).images).not.toEqual(alone.images)
    expect(fill({ order: Uint32Array.of(4), augment: true, epoch: 2, seed: 2 }).images).not.toEqual(alone.images)
  })

  it('rejects arrays of the wrong size', () => {
    expect(() => fill({ order: Uint32Array.of(1), count: 2 })).toThrow(RangeError)
    expect(() => fill({ order: Uint32Array.of(count) })).toThrow(RangeError)
    expect(() => fill({ order: Uint32Array.of(1), images: new Float32Array(10) })).toThrow(RangeError)
  })
})
