import { describe, expect, it } from 'vitest'
import type { EpochMetrics, Variant } from '../../../src-main/contract'
import { runWith } from '../../lib/testing'
import { readingsAt, seriesOf, type Look } from './curves'

const looks = Object.fromEntries(['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'].map((v) => [v, { color: v, marker: 'circle' }])) as Record<Variant, Look>
const metrics = (...accuracies: number[]): EpochMetrics[] =>
  accuracies.map((testAccuracy, i) => ({ epoch: i + 1, trainLoss: 1 / (i + 1), trainAccuracy: 0.5, testLoss: 1, testAccuracy, learningRate: 0.1, imagesPerSecond: 1, seconds: 1, waitSeconds: null, cpuSeconds: null, memoryBytes: null }))

const one = runWith({ id: 'one', seed: 1 })
const two = runWith({ id: 'two', seed: 2, state: 'running' })
const bad = runWith({ id: 'bad', seed: 3, state: 'diverged' })
const epochs = new Map([
  ['one', metrics(0.2, 0.4, 0.6)],
  ['two', metrics(0.4, 0.6)],
  ['bad', metrics(0.1)],
])

describe('curves', () => {
  it('are the mean over seeds as far as all are, with a band, and thin lines ahead', () => {
    const [line, ...more] = seriesOf([one, two, bad], epochs, 'accuracy', 'mean', looks)
    expect(more).toEqual([])
    expect(line?.points.map((p) => [p.x, Math.round(p.y ?? NaN)])).toEqual([[1, 30], [2, 50]])
    expect(line?.band?.map((b) => Math.round((b.high ?? NaN) - (b.low ?? NaN)))).toEqual([28, 28])
    expect(line?.thin?.map((points) => points.map((p) => p.x))).toEqual([[2, 3]])
  })

  it('of one seed have no band', () => {
    expect(seriesOf([one], epochs, 'error', 'mean', looks)[0]).toMatchObject({ points: [{ x: 1, y: 80 }, { x: 2, y: 60 }, { x: 3, y: 40 }], thin: [] })
    expect(seriesOf([one], epochs, 'error', 'mean', looks)[0]?.band).toBeUndefined()
  })

  it('show every seed, the diverged too, named once', () => {
    expect(seriesOf([one, two, bad], epochs, 'accuracy', 'seeds', looks).map((s) => [s.label, s.points.length])).toEqual([['baseline', 3], ['', 2], ['', 1]])
  })

  it('leave out runs without an epoch, and variants without a run that counts', () => {
    const queued = runWith({ id: 'queued', seed: 4, state: 'queued' })
    expect(seriesOf([one, queued], epochs, 'accuracy', 'mean', looks)[0]?.points).toHaveLength(3)
    expect(seriesOf([queued, bad], epochs, 'accuracy', 'mean', looks)).toEqual([])
  })
})

describe('the legend', () => {
  it('reads where the line ends, or at the cursor', () => {
    const at = (epoch: number | null) => readingsAt([one, two, bad], epochs, 'accuracy', epoch)[0]
    expect(at(null)).toMatchObject({ variant: 'baseline', n: 2 })
    expect(at(null)?.mean).toBeCloseTo(50)
    expect(at(3)).toMatchObject({ n: 1, std: null })
    expect(at(9)).toEqual({ variant: 'baseline', mean: null, std: null, n: 0 })
  })

  it('has nothing to say of runs that have not begun', () => {
    expect(readingsAt([runWith({ id: 'new', state: 'queued' })], new Map(), 'accuracy', null)).toEqual([{ variant: 'baseline', mean: null, std: null, n: 0 }])
  })
})
