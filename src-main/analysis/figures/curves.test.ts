import { describe, expect, it } from 'vitest'
import type { EpochMetrics, Variant } from '../../contract'
import { runWith } from '../testing'
import { interpolated, mergedEpochs, readingsAt, seriesOf, type CurveEpoch, type Drawn, type Look } from './curves'

const looks = (variant: Variant): Look => ({ color: variant, marker: 'circle' })
const metrics = (...accuracies: number[]): CurveEpoch[] =>
  accuracies.map((testAccuracy, i) => ({ epoch: i + 1, trainLoss: 1 / (i + 1), testAccuracy, elapsed: i + 1 }))

const drawn: Drawn = { measure: 'accuracy', band: 'std', axis: 'epoch', smooth: 0, steps: 63 }

const one = runWith({ id: 'one', seed: 1 })
const two = runWith({ id: 'two', seed: 2, state: 'running' })
const bad = runWith({ id: 'bad', seed: 3, state: 'diverged' })
const epochs = new Map([
  ['one', metrics(0.2, 0.4, 0.6)],
  ['two', metrics(0.4, 0.6)],
  ['bad', metrics(0.1)],
])

describe('curves', () => {
  it('show the mean over seeds as far as all have it, with a band, and continue as thin lines', () => {
    const [line, ...more] = seriesOf([one, two, bad], epochs, drawn, looks)
    expect(more).toEqual([])
    expect(line?.points.map((p) => [p.x, Math.round(p.y ?? NaN)])).toEqual([
      [1, 30],
      [2, 50],
    ])
    expect(line?.band?.map((b) => Math.round((b.high ?? NaN) - (b.low ?? NaN)))).toEqual([28, 28])
    expect(line?.thin?.map((points) => points.map((p) => p.x))).toEqual([[2, 3]])
  })

  it('have no band for a single seed', () => {
    expect(seriesOf([one], epochs, { ...drawn, measure: 'error' }, looks)[0]).toMatchObject({
      points: [
        { x: 1, y: 80 },
        { x: 2, y: 60 },
        { x: 3, y: 40 },
      ],
      thin: [],
    })
    expect(seriesOf([one], epochs, { ...drawn, measure: 'error' }, looks)[0]?.band).toBeUndefined()
  })

  it('show every seed, diverged ones included, and name each once', () => {
    expect(
      seriesOf([one, two, bad], epochs, { ...drawn, band: 'seeds' }, looks).map((s) => [s.label, s.points.length]),
    ).toEqual([
      ['baseline', 3],
      ['', 2],
      ['', 1],
    ])
  })

  it('mark where a seed became NaN', () => {
    expect(seriesOf([one, bad], epochs, { ...drawn, band: 'seeds' }, looks).map((s) => s.broken)).toEqual([false, true])
  })

  it('have the requested band', () => {
    const three = [one, runWith({ id: 'b', seed: 2 }), runWith({ id: 'c', seed: 3 })]
    const of = new Map([
      ['one', metrics(0.2)],
      ['b', metrics(0.3)],
      ['c', metrics(0.7)],
    ])
    const band = (kind: Drawn['band']) => seriesOf(three, of, { ...drawn, band: kind }, looks)[0]?.band?.[0]
    expect([band('range')?.low, band('range')?.high].map((v) => Math.round(v ?? NaN))).toEqual([20, 70])
    // Deviation of 20, 30, 70: √700; t of two degrees of freedom.
    expect((band('std')?.high ?? NaN) - 40).toBeCloseTo(Math.sqrt(700), 9)
    expect((band('ci')?.high ?? NaN) - 40).toBeCloseTo((4.302653 * Math.sqrt(700)) / Math.sqrt(3), 4)
    expect(seriesOf(three.slice(1), of, { ...drawn, band: 'ci' }, looks)[0]?.band).toBeUndefined()
  })

  it('are drawn by step or by minute, and interpolate seeds of different speed', () => {
    expect(seriesOf([one], epochs, { ...drawn, axis: 'step' }, looks)[0]?.points.map((p) => p.x)).toEqual([
      63, 126, 189,
    ])
    const slow = metrics(0.2, 0.4, 0.6).map((m) => ({ ...m, elapsed: 60 * m.epoch }))
    const fast = metrics(0.2, 0.4, 0.6).map((m) => ({ ...m, elapsed: 30 * m.epoch }))
    const [line] = seriesOf(
      [one, runWith({ id: 'b', seed: 2 })],
      new Map([
        ['one', slow],
        ['b', fast],
      ]),
      { ...drawn, axis: 'time' },
      looks,
    )
    // From 1 min, the slow one's first, to 1.5 min, the fast one's end: there 20 + 20 × 0.5 and 60 percent.
    expect(line?.points[0]).toEqual({ x: 1, y: 30 })
    expect(line?.points.at(-1)?.x).toBe(1.5)
    expect(line?.points.at(-1)?.y).toBeCloseTo((30 + 60) / 2, 9)
  })

  it('are smoothed per seed before the mean', () => {
    const single = seriesOf([one], epochs, { ...drawn, smooth: 2 }, looks)[0]?.points.map((p) => p.y ?? NaN) ?? []
    expect(single[0]).toBeCloseTo(20, 9)
    expect(single[2]).toBeLessThan(60)
    expect(single[2]).toBeGreaterThan(single[1] ?? NaN)
  })

  it('interpolate only between their end points', () => {
    const points = [
      { x: 1, y: 10 },
      { x: 3, y: 20 },
      { x: 4, y: null },
    ]
    expect([0.5, 1, 2, 3, 3.5, 5].map((x) => interpolated(points, x))).toEqual([null, 10, 15, 20, null, null])
  })

  it('omit runs without an epoch and variants without a counted run', () => {
    const queued = runWith({ id: 'queued', seed: 4, state: 'queued' })
    expect(seriesOf([one, queued], epochs, drawn, looks)[0]?.points).toHaveLength(3)
    expect(seriesOf([queued, bad], epochs, drawn, looks)).toEqual([])
  })
})

