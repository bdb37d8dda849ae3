/** Trains a run again and compares the results. Only the verdict is stored. */
import { copyFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { spread } from '../../analysis/statistics/statistics'
import {
  circumstancesOf,
  differencesOf,
  disagreements,
  sharedMachineWords,
  verdictSentence,
  verifiedKinds,
  type Measured,
} from '../../analysis/studies/verification'
import type { Verifiable, Verification } from '../../contract/publish/verification'
import type { HistoryEvent } from '../../contract/runs/runs'
import { sharedMachineKind } from '../../contract/runs/timing'
import { activeStates } from '../../contract/runs/states'
import type { TrainerJob } from '../../contract/trainer/messages'
import type { RunRecord } from '../../history/runs/runs'
import { announceRun, type Context } from '../app/context'
import type { Slot } from '../machine/slots'
import type { Scheduler } from '../queue/scheduler'
import { runOf } from '../app/lookup'
import { retrain } from './retrain'
import { remarksOf } from './verificationRemarks'
import { targetOf } from './verificationTarget'
import { recordsOf } from './verifiedRecords'
import { runDir } from '../storage/dataDir'
import { livingTrainer } from '../training/foundTrainer'
import { storedTwice } from '../storage/storedTwice'
import { removeScratch, scratchFolder } from '../storage/scratch'
import { otherTrainers } from '../../system/trainerProcesses'
import { kernelLimitOf, trainerEnv } from '../training/trainerEnv'
import type { ReportProgress } from '../tasks/backgroundTasks'

/** Seconds between checkpoints: a verification never resumes, so it needs none within an epoch. */
const never = 1e9
/** Seconds from a trainer's start to its first step, for runs that did not record them. */
const startupGuess = 4

export interface Asked {
  steps: number | null
  epochs: number | null
  /** Whether to train parallel to other runs, without exclusive access to the machine. */
  parallel: boolean
}

/**
 * Returns what a verification would train and how long that may take; loads no TensorFlow.
 * @throws WorkbenchError conflict if the run has measured nothing
 */
export async function verifiable(context: Context, scheduler: Scheduler, run: RunRecord): Promise<Verifiable> {
  const { history } = context
  const kept = keptOf(history, run)
  const { extent, epochs, step } = targetOf(run, kept, { steps: null, epochs: null })
  const before = run.environmentHash === null ? null : history.environments.get(run.environmentHash)
  // Epoch times only: the time between a stop and a resume is in no epoch.
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
    sharedMachine: history.events.has(run.key, sharedMachineKind),
    trainedOn: before && (before.device === 'cpu' ? before.cpu : before.device),
    // Naming a GPU would load TensorFlow.
    here: before && before.device === 'cpu' ? before.cpu.trim() === (os.cpus()[0]?.model ?? '').trim() : null,
    training: (await scheduler.blockingRun())?.summary ?? null,
    otherProgram: otherProgram(context),
  }
}

/** Returns a process that trains on this machine and whose run is not in this history. */
function otherProgram({ history, paths }: Context): number | null {
  const unfinished = history.runs.unfinished()
  const owners = new Set(unfinished.map((run) => run.owner?.pid))
  // A trainer that has outlived its program has another parent.
  const trainers = new Set(
    unfinished
      .filter(({ summary }) => activeStates.includes(summary.state))
      .map(({ summary }) => livingTrainer(runDir(paths, summary.id))?.process.pid),
  )
  return otherTrainers().find(({ pid, parent }) => !owners.has(parent) && !trainers.has(pid))?.parent ?? null
}

function keptOf(history: Context['history'], run: RunRecord): Measured {
  return {
    epochs: history.metrics.epochsOfRun(run.key),
    steps: history.metrics.stepsOfRun(run.key),
    weightsSha256: run.summary.weightsSha256,
  }
}

/**
 * Trains a run again and compares the results.
 * @param asked the first steps or the first epochs; by default everything that the run measured
 * @param keeps whether the verdict may be written to the run's events
 * @throws WorkbenchError bad-input if the run has measured less, conflict if it has measured nothing, unavailable if it
 *   cannot be trained here
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
  // Reject impossible requests before waiting for the machine.
  const run = runOf(context, id)
  targetOf(run, keptOf(context.history, run), asked)
  const { slot, release } = asked.parallel
    ? { slot: null, release: () => undefined }
    : await scheduler.acquireSlot(signal, () => report(waitingPhase(context), 0, 0))
  try {
    const verdict = await trainAgain(context, runOf(context, id), asked, slot, keeps(), signal, report)
    return { ...verdict, kept: keeps() && keep(context, verdict) }
  } finally {
    release()
  }
}

function waitingPhase({ startLock }: Context): string {
  return startLock.isTaken ? 'waiting for the verification of another program' : 'waiting for the running run'
}

/** Writes the verdict to the run's events. Returns false if the run was purged in the meantime. */
function keep(context: Context, verdict: Omit<Verification, 'kept'>): boolean {
  const run = context.history.runs.get(verdict.runId)
  if (!run) return false
  context.disk.writeOrBuffer(() => {
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
  slot: Slot | null,
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
  const others = new Set([otherProgram(context)])
  const scratch = writes ? context.paths : null
  const folder = await scratchFolder('verify', scratch)
  try {
    const tuningFile = path.join(folder, 'tuning.json')
    // A copy: a verification uses this machine's measurements but must not add to them.
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
      checkpointSeconds: never,
    }
    const threads = before?.threads ?? null
    const again = await retrain(
      context,
      {
        job,
        log: path.join(folder, 'trainer.log'),
        env: {
          ...trainerEnv(process.env, threads ?? slot?.threads ?? undefined),
          ...slot?.env,
          ...kernelLimitOf(before?.kernels),
        },
      },
      target,
      run.datasetFingerprint,
      signal,
      report,
    )
    others.add(otherProgram(context))
    const otherData = run.datasetFingerprint !== null && again.datasetFingerprint !== run.datasetFingerprint
    const { differences, compared } = otherData
      ? {
          differences: ['The training examples differ from those of the run: nothing was trained.'],
          compared: { epochs: 0, steps: 0, weights: false },
        }
      : differencesOf(kept, again, { epochs: target.epochs, step: target.step, whole: target.extent === 'whole' })
    // Only without other differences: a changed number makes the run's summary disagree too.
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
        { environment: before, datasetFingerprint: run.datasetFingerprint, convolutions: convolutionsOf(events) },
        again,
      ),
      remarks: [
        ...remarksOf(before, events, again.environment, differences.length === 0),
        ...[...others].flatMap((process) => (process === null ? [] : [sharedMachineWords(process)])),
      ],
      environment: again.environment,
      weightsSha256: again.weightsSha256,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await removeScratch(folder, scratch)
  }
}

/** Returns the sentences that describe how each convolution was computed. */
function convolutionsOf(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'convolutions' ? [event.message] : []))
}
