import { describe, expect, it } from 'vitest'
import { comparisonWords, costWords, goalWords, rowWords } from '../../analysis/text/moreSeedsWords'
import { intervalOf, welchDifference } from '../../analysis/statistics/statistics'
import { serviceCalls } from '../../contract/calls'
import { greatestSeed, recipe, type StudyPlan } from '../../contract/experiment'
import { moreSeeds, type MoreSeeds } from '../../contract/studies/moreSeeds'
import type { RunRecord } from '../../history/runs/runs'
import { run, type Sketch } from '../fixtures/runRecord'
import { estimateMoreSeeds } from './moreSeeds'
import { Speed } from '../training/speed'

const plan: StudyPlan = {
  name: 'Study',
  archs: ['resnet-8', 'resnet-20'],
  variants: ['baseline', 'mcnn-f'],
  seeds: [1, 2, 3],
  training: { ...recipe, epochs: 5 },
}
const baseline = [0.912, 0.917, 0.909]
const variant = [0.904, 0.913, 0.908]

const cellOf = (arch: NonNullable<Sketch['arch']>, of: Sketch['variant'], accuracies: readonly number[]): RunRecord[] =>
  accuracies.map((accuracy, i) => run({ arch, variant: of, seed: i + 1, accuracy }))
const finished = [
  ...cellOf('resnet-8', 'baseline', baseline),
  ...cellOf('resnet-8', 'mcnn-f', variant),
  ...cellOf('resnet-20', 'baseline', baseline),
  ...cellOf('resnet-20', 'mcnn-f', variant),
]

function estimateSeeds(
  want: object,
  {
    runs = finished,
    trashed = [],
    of = plan,
    ...asked
  }: { runs?: RunRecord[]; trashed?: RunRecord[]; of?: StudyPlan | null; archs?: string[]; variants?: string[] } = {},
): MoreSeeds {
  const params = serviceCalls['studies.moreSeeds'].params.parse({ id: 'study', want, ...asked })
  return moreSeeds.parse(
    estimateMoreSeeds(
      { id: 'study', name: 'Study', createdAt: '', plan: of, trashedAt: null },
      runs,
      trashed,
      params,
      new Speed(runs),
    ),
  )
}
const seedsOf = (estimate: MoreSeeds, arch: string, of: string): number[] | undefined =>
  estimate.cells.find((cell) => cell.arch === arch && cell.variant === of)?.seeds

