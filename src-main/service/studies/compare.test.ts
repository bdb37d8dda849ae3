import { describe, expect, it } from 'vitest'
import { recipe, type StudyPlan, type Variant } from '../../contract/experiment'
import { comparison } from '../../contract/studies/comparison'
import type { RunRecord } from '../../history/runs/runs'
import { compare as compareWith, findingOf } from './compare'
import { run } from '../fixtures/runRecord'

const study = { id: 'study', name: 'Study', plan: null as StudyPlan | null }
const compare = (of: typeof study, runs: RunRecord[]) =>
  compareWith(of, runs, { batchSize: () => 64, machine: (run) => run.environmentHash })
const seeds = (variant: Variant, accuracies: number[]): RunRecord[] =>
  accuracies.map((accuracy, i) => run({ variant, seed: i + 1, accuracy }))

function onlyRow(runs: RunRecord[]): ReturnType<typeof compare>['rows'][number] {
  const result = comparison.parse(compare(study, runs))
  const [row] = result.rows
  if (!row || result.rows.length !== 1) throw new Error(`${result.rows.length} rows`)
  return row
}

describe('comparison', () => {
  it('returns mean, spread and drop in points with Welch’s interval', () => {
    const row = onlyRow([...seeds('baseline', [0.9, 0.91, 0.92]), ...seeds('mcnn-f', [0.92, 0.9, 0.94])])
    const [baseline, first] = row.cells
    expect(baseline).toMatchObject({
      variant: 'baseline',
      accuracyDrop: null,
      accuracyDropInterval: null,
      firstLayerFilters: 16,
      lastLayerFilters: 64,
    })
    expect(baseline?.accuracy?.mean).toBeCloseTo(0.91, 12)
    expect(baseline?.accuracy?.std).toBeCloseTo(0.01, 12)
    expect(first).toMatchObject({ variant: 'mcnn-f', firstLayerFilters: 4, lastLayerFilters: 64 })
    // Better than the baseline: a negative drop, as in Table I.
    expect(first?.accuracyDrop).toBeCloseTo(-1, 10)
    // By hand: standard error √(1/3 + 4/3) points, 50/17 degrees of freedom; t from Simpson's rule over the density.
    const half = 3.218759 * Math.sqrt(5 / 3)
    expect(first?.accuracyDropInterval?.[0]).toBeCloseTo(-1 - half, 4)
    expect(first?.accuracyDropInterval?.[1]).toBeCloseTo(-1 + half, 4)
    // Pooled deviation √((1 + 4) / 2) points; three runs per side detect 3.07 deviations (G*Power: d = 3.07).
    expect(first?.smallestVisible).toBeCloseTo(3.07 * Math.sqrt(2.5), 1)
    expect(row.note).toBe(
      '3 seeds each. No difference is seen for MCNN-F. With these seeds and this spread a true difference under about 4.9 points would be missed more than 20 % of the time (t test at 5 %, power 80 %).',
    )
  })

  it('counts the runs of a mean time that trained next to another training', () => {
    const row = onlyRow([
      ...seeds('baseline', [0.9, 0.91]),
      run({ variant: 'mcnn-f', seed: 1, accuracy: 0.9, timing: 'shared' }),
      run({ variant: 'mcnn-f', seed: 2, accuracy: 0.9 }),
      run({ variant: 'mcnn-f', seed: 3, state: 'failed', timing: 'shared' }),
    ])
    expect(row.cells.map((cell) => [cell.stepMs?.n, cell.stepMsShared])).toEqual([
      [2, 0],
      [2, 1],
    ])
  })

  it('tests each drop, and corrects for all comparisons of the table', () => {
    const baseline = [0.912, 0.917, 0.909, 0.915, 0.911]
    const row = onlyRow([
      ...seeds('baseline', baseline),
      ...seeds('mcnn-f', [0.904, 0.913, 0.908, 0.906]),
      ...seeds(
        'mcnn-l',
        baseline.map((x) => x - 0.01),
      ),
      ...seeds('mcnn-a', [0.5]),
    ])
    const [reference, first, last, all] = row.cells
    // scipy 1.17.1: ttest_ind([91.2, 91.7, 90.9, 91.5, 91.1], [90.4, 91.3, 90.8, 90.6], equal_var=False).pvalue, and
    // the same minus 1.
    expect(first?.test).toMatchObject({
      p: expect.closeTo(0.08127519062046075, 6) as number,
      corrected: expect.closeTo(2 * 0.08127519062046075, 6) as number,
    })
    expect(last?.test?.p).toBeCloseTo(0.00111984567208644, 6)
    // Three comparisons, MCNN-A among them, which has no p value yet.
    expect(last?.test?.corrected).toBeCloseTo(3 * 0.00111984567208644, 6)
    expect(all).toMatchObject({ test: null, untested: 'needs 3 seeds per side', accuracyInterval: null })
    expect(last?.paired).toMatchObject({ test: null, untested: 'no variation' })
    expect(reference).toMatchObject({ test: null, untested: null })
    expect(reference?.accuracyInterval).toEqual([
      expect.closeTo(0.9088344431990903, 8),
      expect.closeTo(0.9167655568009097, 8),
    ])
    expect(row.note).toContain(
      'After correction for 3 comparisons a drop is seen for MCNN-L (corrected p = 0.0034), no difference is seen for MCNN-F.',
    )
    expect(row.note).toContain('(a single t test at 5 %, power 80 %)')
  })

  it('counts rows of other networks as comparisons, and states what is significant only without correction', () => {
    const baseline = [0.912, 0.917, 0.909, 0.915, 0.911]
    const near = baseline.map((x) => x - 0.0055)
    const of = (arch: 'resnet-8' | 'resnet-20', variant: Variant, values: number[]) =>
      values.map((accuracy, i) => run({ variant, seed: i + 1, accuracy, arch }))
    const runs = [
      ...of('resnet-8', 'baseline', baseline),
      ...of('resnet-8', 'mcnn-f', near),
      ...of('resnet-20', 'baseline', baseline),
      ...of('resnet-20', 'mcnn-f', baseline),
      ...of('resnet-20', 'mcnn-l', baseline),
    ]
    const table = compare(study, runs)
    expect(table.comparisons).toBe(3)
    const test = table.rows[0]?.cells[1]?.test
    expect(test?.p).toBeLessThan(0.05)
    expect(test?.corrected).toBeCloseTo(3 * (test?.p ?? NaN), 12)
    expect(table.rows[0]?.note).toMatch(
      /After correction for 3 comparisons no difference is seen for MCNN-F\. MCNN-F \(p = 0\.0\d+, corrected p = 0\.\d+\) would be significant uncorrected, but not after correction for 3 comparisons\./,
    )
    // A row without a baseline makes no comparison.
    expect(compare(study, of('resnet-8', 'mcnn-f', near)).comparisons).toBe(0)
    const better = compare(study, [
      ...of('resnet-8', 'baseline', baseline),
      ...of(
        'resnet-8',
        'mcnn-f',
        baseline.map((x) => x + 0.02),
      ),
    ])
    expect(better.rows[0]?.note).toContain('5 seeds each. A gain is seen for MCNN-F (p < 0.0001).')
  })

  it('states that seeds were added after results could be seen', () => {
    const training = { ...recipe, epochs: 5 }
    const cells = (...added: number[]) => [
      { arch: 'resnet-20' as const, variant: 'baseline' as const, seeds: added },
      { arch: 'resnet-20' as const, variant: 'mcnn-f' as const, seeds: added },
    ]
    const plan: StudyPlan = {
      name: 'Study',
      archs: ['resnet-20'],
      variants: ['baseline', 'mcnn-f'],
      seeds: [1, 2, 3],
      training,
    }
    const runs = [
      ...seeds('baseline', [0.9, 0.91, 0.92, 0.9, 0.91, 0.92]),
      ...seeds('mcnn-f', [0.92, 0.9, 0.94, 0.91, 0.92]),
    ]
    const note = (added: StudyPlan['added']) =>
      compare({ ...study, plan: added ? { ...plan, added } : plan }, runs).rows[0]?.note ?? ''
    expect(note(undefined)).not.toContain('added')
    // No run had finished: nobody could have seen a result.
    expect(note([{ at: '', finished: 0, halfWidth: 0.15, cells: cells(4, 5, 6) }])).not.toContain('added')
    expect(note([{ at: '', finished: 6, halfWidth: 0.15, cells: cells(4, 5, 6) }])).toContain(
      'Seeds 4–6 were added after results had been seen to get intervals under ± 0.15 points: intervals and p values are exact only if the number of seeds is fixed in advance.',
    )
    expect(note([{ at: '', finished: 6, halfWidth: null, cells: cells(6) }])).toContain(
      'Seed 6 was added after results had been seen: intervals',
    )
    // Runs without a result do not enter the numbers.
    expect(note([{ at: '', finished: 6, halfWidth: null, cells: cells(7, 8) }])).not.toContain('added')
  })

  it('pairs by seed if both sides have it', () => {
    const baseline = [1, 2, 3, 4].map((seed) => run({ variant: 'baseline', seed, accuracy: 0.9 + seed / 100 }))
    const others = [2, 3, 4, 9].map((seed, i) =>
      run({ variant: 'mcnn-l', seed, accuracy: 0.9 + seed / 100 - (i + 1) / 1000 }),
    )
    const paired = onlyRow([...baseline, ...others]).cells[1]?.paired
    expect(paired?.pairs).toBe(3)
    expect(paired?.drop).toBeCloseTo(0.2, 10)
    // Deviation 0.1 over √3, two degrees of freedom.
    expect(paired?.interval?.[1]).toBeCloseTo(0.2 + (4.302653 * 0.1) / Math.sqrt(3), 6)
    expect(
      onlyRow([
        run({ variant: 'baseline', seed: 1, accuracy: 0.9 }),
        run({ variant: 'mcnn-l', seed: 2, accuracy: 0.9 }),
      ]).cells[1]?.paired,
    ).toBeNull()
  })

  it('derives the time per step from the speed of its runs, and counts their machines', () => {
    const [a, b] = [
      run({ variant: 'baseline', seed: 1, accuracy: 0.9 }),
      run({ variant: 'baseline', seed: 2, accuracy: 0.9 }),
    ]
    const row = onlyRow([
      { ...a, environmentHash: 'x' },
      { ...b, environmentHash: 'y', summary: { ...b.summary, imagesPerSecond: 200 } },
    ])
    expect(row.cells[0]?.stepMs?.values).toEqual([640, 320])
    expect(row.machines).toBe(2)
    expect(onlyRow([{ ...a, summary: { ...a.summary, imagesPerSecond: null } }]).cells[0]?.stepMs).toBeNull()
  })

  it('includes finished runs only, and states what is omitted', () => {
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
    expect(row.note).toBe(
      'Seeds finished: Baseline 2, MCNN-L 1. At least 3 seeds per side are needed for intervals and p values. Not counted: 1 queued, 1 stopped, 1 failed.',
    )
  })

  it('includes the newest finished run of each seed', () => {
    const again = [
      run({ variant: 'baseline', seed: 1, accuracy: 0.8 }),
      run({ variant: 'baseline', seed: 1, accuracy: 0.9 }),
      run({ variant: 'baseline', seed: 1, state: 'failed' }),
    ]
    const row = onlyRow(again)
    expect(row.cells[0]?.accuracy).toMatchObject({ n: 1, values: [0.9] })
    expect(row.note).toContain('its newest finished run counts')
  })

  it('states what is missing: finished runs, a baseline, real images', () => {
    expect(onlyRow([run({ variant: 'baseline', seed: 1, state: 'queued' })]).note).toContain('No run has finished yet.')
    expect(onlyRow(seeds('mcnn-a', [0.9])).note).toContain('No baseline in this study')
    expect(
      onlyRow([run({ variant: 'baseline', seed: 1, state: 'running' }), ...seeds('mcnn-a', [0.9])]).note,
    ).toContain('Waiting for a finished baseline')
    expect(onlyRow([run({ variant: 'baseline', seed: 1, accuracy: 0.9, dataset: 'synthetic' })]).note).toContain(
      'synthetic',
    )
  })

  it('mixes no precisions, and names the precision if it is not the recipe’s', () => {
    const rows = compare(study, [
      ...seeds('baseline', [0.9]),
      run({ variant: 'baseline', seed: 1, accuracy: 0.8, precision: 'bfloat16' }),
    ]).rows
    expect(
      rows.map((row) => [row.precision, row.cells[0]?.accuracy?.mean, row.note.includes('Trained in bfloat16.')]),
    ).toEqual([
      ['float32', 0.9, false],
      ['bfloat16', 0.8, true],
    ])
  })

  it('has one row per depth, shallow ones first', () => {
    const runs = [
      run({ variant: 'baseline', seed: 1, accuracy: 0.9 }),
      run({ variant: 'baseline', seed: 1, accuracy: 0.8, arch: 'resnet-8' }),
    ]
    expect(compare(study, runs).rows.map((row) => row.arch)).toEqual(['resnet-8', 'resnet-20'])
  })
})

