/** A run trained again, beside the history: nothing of it becomes a run, and nothing in the history changes. */
import { copyFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { spread } from '../../analysis/statistics/statistics'
import {
  circumstancesOf,
  differencesOf,
  disagreements,
  verdictSentence,
  verifiedKinds,
  type KeptRecord,
  type Measured,
} from '../../analysis/studies/verification'
import { fromErrorValue, WorkbenchError } from '../../contract/errors'
import type { Verifiable, Verification } from '../../contract/publish/verification'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import type { HistoryEvent, RunProgress } from '../../contract/runs/runs'
import type { TrainerJob, TrainerMessage } from '../../contract/trainer/messages'
import type { RunRecord } from '../../history/runs/runs'
import { announceRun, type Context } from '../app/context'
import { exitReason } from '../training/exitReason'
import type { Scheduler } from '../queue/scheduler'
import { runOf } from '../app/lookup'
import { evaluationRecord, figureRecords, filterRecords, recordsOf } from './verifiedRecords'
import { storedTwice } from '../storage/storedTwice'
import { removeScratch, scratchFolder } from '../storage/scratch'
import { trainerEnv } from '../training/trainerEnv'
import { Trainer } from '../training/trainers'
import type { ReportProgress } from '../tasks/backgroundTasks'

/** How far to train: to the end, or to the end of an epoch or a sampled step. */
interface Target {
  extent: Verification['extent']
  epochs: number
  step: number
}

interface Again extends Measured {
  started: Extract<TrainerMessage, { type: 'started' }>
  environment: Environment
  datasetFingerprint: string
  convolutions: string[]
}

/** No checkpoint within an epoch is needed: it is never gone on with. */
const never = 1e9
/** From a trainer's start to its first step, of a run that did not tell. */
const startupGuess = 4

export interface Asked {
  steps: number | null
  epochs: number | null
  /** Not waiting for what trains now, and not keeping anything from starting. */
  beside: boolean
}

/** What can be done without waiting for anybody. @throws WorkbenchError conflict where it has measured nothing */
export function verifiable(context: Context, scheduler: Scheduler, run: RunRecord): Verifiable {
  const { history } = context
  const kept = keptOf(history, run)
  const { extent, epochs, step } = targetOf(run, kept, { steps: null, epochs: null })
  const before = run.environmentHash === null ? null : history.environments.get(run.environmentHash)
  // Times since: a run that was stopped and went on has waited in between, but no epoch counts that.
  const seconds = kept.epochs.map((epoch) => epoch.seconds)
  const rest = kept.steps.filter((one) => one.epoch > epochs)
  const finished = kept.steps.findLast((one) => one.epoch <= epochs)?.step ?? 0
  return {
    runId: run.summary.id,
    extent,
    epochs,
    steps: step,
    startupSeconds: run.startupSeconds ?? startupGuess,
    epochSeconds: spread(seconds)?.mean ?? null,
    restSeconds: ((spread(rest.map((one) => one.stepMs))?.mean ?? 0) * (step - Math.min(step, finished))) / 1000,
    trainedOn: before && (before.device === 'cpu' ? before.cpu : before.device),
    // A GPU is not asked for: that would load TensorFlow.
    here: before && before.device === 'cpu' ? before.cpu.trim() === (os.cpus()[0]?.model ?? '').trim() : null,
    training: scheduler.trainingRun()?.summary ?? null,
  }
}

function keptOf(history: Context['history'], run: RunRecord): Measured {
  return {
    epochs: history.metrics.epochsOfRun(run.key),
    steps: history.metrics.stepsOfRun(run.key),
    weightsSha256: run.summary.weightsSha256,
  }
}

/**
 * @param asked the first steps or the first epochs; neither: all that it measured
 * @param keeps whether the verdict may be written to the run's events
 * @throws WorkbenchError bad-input where it has not measured as much, conflict where it has measured nothing,
 *   unavailable where it
 *   can't be trained here
 */
export async function verify(
  context: Context,
  scheduler: Scheduler,
  id: string,
  asked: Asked,
  keeps: () => boolean,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Verification> {
  // What can't be done is said before anything is waited for.
  const told = runOf(context, id)
  targetOf(told, keptOf(context.history, told), asked)
  const release = asked.beside
    ? () => undefined
    : await scheduler.acquireExclusive(signal, () => report('waiting for the run that trains', 0, 0))
  try {
    const verdict = await trainAgain(context, runOf(context, id), asked, keeps(), signal, report)
    return { ...verdict, kept: keeps() && keep(context, verdict) }
  } finally {
    release()
  }
}

/** @returns whether it was kept: the run may have been purged meanwhile */
function keep(context: Context, verdict: Omit<Verification, 'kept'>): boolean {
  const run = context.history.runs.get(verdict.runId)
  if (!run) return false
  context.disk.take(() => {
    context.history.events.add(
      run.key,
      verdict.same ? 'info' : 'warning',
      verifiedKinds[verdict.extent],
      verdictSentence(verdict),
    )
    announceRun(context, verdict.runId)
  })
  return true
}

async function trainAgain(
  context: Context,
  run: RunRecord,
  asked: Asked,
  writes: boolean,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Omit<Verification, 'kept'>> {
  const { history } = context
  const { id, configId, seed } = run.summary
  const events = history.events.ofRun(run.key)
  const kept = {
    ...keptOf(history, run),
    records: recordsOf(
      history,
      run.key,
      events.some(({ kind }) => kind === 'extended'),
    ),
  }
  const target = targetOf(run, kept, asked)
  const before = run.environmentHash === null ? null : history.environments.get(run.environmentHash)
  const started = performance.now()
  const scratch = writes ? context.paths : null
  const folder = await scratchFolder('verify', scratch)
  try {
    const tuningFile = path.join(folder, 'tuning.json')
    // A copy: what this machine has measured is taken, and what a verification measures changes no run's way.
    await copyFile(context.paths.tuning, tuningFile).catch(() => undefined)
    const job: TrainerJob = {
      type: 'job',
      runId: id,
      config: history.configs.get(configId, seed),
      datasetsDir: context.paths.datasets,
      tuningFile,
      runDir: path.join(folder, 'run'),
      program: context.program,
      git: await context.git(),
      kept: { epochs: 0, step: 0 },
      checkpointSeconds: never,
    }
    const threads = before?.threads ?? null
    const again = await train(
      context,
      job,
      path.join(folder, 'trainer.log'),
      threads === null ? trainerEnv() : trainerEnv(process.env, threads),
      target,
      run.datasetFingerprint,
      signal,
      report,
    )
    const otherData = run.datasetFingerprint !== null && again.datasetFingerprint !== run.datasetFingerprint
    const { differences, compared } = otherData
      ? {
          differences: ['The examples are not those that the run was trained on: nothing was trained.'],
          compared: { epochs: 0, steps: 0, weights: false },
        }
      : differencesOf(kept, again, { epochs: target.epochs, step: target.step, whole: target.extent === 'whole' })
    // A number that was changed is named first; the run's summary of it then disagrees too.
    if (differences.length === 0) differences.push(...disagreements(storedTwice(history, run, again.started)))
    return {
      runId: id,
      extent: target.extent,
      epochs: target.epochs,
      steps: target.step,
      same: differences.length === 0,
      compared,
      differences,
      circumstances: circumstancesOf(
        { environment: before, datasetFingerprint: run.datasetFingerprint, convolutions: sentencesOf(events) },
        again,
      ),
      remarks: remarksOf(before, events, again, differences.length === 0),
      environment: again.environment,
      weightsSha256: again.weightsSha256,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await removeScratch(folder, scratch)
  }
}

function targetOf(
  { summary }: RunRecord,
  kept: Measured,
  { steps, epochs }: { steps: number | null; epochs: number | null },
): Target {
  const { id, state, epochsDone } = summary
  const last = kept.steps.at(-1)?.step ?? 0
  if (steps !== null && epochs !== null)
    throw new WorkbenchError('bad-input', 'Steps and epochs exclude each other.', { field: 'steps' })
  // A mended history may have lost its steps: its epochs can be compared still.
  if (last === 0 && kept.epochs.length === 0)
    throw new WorkbenchError(
      'conflict',
      `The run ${id} is ${state} and has measured nothing: there is nothing to compare with.`,
      { fix: 'Let it train first.' },
    )
  if (steps !== null) {
    const step = kept.steps.find((one) => one.step >= steps)
    if (!step)
      throw new WorkbenchError('bad-input', `The run ${id} has ${last} steps.`, {
        fix: `Ask for at most ${last} of them.`,
        field: 'steps',
      })
    // An epoch's metrics come after its last step.
    return { extent: 'steps', step: step.step, epochs: step.epoch - 1 }
  }
  if (epochs !== null && epochs > epochsDone)
    throw new WorkbenchError('bad-input', `The run ${id} has finished ${epochsDone} epochs.`, {
      fix: `Ask for at most ${epochsDone} of them.`,
      field: 'epochs',
    })
  if (state === 'done' && (epochs === null || epochs === summary.epochs))
    return { extent: 'whole', epochs: summary.epochs, step: last }
  if (epochs !== null)
    return { extent: 'epochs', epochs, step: kept.steps.findLast((one) => one.epoch <= epochs)?.step ?? 0 }
  // Not finished: as far as it came.
  const within = kept.steps.at(-1)?.epoch ?? 0
  return within > epochsDone
    ? { extent: 'steps', step: last, epochs: epochsDone }
    : { extent: 'epochs', epochs: epochsDone, step: last }
}

/**
 * Trains until the data of the target have arrived, then kills the trainer: a step may take minutes, and nothing of it
 * is kept.
 * @throws WorkbenchError with what the trainer reports as its failure, or unavailable if it ended before the data had
 *   arrived
 */
function train(
  { trainerEntry, trainerPriority }: Context,
  job: TrainerJob,
  log: string,
  env: NodeJS.ProcessEnv,
  target: Target,
  fingerprint: string | null,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Again> {
  const epochs: EpochMetrics[] = []
  const steps: StepMetrics[] = []
  const convolutions: string[] = []
  const records: KeptRecord[] = []
  let first: Extract<TrainerMessage, { type: 'started' }> | null = null
  let weightsSha256: string | null = null
  let complete = false
  let failure: Error | null = null
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      complete = true
      trainer.kill()
    }
    // Nothing of it is kept: no reason to let it write a checkpoint first.
    const abort = (): void => trainer.kill()
    const received = (message: TrainerMessage): void => {
      if (complete) return
      switch (message.type) {
        case 'started':
          first = message
          if (fingerprint !== null && message.datasetFingerprint !== fingerprint) finish()
          break
        case 'event':
          if (message.kind === 'convolutions') convolutions.push(message.message)
          break
        case 'progress':
          report('training again', message.progress.step, stepsOf(message.progress, target))
          // Step metrics are delivered every few seconds: the trainer hands over the last ones when it stops.
          if (target.extent === 'steps' && message.progress.step >= target.step) trainer.send({ type: 'stop' })
          break
        case 'steps':
          steps.push(...message.steps)
          if (target.extent === 'steps' && (message.steps.at(-1)?.step ?? 0) >= target.step) finish()
          break
        case 'filters':
          records.push(...filterRecords(message.epoch, message.layers))
          break
        case 'figures':
          records.push(...figureRecords(message.figures))
          break
        case 'evaluation':
          records.push(evaluationRecord(message.evaluation))
          break
        case 'epoch':
          epochs.push(message.metrics)
          if (target.extent === 'epochs' && message.metrics.epoch >= target.epochs) finish()
          break
        case 'done':
          weightsSha256 = message.weightsSha256
          finish()
          break
        case 'stopped':
        case 'diverged':
          finish()
          break
        case 'failed':
          failure = fromErrorValue(message.error)
          break
        default:
      }
    }
    report('starting', 0, 0)
    const trainer = new Trainer(
      trainerEntry,
      job,
      log,
      {
        message: received,
        broken: (what) => {
          failure = new Error(`The trainer broke the contract (${what}).`)
          trainer.kill()
        },
        closed: (end) => {
          signal.removeEventListener('abort', abort)
          if (signal.aborted) reject(new WorkbenchError('cancelled', 'The verification was cancelled.'))
          else if (complete && first)
            resolve({
              epochs,
              steps,
              weightsSha256,
              records,
              started: first,
              environment: first.environment,
              datasetFingerprint: first.datasetFingerprint,
              convolutions,
            })
          else reject(failure ?? new WorkbenchError('unavailable', exitReason(end)))
        },
      },
      env,
      trainerPriority,
    )
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}

/** To train, in all. */
function stepsOf({ steps, epochs }: RunProgress, { extent, epochs: wanted, step }: Target): number {
  return extent === 'whole' ? steps : extent === 'steps' ? step : Math.round((steps * wanted) / epochs)
}

function sentencesOf(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'convolutions' ? [event.message] : []))
}

function remarksOf(
  before: Environment | null,
  events: readonly HistoryEvent[],
  { environment }: Again,
  same: boolean,
): string[] {
  const otherWay = events.filter(
    (event) => event.kind === 'checkpoint' && event.message.startsWith('Computed in another way'),
  )
  return [
    ...(before === null
      ? ['What the run was trained on is not known: it was trained again with this machine’s own threads.']
      : []),
    ...(!same && before !== null && before.variables === undefined
      ? ['The run is from a version that did not record the environment variables that can change results.']
      : []),
    ...(otherWay.length > 0
      ? [
          'After a stop the run was itself computed in another way than before, which can change the last bits: its events tell how.',
        ]
      : []),
    ...(before?.git?.dirty ? ['The run was trained by code with uncommitted changes, which can’t be had again.'] : []),
    ...(environment.device === 'cpu' && (before?.device ?? 'cpu') === 'cpu'
      ? []
      : ['The same bits are promised on the CPU only: a GPU’s sums may come out differently each time.']),
  ]
}
