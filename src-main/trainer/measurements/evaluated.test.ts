import { expect, it } from 'vitest'
import { random } from '../../nn/random'
import { Evaluated } from './evaluated'

it('counts every example once, in the row of its class, over batches', () => {
  const evaluated = new Evaluated(3)
  evaluated.add(Int32Array.of(0, 1, 2, 9), {
    predicted: Int32Array.of(0, 2, 2),
    confidence: Float32Array.of(0.5, 0.75, 1),
  })
  evaluated.add(Int32Array.of(1), { predicted: Int32Array.of(0), confidence: Float32Array.of(0.875) })
  expect(evaluated.result()).toEqual({
    classes: 3,
    confusion: [1, 0, 0, 1, 0, 1, 0, 0, 1],
    mistakes: [
      { index: 3, label: 1, predicted: 0, confidence: 0.875 },
      { index: 1, label: 1, predicted: 2, confidence: 0.75 },
    ],
  })
})

it('keeps the 48 most confident mistakes of many, whatever batch they were in', () => {
  const rng = random(1, 'order')
  const all = Array.from({ length: 500 }, (_, index) => ({
    index,
    label: rng.int(0, 9),
    predicted: rng.int(0, 9),
    confidence: Math.fround(rng.int(0, 1000) / 1000),
  }))
  const evaluated = new Evaluated(10)
  for (let from = 0; from < all.length; from += 32) {
    const batch = all.slice(from, from + 32)
    evaluated.add(
      Int32Array.from(batch, (e) => e.label),
      {
        predicted: Int32Array.from(batch, (e) => e.predicted),
        confidence: Float32Array.from(batch, (e) => e.confidence),
      },
    )
  }
  const wrong = all
    .filter((e) => e.label !== e.predicted)
    .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
  expect(evaluated.result().mistakes).toEqual(wrong.slice(0, 48))
  expect(evaluated.result().confusion.reduce((a, b) => a + b)).toBe(500)
})
