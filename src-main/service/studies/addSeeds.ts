/** Adds seeds and single runs to a study, and removes them again. */
import { archName, variantName } from '../../analysis/text/names'
import { WorkbenchError } from '../../contract/errors'
import {
  configOf,
  mostRuns,
  studyPlan,
  trainingDifferences,
  type AddedCell,
  type Arch,
  type ExperimentConfig,
  type TrainingConfig,
  type Variant,
} from '../../contract/experiment'
import type { RunRecord } from '../../history/runs/runs'
import type { StudyRecord } from '../../history/studies'
import type { Context } from '../app/context'
import { enqueue } from '../queue/enqueue'
import { chosenOf, openStates, planOf, seedsHad, tooMany } from './planSeeds'

/**
 * Adds runs to the plan and to the end of the queue; within a transaction. Returns their ids.
 * @throws WorkbenchError bad-input if cells are not in the plan or are too many; conflict if a seed exists already, and
 *   as `enqueue`
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
          `Seed ${seed} of ${archName(arch)}, ${variantName(variant)} is already in the study.`,
          { fix: 'Reload the study, then add the seeds that are missing.', field: 'cells' },
        )
      had.of(arch, variant).add(seed)
    }
  }
  const count = cells.reduce((sum, cell) => sum + cell.seeds.length, 0)
  if (all.length + count > mostRuns)
    throw new WorkbenchError('bad-input', tooMany(all.length, count), { field: 'cells' })
  const finished = runs.filter((run) => run.summary.state === 'done').length
  // Seed by seed, as a plan is trained: every variant gets its next result early.
  const rounds = Math.max(...cells.map((cell) => cell.seeds.length))
  // New runs keep the warm-up of the runs that they join: the current default (`defaultWarmup`) may differ.
  const configFor = (arch: Arch, variant: Variant, seed: number): ExperimentConfig => {
    const config = configOf(plan, arch, variant, seed)
    const joined = all.find(({ summary }) => summary.arch === arch)?.summary
    return joined ? { ...config, warmup: history.configs.get(joined.configId, joined.seed).warmup } : config
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
 * Adds one run to a study and to the end of the queue; within a transaction. A new network or variant joins the plan.
 * Returns the run's id.
 * @throws WorkbenchError bad-input if its training differs from the study's runs or it exists already; conflict as
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
        fix: 'Use the same value, or give this run another --name.',
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
      `The study ${study.id} has seed ${seed} of ${archName(arch)}, ${variantName(variant)} already, in the run ${same.summary.id}, which is ${same.trashed ? 'in the trash' : same.summary.state}.`,
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

/** Returns what to do instead of adding a run that exists already. */
function wayOutOf({ summary: { id, state }, trashed }: RunRecord): string {
  if (trashed) return `Restore it with \`mcnn runs restore ${id}\`.`
  if (state === 'done' || state === 'diverged') return 'Give another --seed, or another --name to train it again.'
  return openStates.includes(state)
    ? 'Wait until it ends, or give another --seed.'
    : `Resume it with \`mcnn runs resume ${id}\`.`
}

/**
 * Removes added runs that have not started from the history and the plan; call within a transaction. Returns their ids.
 */
export function withdrawSeeds({ history }: Context, study: StudyRecord, runIds: readonly string[]): string[] {
  const plan = planOf(study)
  let added = plan.added ?? []
  const removed: string[] = []
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
    removed.push(runId)
  }
  const left = added.filter(({ cells }) => cells.length > 0)
  const { added: _, ...asked } = plan
  if (removed.length > 0) history.studies.setPlan(study.id, left.length > 0 ? { ...asked, added: left } : asked)
  return removed
}
