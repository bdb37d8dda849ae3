/** More seeds for a study that is there: which they are, what they bring, and putting them into its plan. */
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
import {
  configOf,
  greatestSeed,
  mostRuns,
  studyPlan,
  trainingDifferences,
  type AddedCell,
  type Arch,
  type ExperimentConfig,
  type StudyPlan,
  type TrainingConfig,
  type Variant,
} from '../../contract/experiment'
import type { Estimate } from '../../contract/studies/studies'
import type { MoreSeeds, SeedsForComparison } from '../../contract/studies/moreSeeds'
import type { RunState } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'
import { newestDone, pairedDrops, points } from './compare'
import type { Context } from '../app/context'
import { enqueue } from '../queue/enqueue'
import { exampleCounts, type Speed } from '../training/speed'

type Asked = ServiceParsed<'studies.moreSeeds'>
const openStates: readonly RunState[] = ['queued', 'running', 'paused']

/**
 * @param runs of the study, `trashed` those of them that are in the trash by themselves: their seeds were had already
 * @throws WorkbenchError bad-input for networks and variants that are not the plan's, and a width without a baseline;
 *   conflict for a study without a plan
 */
export function tellMoreSeeds(
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
    throw new WorkbenchError(
      'bad-input',
      'The study has no baseline: there is no difference whose interval could be narrowed.',
      { fix: 'Ask for a number of seeds.', field: 'want' },
    )
  // A difference narrows as both of its sides grow.
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
      ? Math.max(0, ...comparisons.map(({ told }) => told.needed ?? 0))
      : 'seeds' in want
        ? want.seeds
        : 0
    const grows = (variant: Variant): number => (variants.includes(variant) ? more : 0)
    return {
      arch,
      more,
      comparisons: comparisons.map(({ told, expected }) => ({ ...told, expected: expected(grows('baseline'), more) })),
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

/**
 * Puts the runs into the plan and behind all others in the queue; within a transaction.
 * @returns their ids
 * @throws WorkbenchError bad-input for cells that are not the plan's or too many; conflict where a seed is there
 *   already, and as `enqueue`
 */
export function addSeeds(
  context: Context,
  study: StudyRecord,
  cells: readonly AddedCell[],
  halfWidth: number | null,
): string[] {
  const { history } = context
  const plan = planOf(study)
  const runs = history.runs.ofStudy(study.id)
  const all = [...runs, ...history.runs.trashedOfStudy(study.id)]
  const had = seedsHad(plan, all)
  for (const { arch, variant, seeds } of cells) {
    chosenOf(plan.archs, [arch], 'cells', archName)
    chosenOf(plan.variants, [variant], 'cells', variantName)
    for (const seed of seeds) {
      if (had.of(arch, variant).has(seed))
        throw new WorkbenchError(
          'conflict',
          `Seed ${seed} of ${archName(arch)}, ${variantName(variant)} is in the study already.`,
          { fix: 'Look at the study again, then add what is wanted.', field: 'cells' },
        )
      had.of(arch, variant).add(seed)
    }
  }
  const count = cells.reduce((sum, cell) => sum + cell.seeds.length, 0)
  if (all.length + count > mostRuns)
    throw new WorkbenchError('bad-input', tooMany(all.length, count), { field: 'cells' })
  const finished = runs.filter((run) => run.summary.state === 'done').length
  // Seed by seed, as a plan is trained: every variant has its next number early.
  const rounds = Math.max(...cells.map((cell) => cell.seeds.length))
  // The new runs take the warm-up of the runs that they join: today's default (`defaultWarmup`) may be another one.
  const configFor = (arch: Arch, variant: Variant, seed: number): ExperimentConfig => {
    const config = configOf(plan, arch, variant, seed)
    const beside = all.find(({ summary }) => summary.arch === arch)?.summary
    return beside ? { ...config, warmup: history.configs.get(beside.configId, beside.seed).warmup } : config
  }
  const configs = Array.from({ length: rounds }, (_, nth) =>
    cells.flatMap(({ arch, variant, seeds }) =>
      seeds.slice(nth, nth + 1).map((seed) => configFor(arch, variant, seed)),
    ),
  ).flat()
  const runIds = enqueue(context, study.id, configs)
  const at = new Date().toISOString()
  for (const runId of runIds) {
    const run = history.runs.get(runId)
    if (run)
      history.events.add(
        run.key,
        'info',
        'added',
        finished === 0
          ? 'Added to the study before a run of it had finished.'
          : `Added to the study when ${finished} of its runs had finished.`,
      )
  }
  history.studies.setPlan(study.id, {
    ...plan,
    added: [...(plan.added ?? []), { at, finished, halfWidth, cells: [...cells] }],
  })
  return runIds
}

/**
 * Adds one run to a study, behind all others in the queue; within a transaction. A network or variant that is new joins
 * the plan.
 * @returns its id
 * @throws WorkbenchError bad-input if it is trained otherwise than the study's runs or is there already; conflict as
 *   `enqueue`
 */
export function joinStudy(
  context: Context,
  study: StudyRecord,
  { arch, variant, seed }: { arch: Arch; variant: Variant; seed: number },
  training: TrainingConfig,
): string {
  const { runs } = context.history
  const plan = planOf(study)
  const [other] = trainingDifferences(plan.training, training)
  if (other !== undefined)
    throw new WorkbenchError(
      'bad-input',
      `The runs of the study ${study.id} have ${other} ${JSON.stringify(plan.training[other] ?? null)}, not ${JSON.stringify(training[other] ?? null)}.`,
      {
        fix: 'Train this run as they are, or give it another --name.',
        field: `training.${other}`,
      },
    )
  const same = [...runs.ofStudy(study.id), ...runs.trashedOfStudy(study.id)].findLast(
    ({ summary: run }) =>
      run.arch === arch && run.variant === variant && run.seed === seed && run.epochs === training.epochs,
  )
  if (same)
    throw new WorkbenchError(
      'bad-input',
      `The study ${study.id} has seed ${seed} of ${archName(arch)}, ${variantName(variant)} already: the run ${same.summary.id} is ${same.trashed ? 'in the trash' : same.summary.state}.`,
      {
        fix: wayOutOf(same),
        field: 'seed',
      },
    )
  const grown = {
    ...plan,
    archs: [...new Set([...plan.archs, arch])],
    variants: [...new Set([...plan.variants, variant])],
  }
  const checked = studyPlan.safeParse(grown)
  if (!checked.success)
    throw new WorkbenchError(
      'bad-input',
      `The study ${study.id} can't take another network or variant: ${checked.error.issues[0]?.message ?? 'it is full'}.`,
      { fix: 'Give the run another --name.' },
    )
  const [runId = ''] = addSeeds(context, { ...study, plan: grown }, [{ arch, variant, seeds: [seed] }], null)
  return runId
}

function wayOutOf({ summary: { id, state }, trashed }: RunRecord): string {
  if (trashed) return `\`mcnn runs restore ${id}\` brings it back.`
  if (state === 'done' || state === 'diverged') return 'Give another --seed, or another --name to train it again.'
  return openStates.includes(state)
    ? 'Wait for its end, or give another --seed.'
    : `\`mcnn runs resume ${id}\` resumes it.`
}

/**
 * Takes added runs that have not begun out of the history and the plan; within a transaction. Others stay.
 * @returns the ids of those that went
 */
export function withdrawSeeds({ history }: Context, study: StudyRecord, runIds: readonly string[]): string[] {
  const plan = planOf(study)
  let added = plan.added ?? []
  const gone: string[] = []
  for (const runId of new Set(runIds)) {
    const run = history.runs.get(runId)
    if (!run || run.summary.studyId !== study.id || run.summary.state !== 'queued' || run.summary.startedAt !== null)
      continue
    const { arch, variant, seed } = run.summary
    if (
      !added.some(({ cells }) =>
        cells.some((cell) => cell.arch === arch && cell.variant === variant && cell.seeds.includes(seed)),
      )
    )
      continue
    added = added.map((addition) => ({
      ...addition,
      cells: addition.cells
        .map((cell) =>
          cell.arch === arch && cell.variant === variant
            ? { ...cell, seeds: cell.seeds.filter((one) => one !== seed) }
            : cell,
        )
        .filter((cell) => cell.seeds.length > 0),
    }))
    history.runs.remove(runId)
    gone.push(runId)
  }
  const left = added.filter(({ cells }) => cells.length > 0)
  const { added: _, ...asked } = plan
  if (gone.length > 0) history.studies.setPlan(study.id, left.length > 0 ? { ...asked, added: left } : asked)
  return gone
}

function planOf({ id, plan }: StudyRecord): StudyPlan {
  if (plan) return plan
  throw new WorkbenchError('conflict', `The study ${id} has no plan: its runs were started one by one.`, {
    fix: 'Train another seed with `mcnn train --seed`, or start a study.',
    field: 'id',
  })
}

function chosenOf<T>(
  all: readonly T[],
  chosen: readonly T[] | null,
  field: string,
  nameOf: (one: T) => string,
): readonly T[] {
  const other = chosen?.find((one) => !all.includes(one))
  if (other !== undefined)
    throw new WorkbenchError('bad-input', `${nameOf(other)} is not in the study’s plan.`, {
      fix: `It has ${all.map(nameOf).join(', ')}.`,
      field,
    })
  return chosen ? all.filter((one) => chosen.includes(one)) : all
}

interface SeedsHad {
  of: (arch: Arch, variant: Variant) => Set<number>
  /** Of the whole study, ascending. */
  all: readonly number[]
}

/** Of each network and variant, whatever became of the runs: a seed that was had is trained again by re-running it. */
function seedsHad(plan: StudyPlan, runs: readonly RunRecord[]): SeedsHad {
  const cells = new Map<string, Set<number>>()
  const of = (arch: Arch, variant: Variant): Set<number> => {
    const key = `${arch}/${variant}`
    const known = cells.get(key) ?? new Set<number>()
    cells.set(key, known)
    return known
  }
  for (const { summary: run } of runs) if (run.epochs === plan.training.epochs) of(run.arch, run.variant).add(run.seed)
  const all = new Set([
    ...plan.seeds,
    ...(plan.added ?? []).flatMap(({ cells: added }) => added.flatMap((cell) => cell.seeds)),
    ...runs.map((run) => run.summary.seed),
  ])
  return { of, all: [...all].sort((a, b) => a - b) }
}

/**
 * First those that others of the study have, so that seeds pair; then the next whole numbers. By rule, so that nobody
 * picks.
 */
function nextSeeds(had: SeedsHad, arch: Arch, variant: Variant, count: number): number[] {
  const own = had.of(arch, variant)
  const next = had.all.filter((seed) => !own.has(seed)).slice(0, count)
  const taken = new Set(had.all)
  for (let seed = (had.all.at(-1) ?? 0) + 1; next.length < count; seed++) {
    if (seed > greatestSeed) seed = 0
    if (taken.has(seed)) continue
    next.push(seed)
  }
  return next
}

interface Told {
  told: Omit<SeedsForComparison, 'expected'>
  expected: (moreBaseline: number, moreVariant: number) => number | null
}

function difference(
  variant: Variant,
  baseline: readonly RunRecord[],
  others: readonly RunRecord[],
  until: { until: number; paired: boolean } | null,
): Told {
  const [a, b] = [sideOf(baseline), sideOf(others)]
  if (until?.paired) {
    const drops = pairedDrops(newestDone(baseline), newestDone(others))
    const open = [...a.all].filter((seed) => b.all.has(seed)).length - drops.length
    const side = { values: drops, open }
    const now = drops.length < leastSeeds ? null : half(intervalOf(meanOf(drops)))
    return {
      told: {
        variant,
        finished: [drops.length, drops.length],
        open: [open, open],
        halfWidth: now,
        ...goalOf(now, until.until, morePairs(side, until.until)),
      },
      expected: (moreBaseline, moreVariant) => expectedPairedWidth(side, Math.min(moreBaseline, moreVariant)),
    }
  }
  const few = Math.min(a.values.length, b.values.length) < leastSeeds
  const now = few ? null : half(intervalOf(welchDifference(a.values, b.values)))
  return {
    told: {
      variant,
      finished: [a.values.length, b.values.length],
      open: [a.open, b.open],
      halfWidth: now,
      ...(until ? goalOf(now, until.until, moreSeeds(a, b, until.until)) : { goal: null, needed: null }),
    },
    expected: (moreBaseline, moreVariant) => expectedWidth(a, b, [moreBaseline, moreVariant]),
  }
}

/** Accuracies in points of finished seeds, and the seeds that are finished or may still be. */
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

/** Seeds that all gave the same have an interval of no width. */
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

function timeOf(plan: StudyPlan, cells: readonly AddedCell[], speed: Speed): Pick<MoreSeeds, 'seconds' | 'basis'> {
  const { dataset, epochs, precision } = plan.training
  const times = cells.map(({ arch, variant, seeds }) => ({
    count: seeds.length,
    ...speed.ofRun({ arch, variant, dataset, precision, epochs, ...exampleCounts(plan.training) }),
  }))
  const basis: Estimate['basis'] =
    (['unknown', 'scaled'] as const).find((b) => times.some((time) => time.basis === b)) ?? 'measured'
  return {
    basis,
    seconds: basis === 'unknown' ? null : times.reduce((sum, { count, seconds }) => sum + count * (seconds ?? 0), 0),
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
    return `An interval under ${halfWidthWords(until.until)} is out of reach for ${beyond.join('; ')}: ${mostRuns} more seeds are not enough. Ask for a wider one.`
  return there + added > mostRuns ? tooMany(there, added) : null
}

function tooMany(there: number, added: number): string {
  return `The study has ${there} runs and would get ${added} more: at most ${mostRuns} in all. Ask for fewer seeds, a wider interval, or fewer networks and variants.`
}
