import { describe, expect, it } from 'vitest'
import { datasetSizes, type Precision, type Variant } from '../contract/experiment'
import { comparison, type RunState } from '../contract/records'
import type { RunRecord } from '../history/runs'
import { modelSummary } from '../nn/architecture'
import { compare as compareWith, findingOf } from './compare'

const study = { id: 'study', name: 'Study' }
const compare = (of: typeof study, runs: RunRecord[]) => compareWith(of, runs, { batchSize: () => 64, machine: (run) => run.environmentHash })
let made = 0

interface Sketch {
  variant: Variant
  seed: number
  accuracy?: number | null
  best?: number
  state?: RunState
  arch?: 'resnet-8' | 'resnet-20'
  dataset?: 'synthetic' | 'cifar-10'
  precision?: Precision
}

function run({ variant, seed, accuracy = null, best, state = 'done', arch = 'resnet-20', dataset = 'cifar-10', precision = 'float32' }: Sketch): RunRecord {
  const { trainableParameters, trainableFilters } = modelSummary(arch, variant, datasetSizes[dataset].classes)
  return {
    key: ++made,
    summary: {
      id: `run-${made}`,
      studyId: study.id,
      studyName: study.name,
      arch,
      variant,
      dataset,
      seed,
      epochs: 5,
      configId: `${arch}-${variant}`,
      state,
      reason: null,
      epochsDone: accuracy === null ? 0 : 5,
      testAccuracy: accuracy,
      bestTestAccuracy: best ?? accuracy,
      bestEpoch: 5,
      trainLoss: 1,
      trainableParameters,
      trainableFilters,
      imagesPerSecond: 100,
      seconds: 10,
      createdAt: '2026-01-01T00:00:00Z',
      startedAt: null,
      endedAt: null,
      weightsSha256: null,
    },
    owner: null,
    environmentHash: null,
    datasetFingerprint: null,
    weightsFile: null,
    trainExamples: 50000,
    validationExamples: 0,
    testExamples: 10000,
    precision,
    startupSeconds: null,
    trashed: false,
    hidden: false,
    checkpoint: null,
  }
}

const seeds = (variant: Variant, accuracies: number[]): RunRecord[] => accuracies.map((accuracy, i) => run({ variant, seed: i + 1, accuracy }))

function onlyRow(runs: RunRecord[]): ReturnType<typeof compare>['rows'][number] {
  const result = comparison.parse(compare(study, runs))
  const [row] = result.rows
  if (!row || result.rows.length !== 1) throw new Error(`${result.rows.length} rows`)
  return row
}

