/** Trains a run again in a trainer of its own, as far as a target, and collects what it measures. */
import type { KeptRecord, Measured } from '../../analysis/studies/verification'
import { fromErrorValue, WorkbenchError } from '../../contract/errors'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import type { TrainerJob, TrainerMessage } from '../../contract/trainer/messages'
import type { Context } from '../app/context'
import type { ReportProgress } from '../tasks/backgroundTasks'
import { exitReason } from '../training/exitReason'
import { followingJournal } from '../training/followedTrainer'
import { Trainer } from '../training/trainers'
import { stepsToTrain, type Target } from './verificationTarget'
import { evaluationRecord, figureRecords, filterRecords } from './verifiedRecords'

export interface Retrained extends Measured {
  started: Extract<TrainerMessage, { type: 'started' }>
  environment: Environment
  datasetFingerprint: string
  convolutions: string[]
}

interface TrainerStart {
  job: TrainerJob
  /** The file that receives the trainer's output. */
  log: string
  env: NodeJS.ProcessEnv
}

/**
 * Trains until the data of the target have arrived, then kills the trainer: a step may take minutes, and its result is
 * not needed.
 * @throws WorkbenchError with the failure that the trainer reports, or unavailable if it ended before the data had
 *   arrived
 */
export function retrain(
  { trainerEntry, trainerPriority }: Pick<Context, 'trainerEntry' | 'trainerPriority'>,
  { job, log, env }: TrainerStart,
  target: Target,
  fingerprint: string | null,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Retrained> {
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
    // No checkpoint is needed: kill it at once.
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
      followingJournal(job.runDir, {
        message: received,
        progress: (progress) => {
          if (complete) return
          report('training again', progress.step, stepsToTrain(progress, target))
          // Step metrics are written every few seconds: the trainer writes the last ones when it stops.
          if (target.extent === 'steps' && progress.step >= target.step) trainer.send({ type: 'stop' })
        },
        broken: (what) => {
          failure = new Error(`The trainer sent an invalid message (${what}).`)
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
      }),
      env,
      trainerPriority,
    )
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}
