/** The networks, variants and seeds of a study's plan. */
import { WorkbenchError } from '../../contract/errors'
import { greatestSeed, mostRuns, type Arch, type StudyPlan, type Variant } from '../../contract/experiment'
import { activeStates, type RunState } from '../../contract/runs/states'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'

/** States of runs that may still finish. */
export const openStates: readonly RunState[] = ['queued', ...activeStates]

/** @throws WorkbenchError conflict if the study has no plan */
export function planOf({ id, plan }: StudyRecord): StudyPlan {
  if (plan) return plan
  throw new WorkbenchError('conflict', `The study ${id} has no plan: its runs were started one by one.`, {
    fix: 'Train another seed with `mcnn train --seed`, or start a study.',
    field: 'id',
  })
}

/**
 * Returns the chosen ones in the order of `all`; all of them for null.
 * @throws WorkbenchError bad-input if one is not in the plan
 */
export function chosenOf<T>(
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
  /** All seeds of the study, ascending. */
  all: readonly number[]
}

/** Returns all seeds of each network and variant, whatever the state of their runs. */
export function seedsHad(plan: StudyPlan, runs: readonly RunRecord[]): SeedsHad {
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
 * Returns the next seeds of a network and variant: first those that others in the study have, so that seeds pair, then
 * the next integers. A fixed rule prevents selecting seeds.
 */
export function nextSeeds(had: SeedsHad, arch: Arch, variant: Variant, count: number): number[] {
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

/** Returns why that many runs cannot be added, as a sentence. */
export function tooMany(there: number, added: number): string {
  return `The study has ${there} runs and would get ${added} more: at most ${mostRuns} in all. Choose fewer seeds, a wider interval, or fewer networks and variants.`
}