describe('number of additional seeds', () => {
  it('gives the next seeds for every network and variant of the plan, with their time', () => {
    const estimate = estimateSeeds({ seeds: 2 })
    expect(estimate.cells).toHaveLength(4)
    for (const { seeds } of estimate.cells) expect(seeds).toEqual([4, 5])
    expect(estimate).toMatchObject({ runs: 8, finished: 12, basis: 'measured', problem: null })
    // Each took 10 s for its five epochs, and a start takes about four.
    expect(estimate.seconds).toBeCloseTo(8 * 14, 6)
    const [row] = estimate.rows
    const [low, high] = intervalOf(
      welchDifference(
        baseline.map((x) => x * 100),
        variant.map((x) => x * 100),
      ),
    ) ?? [NaN, NaN]
    expect(row?.comparisons[0]).toMatchObject({
      variant: 'mcnn-f',
      finished: [3, 3],
      open: [0, 0],
      goal: null,
      needed: null,
    })
    expect(row?.comparisons[0]?.halfWidth).toBeCloseTo((high - low) / 2, 9)
    expect(row?.comparisons[0]?.expected).toBeLessThan((high - low) / 2)
  })

  it('adds only the chosen networks and variants', () => {
    const estimate = estimateSeeds({ seeds: 1 }, { archs: ['resnet-20'], variants: ['mcnn-f'] })
    expect(estimate.cells).toEqual([{ arch: 'resnet-20', variant: 'mcnn-f', seeds: [4] }])
    // Only one side grows, which narrows the interval less.
    expect(estimate.rows[0]?.comparisons[0]?.expected).toBeGreaterThan(
      estimateSeeds({ seeds: 1 }).rows[1]?.comparisons[0]?.expected ?? Infinity,
    )
    expect(() => estimateSeeds({ seeds: 1 }, { archs: ['resnet-110'] })).toThrow(
      /ResNet-110 is not in the study’s plan/,
    )
    expect(() => estimateSeeds({ seeds: 1 }, { variants: ['mcnn-a'] })).toThrow(/MCNN-A is not in the study’s plan/)
  })

  it('prefers seeds that others have, so that seeds pair, and never repeats one', () => {
    const more = [
      ...finished,
      run({ arch: 'resnet-8', variant: 'baseline', seed: 7, state: 'failed' }),
      run({ arch: 'resnet-8', variant: 'baseline', seed: 9, state: 'queued' }),
    ]
    const estimate = estimateSeeds(
      { seeds: 3 },
      { runs: more, trashed: [run({ arch: 'resnet-8', variant: 'mcnn-f', seed: 10 })] },
    )
    expect(seedsOf(estimate, 'resnet-8', 'baseline')).toEqual([10, 11, 12])
    expect(seedsOf(estimate, 'resnet-8', 'mcnn-f')).toEqual([7, 9, 11])
    expect(seedsOf(estimate, 'resnet-20', 'mcnn-f')).toEqual([7, 9, 10])
  })

  it('continues from the smallest free seed if the greatest is used', () => {
    const runs = [run({ variant: 'baseline', seed: greatestSeed }), run({ variant: 'baseline', seed: 0 })]
    const estimate = estimateSeeds(
      { seeds: 2 },
      { runs, of: { ...plan, archs: ['resnet-20'], variants: ['baseline'], seeds: [0, greatestSeed] } },
    )
    expect(estimate.cells[0]?.seeds).toEqual([1, 2])
    expect(estimate.rows[0]?.comparisons).toEqual([])
  })

  it('never exceeds the limit of a study', () => {
    const estimate = estimateSeeds({ seeds: 600 })
    expect(estimate.problem).toMatch(/has 12 runs and would get 2400 more: at most 2000/)
    expect(estimateSeeds({ seeds: 497 }).problem).toBeNull()
    expect(estimateSeeds({ seeds: 498 }).problem).not.toBeNull()
  })

  it('needs a plan', () => {
    expect(() => estimateSeeds({ seeds: 1 }, { of: null })).toThrow(/has no plan: its runs were started one by one/)
  })
})