describe('finding of a study', () => {
  it('is the first comparable variant of the first network, however large other effects are', () => {
    const runs = [
      run({ variant: 'baseline', seed: 1, accuracy: 0.8, arch: 'resnet-8' }),
      ...seeds('baseline', [0.9, 0.91, 0.92]),
      ...seeds('mcnn-f', [0.9, 0.91, 0.93]),
      ...seeds('mcnn-a', [0.5, 0.5, 0.6]),
    ]
    expect(findingOf(compare(study, runs))).toMatchObject({
      studyId: 'study',
      arch: 'resnet-20',
      variant: 'mcnn-f',
      seeds: [3, 3],
      drop: expect.closeTo(-1 / 3, 9),
    })
    expect(findingOf(compare(study, runs))?.interval?.[0]).toBeLessThan(0)
    const table = compare(study, runs)
    const cell = table.rows.flatMap((row) => row.cells).find((one) => one.variant === 'mcnn-f')
    expect(cell?.test?.corrected).toBeGreaterThan(0.05)
    expect(findingOf(table)).toMatchObject({ corrected: cell?.test?.corrected, comparisons: 2 })
  })

  it('is null without a baseline or without a variant', () => {
    expect(findingOf(compare(study, seeds('mcnn-f', [0.9])))).toBeNull()
    expect(
      findingOf(compare(study, [...seeds('baseline', [0.9]), run({ variant: 'mcnn-f', seed: 1, state: 'running' })])),
    ).toBeNull()
  })
})
