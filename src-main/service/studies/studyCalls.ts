import { WorkbenchError } from '../../contract/errors'
import {
  expandPlan,
  type StudyPlan,
  type StudyRequest,
  type TrainingConfig,
  type TrainingRequest,
} from '../../contract/experiment'
import { autoPrecision } from '../../analysis/machine/choices'
import type { Finding } from '../../contract/studies/comparison'
import type { StudySummary } from '../../contract/studies/studies'
import { noRuns, type StudyRecord, type StudyTotals } from '../../history/studies'
import { compare, findingOf } from './compare'
import { announceRun, type Context } from '../app/context'
import type { Datasets } from '../datasets/datasets'
import { enqueue } from '../queue/enqueue'
import { ok, type HandlersOf } from '../app/handlers'
import { studyIdFor } from '../queue/ids'
import { studyOf } from '../app/lookup'
import { factsOf, sharedMachine, speedFacts } from './runFacts'
import { addSeeds, joinStudy, withdrawSeeds } from './addSeeds'
import { estimateMoreSeeds } from './moreSeeds'
import { removeFiles } from '../storage/ownFiles'
import type { Probe } from '../machine/probe'
import type { RunActions } from '../queue/runActions'
import type { Scheduler } from '../queue/scheduler'
import { estimate, remainingSeconds, Speed } from '../training/speed'

/** Most points in all curves of a study: a hundred runs of sixty epochs, or five of a thousand. */
const mostPoints = 6000

/** Runs from whose speed an estimate is computed. */
const measuredRuns = 200

export function studyCalls(
  context: Context,
  scheduler: Scheduler,
  actions: RunActions,
  datasets: Datasets,
  probe: Probe,
): HandlersOf<'studies'> {
  const { history, emit } = context
  const summaryOf = (study: StudyRecord, totals: StudyTotals): StudySummary =>
    summary(context, scheduler, study, totals)
  // Cached: a comparison reads every run of its study, and the list is requested after every change.
  const findings = new Map<string, { stamp: string; finding: Finding | null }>()
  const finding = (study: StudyRecord, totals: StudyTotals): Finding | null => {
    const stamp = history.studies.stamp(study.id)
    const known = findings.get(study.id)
    if (known?.stamp === stamp) return known.finding
    const current =
      totals.counts.done === 0 ? null : findingOf(compare(study, history.runs.ofStudy(study.id), factsOf(history)))
    findings.set(study.id, { stamp, finding: current })
    return current
  }
  return {
    'studies.list': () => {
      const totals = history.studies.allTotals()
      return history.studies.list().map((study) => summaryOf(study, totals.get(study.id) ?? noRuns()))
    },

    'studies.get': ({ id, offset, limit }) => {
      const study = studyOf(context, id)
      return {
        study: summaryOf(study, history.studies.totals(id)),
        runs: history.runs.ofStudy(id, offset, limit).map((run) => run.summary),
      }
    },

    'studies.create': async ({ plan: asked, hold }) => {
      await datasets.mustHave(asked.training.dataset, 'plan.training.dataset')
      const plan = await planFor(asked, probe)
      const created = history.transaction(() => {
        const id = studyIdFor(plan.name, (taken) => history.studies.has(taken))
        history.studies.insert({ id, name: plan.name, createdAt: new Date().toISOString(), plan })
        const runIds = enqueue(context, id, expandPlan(plan))
        if (hold) actions.holdQueued(history.runs.ofStudy(id))
        return { id, runIds }
      })
      for (const runId of created.runIds) announceRun(context, runId)
      emit('study.changed', { studyId: created.id })
      scheduler.startNextRun()
      return created
    },

    'studies.estimate': async ({ plan }) =>
      estimate(
        await planFor(plan, probe),
        new Speed(history.runs.measured(measuredRuns), speedFacts(history, scheduler.sharing)),
      ),

    'studies.compare': ({ id }) => compare(studyOf(context, id), history.runs.ofStudy(id), factsOf(history)),

    'studies.moreSeeds': (asked) => {
      const study = studyOf(context, asked.id)
      const { runs } = history
      return estimateMoreSeeds(
        study,
        runs.ofStudy(study.id),
        runs.trashedOfStudy(study.id),
        asked,
        new Speed(runs.measured(measuredRuns), speedFacts(history, scheduler.sharing)),
      )
    },

    'studies.extend': async ({ id, cells, halfWidth }) => {
      const { plan } = studyOf(context, id)
      if (plan) await datasets.mustHave(plan.training.dataset, 'id')
      // Checked again: the study may have been moved to the trash meanwhile.
      const runIds = history.transaction(() => addSeeds(context, studyOf(context, id), cells, halfWidth))
      for (const runId of runIds) announceRun(context, runId)
      emit('study.changed', { studyId: id })
      scheduler.startNextRun()
      return { runIds }
    },

    'studies.join': async ({ id, arch, variant, seed, training: asked }) => {
      studyOf(context, id)
      await datasets.mustHave(asked.dataset, 'training.dataset')
      const training = await trainingFor(asked, probe)
      // Checked again: the study may have been moved to the trash meanwhile.
      const runId = history.transaction(() =>
        joinStudy(context, studyOf(context, id), { arch, variant, seed }, training),
      )
      announceRun(context, runId)
      emit('study.changed', { studyId: id })
      scheduler.startNextRun()
      return { runId }
    },

    'studies.withdraw': ({ id, runIds }) => {
      const gone = history.transaction(() => withdrawSeeds(context, studyOf(context, id), runIds))
      for (const runId of gone) emit('run.deleted', { runId, studyId: id })
      if (gone.length > 0) emit('study.changed', { studyId: id })
      return { removed: gone.length }
    },

    'studies.findings': async () => {
      const totals = history.studies.allTotals()
      const found: Finding[] = []
      for (const study of history.studies.list()) {
        const one = finding(study, totals.get(study.id) ?? noRuns())
        if (one) found.push(one)
        // With thousands of runs this takes a while: other calls run in between.
        await new Promise(setImmediate)
      }
      return found
    },

    'studies.curves': ({ id, dataset, arch }) => {
      studyOf(context, id)
      return history.metrics.curvesOfStudy(id, dataset, arch, mostPoints)
    },

    'studies.pause': ({ id }) => {
      studyOf(context, id)
      actions.pauseStudy(id)
      return ok
    },

    'studies.resume': ({ id }) => {
      studyOf(context, id)
      actions.resumeStudy(id)
      return ok
    },

    'studies.stop': ({ id, cause }) => {
      studyOf(context, id)
      actions.stopStudy(id, cause)
      return ok
    },

    'studies.trashed': () => {
      const totals = history.studies.allTotals()
      return history.studies
        .trashed()
        .map(({ id, name, trashedAt }) => ({ id, name, trashedAt: trashedAt ?? '', runs: totals.get(id)?.total ?? 0 }))
    },

    'studies.trash': ({ id }) => {
      studyOf(context, id)
      const runs = history.runs.ofStudy(id)
      for (const run of runs) actions.assertDeletable(run)
      history.transaction(() => {
        actions.cancelQueued(runs, 'trash')
        history.studies.trash(id, new Date().toISOString())
      })
      for (const { summary: run } of runs) emit('run.deleted', { runId: run.id, studyId: id })
      emit('study.changed', { studyId: id })
      return ok
    },

    'studies.restore': ({ id }) => {
      trashedStudy(context, id)
      history.studies.trash(id, null)
      for (const { summary: run } of history.runs.ofStudy(id)) emit('run.changed', run)
      emit('study.changed', { studyId: id })
      return ok
    },

    'studies.purge': async ({ id }) => {
      const runIdsOf = (): string[] => {
        trashedStudy(context, id)
        return [...history.runs.ofStudy(id), ...history.runs.trashedOfStudy(id)].map((run) => run.summary.id)
      }
      for (const runId of runIdsOf()) await scheduler.released(runId)
      const runIds = history.transaction(() => {
        // Checked again: it may have been restored, or have other runs, meanwhile.
        const all = runIdsOf()
        history.studies.remove(id)
        return all
      })
      emit('study.changed', { studyId: id })
      for (const runId of runIds) await removeFiles(context.paths, runId)
      return ok
    },
  }
}