describe('narrow enough intervals', () => {
  // By counting up in Python with scipy 1.17.1's t.ppf: ± 0.975226 now, ± 0.551700 with 3 more seeds per side, ± 0.499321
  // with 4.
  it('need as many seeds as the widest difference of a network', () => {
    const estimate = estimateSeeds({ until: 0.5 })
    expect(estimate.rows[0]).toMatchObject({
      more: 4,
      comparisons: [
        {
          goal: 'needed',
          needed: 4,
          halfWidth: expect.closeTo(0.9752261266673318, 6) as number,
          expected: expect.closeTo(0.49932138181155206, 6) as number,
        },
      ],
    })
  })

  it('count queued runs, and need nothing if those suffice or the target is met', () => {
    const { more } = estimateSeeds({ until: 0.5 }).rows[0] ?? { more: NaN }
    const open = (n: number) =>
      plan.archs.flatMap((arch) =>
        plan.variants.flatMap((of) =>
          Array.from({ length: n }, (_, i) =>
            run({ arch: arch as 'resnet-8', variant: of, seed: 4 + i, state: 'queued' }),
          ),
        ),
      )
    expect(estimateSeeds({ until: 0.5 }, { runs: [...finished, ...open(more - 1)] }).rows[0]).toMatchObject({
      more: 1,
      comparisons: [{ open: [more - 1, more - 1] }],
    })
    const coming = estimateSeeds({ until: 0.5 }, { runs: [...finished, ...open(more)] })
    expect(coming).toMatchObject({ runs: 0, cells: [], problem: null })
    expect(coming.rows[0]).toMatchObject({ more: 0, comparisons: [{ goal: 'coming', needed: 0 }] })
    expect(comparisonWords(coming.rows[0]?.comparisons[0] ?? never())).toMatch(
      /^MCNN-F: ± 0\.\d\d now, about ± 0\.\d\d with the queued and running seeds$/,
    )
    const met = estimateSeeds({ until: 5 })
    expect(met.rows[0]).toMatchObject({ more: 0, comparisons: [{ goal: 'met' }] })
    expect(goalWords(met, 5)).toBe('Every interval is under ± 5.00 points.')
  })

  it('include the baseline, because both sides narrow a difference', () => {
    const estimate = estimateSeeds({ until: 0.5 }, { archs: ['resnet-8'], variants: ['mcnn-f'] })
    expect(estimate.cells.map((cell) => cell.variant)).toEqual(['baseline', 'mcnn-f'])
    expect(() => estimateSeeds({ until: 0.5 }, { of: { ...plan, variants: ['mcnn-f'] } })).toThrow(/has no baseline/)
  })

  it('are unknown below three finished seeds, with a message', () => {
    const runs = [
      ...cellOf('resnet-8', 'baseline', [0.9, 0.91]),
      ...cellOf('resnet-8', 'mcnn-f', variant),
      run({ arch: 'resnet-8', variant: 'baseline', seed: 3, state: 'running' }),
    ]
    const estimate = estimateSeeds({ until: 0.5 }, { runs, archs: ['resnet-8'] })
    expect(estimate.rows[0]).toMatchObject({
      more: 0,
      comparisons: [{ goal: 'unknown', halfWidth: null, expected: null, needed: null }],
    })
    expect(comparisonWords(estimate.rows[0]?.comparisons[0] ?? never())).toBe(
      'MCNN-F: needs 3 finished seeds per side; now 2 and 3, 1 and 0 more queued or running',
    )
    expect(goalWords(estimate, 0.5)).toBe('0 of 1 intervals are under ± 0.50 points; ResNet-8, MCNN-F has none yet.')
  })

  it('of pairs use differences within seeds', () => {
    // Differences 0.8, 0.4, 0.1 points: deviation 0.35119, by scipy's t quantiles ± 0.5 takes 2 more (0.4361; 1 more:
    // 0.5588).
    const estimate = estimateSeeds({ until: 0.5, paired: true })
    expect(estimate.rows[0]?.comparisons[0]).toMatchObject({
      finished: [3, 3],
      needed: 2,
      expected: expect.closeTo(0.43606, 4) as number,
    })
  })

  it('are reported as out of reach', () => {
    const estimate = estimateSeeds({ until: 0.001 })
    expect(estimate.rows[0]?.comparisons[0]?.goal).toBe('beyond')
    expect(estimate.problem).toMatch(
      /out of reach for ResNet-8, MCNN-F; ResNet-20, MCNN-F: 2000 more seeds are not enough/,
    )
  })

  it('are described in words', () => {
    const estimate = estimateSeeds({ until: 0.5 })
    expect(rowWords(estimate, estimate.rows[0] ?? never())).toBe('4 more seeds (4–7)')
    expect(comparisonWords(estimate.rows[0]?.comparisons[0] ?? never())).toBe('MCNN-F: ± 0.98 now, about ± 0.50 then')
    expect(costWords(estimate)).toBe('16 runs, about 3 min 44 s on this machine')
    expect(costWords({ runs: 1, seconds: null, basis: 'unknown', sharedMachine: false })).toBe(
      '1 run; duration unknown: nothing similar has trained on this machine',
    )
    expect(costWords({ runs: 1, seconds: 60, basis: 'scaled', sharedMachine: false })).toMatch(
      /from other networks here$/,
    )
    expect(costWords({ runs: 1, seconds: 60, basis: 'measured', sharedMachine: true })).toMatch(
      /on this machine, measured next to another training$/,
    )
    expect(goalWords(estimate, 0.5)).toBe(
      '0 of 2 intervals are under ± 0.50 points; the widest is ± 0.98 (ResNet-8, MCNN-F).',
    )
  })
})

function never(): never {
  throw new Error('there is nothing')
}