describe('legend', () => {
  it('shows the values at the end of the line or at the cursor', () => {
    const at = (epoch: number | null) => readingsAt([one, two, bad], epochs, 'accuracy', epoch)[0]
    expect(at(null)).toMatchObject({ variant: 'baseline', n: 2 })
    expect(at(null)?.mean).toBeCloseTo(50)
    expect(at(3)).toMatchObject({ n: 1, std: null })
    expect(at(9)).toEqual({ variant: 'baseline', mean: null, std: null, n: 0 })
  })

  it('is empty for runs that have not started', () => {
    expect(readingsAt([runWith({ id: 'new', state: 'queued' })], new Map(), 'accuracy', null)).toEqual([
      { variant: 'baseline', mean: null, std: null, n: 0 },
    ])
  })
})

describe('new epochs', () => {
  const come = (epoch: number): EpochMetrics => ({
    epoch,
    trainLoss: 1 / epoch,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: epoch / 10,
    learningRate: 0.1,
    imagesPerSecond: 1,
    seconds: 2,
    waitSeconds: null,
    cpuSeconds: null,
    memoryBytes: null,
  })
  const asked = {
    every: 1,
    runs: [{ runId: 'one', epoch: [1, 2], testAccuracy: [0.1, 0.2], trainLoss: [1, 0.5], elapsed: [2, 4] }],
  }

  it('continue after the fetched ones, each once', () => {
    const merged = mergedEpochs(
      asked,
      new Map([
        ['one', [come(2), come(3)]],
        ['new', [come(1)]],
      ]),
    )
    expect(merged.get('one')).toEqual(
      [1, 2, 3].map((epoch) => ({ epoch, testAccuracy: epoch / 10, trainLoss: 1 / epoch, elapsed: 2 * epoch })),
    )
    expect(merged.get('new')).toEqual([{ epoch: 1, testAccuracy: 0.1, trainLoss: 1, elapsed: 2 }])
  })

  it('wait for the next answer if the curve is thinned, because a mean needs the same epochs of all runs', () => {
    expect(
      mergedEpochs({ ...asked, every: 2 }, new Map([['one', [come(3)]]]))
        .get('one')
        ?.map((e) => e.epoch),
    ).toEqual([1, 2])
  })
})
