/** Estimates which seeds to add to a study, what they bring and how long they take. */
import { archName, variantName } from '../../analysis/text/names'
import { halfWidthWords } from '../../analysis/text/numbers'
import {
  expectedPairedWidth,
  expectedWidth,
  morePairs,
  moreSeeds,
  type Side,
} from '../../analysis/statistics/seedsNeeded'
import { intervalOf, leastSeeds, meanOf, welchDifference } from '../../analysis/statistics/statistics'
import type { ServiceParsed } from '../../contract/calls'
import { WorkbenchError } from '../../contract/errors'
import { mostRuns, type AddedCell, type StudyPlan, type Variant } from '../../contract/experiment'
import type { Estimate } from '../../contract/studies/studies'
import type { MoreSeeds, SeedsForComparison } from '../../contract/studies/moreSeeds'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'
import { newestDone, pairedDrops, points } from './finishedRuns'
import { exampleCounts, type Speed } from '../training/speed'
import { chosenOf, nextSeeds, openStates, planOf, seedsHad, tooMany } from './planSeeds'

type Asked = ServiceParsed<'studies.moreSeeds'>

/**
 * Returns the seeds to add, with the expected interval of each comparison.
 * @param trashed runs of the study that a person moved to the trash: their seeds are not used again
 * @throws WorkbenchError bad-input if a network or variant is not in the plan, or if a width is wanted without a
 *   baseline; conflict if the study has no plan
 */
export function estimateMoreSeeds(
  study: StudyRecord,
  runs: readonly RunRecord[],
  trashed: readonly RunRecord[],
  asked: Asked,
  speed: Speed,
): MoreSeeds {
  const plan = planOf(study)
  const archs = chosenOf(plan.archs, asked.archs, 'archs', archName)
  const { want } = asked
  const until = 'until' in want ? want : null
  const named = chosenOf(plan.variants, asked.variants, 'variants', variantName)
  if (until && !plan.variants.includes('baseline'))
    throw new WorkbenchError('bad-input', 'The study has no baseline, so it has no differences with intervals.', {
      fix: 'Give a number of seeds instead.',
      field: 'want',
    })
  // An interval narrows only if both sides get more seeds.
  const variants = plan.variants.filter(
    (variant) => named.includes(variant) || (until !== null && variant === 'baseline'),
  )
  const had = seedsHad(plan, [...runs, ...trashed])
  const rows = archs.map((arch) => {
    const of = (variant: Variant): RunRecord[] =>
      runs.filter(
        ({ summary: run }) => run.arch === arch && run.variant === variant && run.epochs === plan.training.epochs,
      )
    const comparisons = plan.variants.includes('baseline')
      ? variants
          .filter((variant) => variant !== 'baseline')
          .map((variant) => difference(variant, of('baseline'), of(variant), until))
      : []
    const more = until
      ? Math.max(0, ...comparisons.map(({ now }) => now.needed ?? 0))
      : 'seeds' in want
        ? want.seeds
        : 0
    const grows = (variant: Variant): number => (variants.includes(variant) ? more : 0)
    return {
      arch,
      more,
      comparisons: comparisons.map(({ now, expected }) => ({ ...now, expected: expected(grows('baseline'), more) })),
    }
  })
  const cells = rows.flatMap(({ arch, more }) =>
    more === 0 ? [] : variants.map((variant) => ({ arch, variant, seeds: nextSeeds(had, arch, variant, more) })),
  )
  const count = cells.reduce((sum, cell) => sum + cell.seeds.length, 0)
  return {
    rows,
    cells,
    runs: count,
    ...timeOf(plan, cells, speed),
    finished: runs.filter((run) => run.summary.state === 'done').length,
    problem: problemOf(rows, count, runs.length + trashed.length, until),
  }
}

interface Difference {
  now: Omit<SeedsForComparison, 'expected'>
  expected: (moreBaseline: number, moreVariant: number) => number | null
}