/** @throws WorkbenchError unavailable for `auto` if TensorFlow does not load */
async function planFor(asked: StudyRequest, probe: Probe): Promise<StudyPlan> {
  return { ...asked, training: await trainingFor(asked.training, probe) }
}

async function trainingFor(asked: TrainingRequest, probe: Probe): Promise<TrainingConfig> {
  const { precision } = asked
  return { ...asked, precision: precision === 'auto' ? autoPrecision(await probe()) : precision }
}

function trashedStudy({ history }: Context, id: string): void {
  const study = history.studies.get(id)
  if (!study) throw new WorkbenchError('not-found', `There is no study ${id}.`, { field: 'id' })
  if (study.trashedAt === null)
    throw new WorkbenchError('conflict', `The study ${id} is not in the trash.`, { fix: 'Move it there first.' })
}

function summary(
  { history }: Context,
  scheduler: Scheduler,
  { trashedAt: _, ...study }: StudyRecord,
  totals: StudyTotals,
): StudySummary {
  const { counts, total, epochs, epochsDone } = totals
  const unfinished = counts.queued + counts.running + counts.paused > 0
  const runs = unfinished ? history.runs.ofStudy(study.id) : []
  // All runs of a study have the same steps per epoch, so epochs measure progress; the current epoch counts in part.
  const partial = runs.reduce((sum, { summary: run }) => {
    const progress = scheduler.progressOf(run.id)
    return progress && progress.steps > 0
      ? sum + Math.max(0, (progress.step / progress.steps) * run.epochs - run.epochsDone)
      : sum
  }, 0)
  return {
    ...study,
    counts,
    total,
    progress: epochs === 0 ? 0 : Math.min(1, (epochsDone + partial) / epochs),
    etaSeconds: unfinished
      ? remainingSeconds(
          runs,
          (runId) => scheduler.progressOf(runId)?.etaSeconds ?? null,
          sharedMachine,
          scheduler.sharing,
        )
      : null,
  }
}