describe('a comparison', () => {
  it('gives mean, spread and drop in points with Welch’s interval', () => {
    const row = onlyRow([...seeds('baseline', [0.9, 0.91, 0.92]), ...seeds('mcnn-f', [0.92, 0.9, 0.94])])
    const [baseline, first] = row.cells
    expect(baseline).toMatchObject({ variant: 'baseline', accuracyDrop: null, accuracyDropInterval: null, firstLayerFilters: 16, lastLayerFilters: 64 })
    expect(baseline?.accuracy?.mean).toBeCloseTo(0.91, 12)
    expect(baseline?.accuracy?.std).toBeCloseTo(0.01, 12)
    expect(first).toMatchObject({ variant: 'mcnn-f', firstLayerFilters: 4, lastLayerFilters: 64 })
    // Better than the baseline: a negative drop, as in Table I.
    expect(first?.accuracyDrop).toBeCloseTo(-1, 10)
    // By hand: standard error √(1/3 + 4/3) points, 50/17 degrees of freedom; their t from Simpson's rule over the density.
    const half = 3.218759 * Math.sqrt(5 / 3)
    expect(first?.accuracyDropInterval?.[0]).toBeCloseTo(-1 - half, 4)
    expect(first?.accuracyDropInterval?.[1]).toBeCloseTo(-1 + half, 4)
    // Pooled deviation √((1 + 4) / 2) points; three a side see 3.07 deviations (G*Power: d = 3.07).
    expect(first?.smallestVisible).toBeCloseTo(3.07 * Math.sqrt(2.5), 1)
    expect(row.note).toBe('3 seeds each. No difference seen for MCNN-F. With these seeds and this spread a true difference under about 4.9 points would be missed more often than one time in five (t test at 5 %, power 80 %).')
  })

  it('pairs by seed where both sides have it', () => {
    const baseline = [1, 2, 3, 4].map((seed) => run({ variant: 'baseline', seed, accuracy: 0.9 + seed / 100 }))
    const others = [2, 3, 4, 9].map((seed, i) => run({ variant: 'mcnn-l', seed, accuracy: 0.9 + seed / 100 - (i + 1) / 1000 }))
    const paired = onlyRow([...baseline, ...others]).cells[1]?.paired
    expect(paired?.pairs).toBe(3)
    expect(paired?.drop).toBeCloseTo(0.2, 10)
    // Deviation 0.1 over √3, two degrees of freedom.
    expect(paired?.interval?.[1]).toBeCloseTo(0.2 + (4.302653 * 0.1) / Math.sqrt(3), 6)
    expect(onlyRow([run({ variant: 'baseline', seed: 1, accuracy: 0.9 }), run({ variant: 'mcnn-l', seed: 2, accuracy: 0.9 })]).cells[1]?.paired).toBeNull()
  })

  it('tells the time of a step from the speed of its runs, and on how many machines', () => {
    const [a, b] = [run({ variant: 'baseline', seed: 1, accuracy: 0.9 }), run({ variant: 'baseline', seed: 2, accuracy: 0.9 })]
    const row = onlyRow([{ ...a, environmentHash: 'x' }, { ...b, environmentHash: 'y', summary: { ...b.summary, imagesPerSecond: 200 } }])
    expect(row.cells[0]?.stepMs?.values).toEqual([640, 320])
    expect(row.machines).toBe(2)
    expect(onlyRow([{ ...a, summary: { ...a.summary, imagesPerSecond: null } }]).cells[0]?.stepMs).toBeNull()
  })

  it('counts finished runs only, and says what is left out', () => {
    const row = onlyRow([
      ...seeds('baseline', [0.9, 0.91]),
      run({ variant: 'baseline', seed: 3, accuracy: 0.1, state: 'stopped' }),
      ...seeds('mcnn-l', [0.89]),
      run({ variant: 'mcnn-l', seed: 2, state: 'queued' }),
      run({ variant: 'mcnn-l', seed: 3, accuracy: 0.2, state: 'failed' }),
    ])
    expect(row.cells.map((cell) => cell.accuracy?.n)).toEqual([2, 1])
    expect(row.cells[1]?.accuracy?.std).toBeNull()
    expect(row.cells[1]?.accuracyDropInterval).toBeNull()
    expect(row.cells[1]?.counts).toMatchObject({ done: 1, queued: 1, failed: 1, running: 0 })
    expect(row.note).toBe('Seeds finished: Baseline 2, MCNN-L 1. 1 seed: no interval from under 3. Not counted: 1 queued, 1 stopped, 1 failed.')
  })

  it('counts a seed that was trained again once, by its newest finished run', () => {
    const again = [run({ variant: 'baseline', seed: 1, accuracy: 0.8 }), run({ variant: 'baseline', seed: 1, accuracy: 0.9 }), run({ variant: 'baseline', seed: 1, state: 'failed' })]
    const row = onlyRow(again)
    expect(row.cells[0]?.accuracy).toMatchObject({ n: 1, values: [0.9] })
    expect(row.note).toContain('its newest finished run counts')
  })

  it('says what it cannot tell: nothing finished, no baseline, synthetic pictures', () => {
    expect(onlyRow([run({ variant: 'baseline', seed: 1, state: 'queued' })]).note).toContain('No run has finished yet.')
    expect(onlyRow(seeds('mcnn-a', [0.9])).note).toContain('Without a baseline')
    expect(onlyRow([run({ variant: 'baseline', seed: 1, state: 'running' }), ...seeds('mcnn-a', [0.9])]).note).toContain('No baseline has finished')
    expect(onlyRow([run({ variant: 'baseline', seed: 1, accuracy: 0.9, dataset: 'synthetic' })]).note).toContain('synthetic')
  })

  it('mixes no precisions, and says which it is where it is not the recipe’s', () => {
    const rows = compare(study, [...seeds('baseline', [0.9]), run({ variant: 'baseline', seed: 1, accuracy: 0.8, precision: 'bfloat16' })]).rows
    expect(rows.map((row) => [row.precision, row.cells[0]?.accuracy?.mean, row.note.includes('Trained in bfloat16.')])).toEqual([
      ['float32', 0.9, false],
      ['bfloat16', 0.8, true],
    ])
  })

  it('has a row for each depth, the shallow ones first', () => {
    const runs = [run({ variant: 'baseline', seed: 1, accuracy: 0.9 }), run({ variant: 'baseline', seed: 1, accuracy: 0.8, arch: 'resnet-8' })]
    expect(compare(study, runs).rows.map((row) => row.arch)).toEqual(['resnet-8', 'resnet-20'])
  })
})

describe('the finding of a study', () => {
  it('is the first variant of the first network that has one, however large others are', () => {
    const runs = [
      run({ variant: 'baseline', seed: 1, accuracy: 0.8, arch: 'resnet-8' }),
      ...seeds('baseline', [0.9, 0.91, 0.92]),
      ...seeds('mcnn-f', [0.9, 0.91, 0.93]),
      ...seeds('mcnn-a', [0.5, 0.5, 0.6]),
    ]
    expect(findingOf(compare(study, runs))).toMatchObject({ studyId: 'study', arch: 'resnet-20', variant: 'mcnn-f', seeds: [3, 3], drop: expect.closeTo(-1 / 3, 9) })
    expect(findingOf(compare(study, runs))?.interval?.[0]).toBeLessThan(0)
  })

  it('is none without a baseline or without a variant', () => {
    expect(findingOf(compare(study, seeds('mcnn-f', [0.9])))).toBeNull()
    expect(findingOf(compare(study, [...seeds('baseline', [0.9]), run({ variant: 'mcnn-f', seed: 1, state: 'running' })]))).toBeNull()
  })
})