function difference(
  variant: Variant,
  baseline: readonly RunRecord[],
  others: readonly RunRecord[],
  until: { until: number; paired: boolean } | null,
): Difference {
  const [a, b] = [sideOf(baseline), sideOf(others)]
  if (until?.paired) {
    const drops = pairedDrops(newestDone(baseline), newestDone(others))
    const open = [...a.all].filter((seed) => b.all.has(seed)).length - drops.length
    const side = { values: drops, open }
    const width = drops.length < leastSeeds ? null : half(intervalOf(meanOf(drops)))
    return {
      now: {
        variant,
        finished: [drops.length, drops.length],
        open: [open, open],
        halfWidth: width,
        ...goalOf(width, until.until, morePairs(side, until.until)),
      },
      expected: (moreBaseline, moreVariant) => expectedPairedWidth(side, Math.min(moreBaseline, moreVariant)),
    }
  }
  const few = Math.min(a.values.length, b.values.length) < leastSeeds
  const width = few ? null : half(intervalOf(welchDifference(a.values, b.values)))
  return {
    now: {
      variant,
      finished: [a.values.length, b.values.length],
      open: [a.open, b.open],
      halfWidth: width,
      ...(until ? goalOf(width, until.until, moreSeeds(a, b, until.until)) : { goal: null, needed: null }),
    },
    expected: (moreBaseline, moreVariant) => expectedWidth(a, b, [moreBaseline, moreVariant]),
  }
}

/** Accuracies in points of finished seeds, and the seeds that are finished or may still finish. */
function sideOf(runs: readonly RunRecord[]): Side & { all: ReadonlySet<number> } {
  const done = newestDone(runs)
  const finished = new Set(done.map((run) => run.summary.seed))
  const open = new Set(
    runs
      .filter((run) => openStates.includes(run.summary.state) && !finished.has(run.summary.seed))
      .map((run) => run.summary.seed),
  )
  return { values: points(done), open: open.size, all: new Set([...finished, ...open]) }
}

/** Equal accuracies give an interval of width 0. */
function half(interval: readonly [number, number] | null): number {
  return interval === null ? 0 : (interval[1] - interval[0]) / 2
}

function goalOf(
  now: number | null,
  wanted: number,
  more: ReturnType<typeof moreSeeds>,
): Pick<SeedsForComparison, 'goal' | 'needed'> {
  if (now !== null && now <= wanted) return { goal: 'met', needed: 0 }
  if (typeof more === 'string') return { goal: more, needed: null }
  return more.more === 0 ? { goal: 'coming', needed: 0 } : { goal: 'needed', needed: more.more }
}

function timeOf(
  plan: StudyPlan,
  cells: readonly AddedCell[],
  speed: Speed,
): Pick<MoreSeeds, 'seconds' | 'basis' | 'sharedMachine'> {
  const { dataset, epochs, precision } = plan.training
  const times = cells.map(({ arch, variant, seeds }) => ({
    count: seeds.length,
    ...speed.ofRun({ arch, variant, dataset, precision, epochs, ...exampleCounts(plan.training) }),
  }))
  const basis: Estimate['basis'] =
    (['unknown', 'scaled'] as const).find((b) => times.some((time) => time.basis === b)) ?? 'measured'
  return {
    basis,
    sharedMachine: speed.sharedMachine,
    seconds:
      basis === 'unknown'
        ? null
        : speed.ofAll(times.flatMap(({ count, seconds }) => Array.from({ length: count }, () => seconds ?? 0))),
  }
}

function problemOf(
  rows: MoreSeeds['rows'],
  added: number,
  there: number,
  until: { until: number } | null,
): string | null {
  const beyond = rows.flatMap(({ arch, comparisons }) =>
    comparisons
      .filter(({ goal }) => goal === 'beyond')
      .map(({ variant }) => `${archName(arch)}, ${variantName(variant)}`),
  )
  if (until && beyond.length > 0)
    return `An interval under ${halfWidthWords(until.until)} is out of reach for ${beyond.join('; ')}: ${mostRuns} more seeds are not enough. Use a wider one.`
  return there + added > mostRuns ? tooMany(there, added) : null
}
