/** Writes what a trainer reports to the history and announces it. */
import path from 'node:path'
import { stoppedReason } from '../../contract/runs/endReasons'
import type { RunState } from '../../contract/runs/states'
import type { TrainerMessage } from '../../contract/trainer/messages'
import type { RunRecord } from '../../history/runs/runs'
import { announce, announceRun, type Context } from '../app/context'
import { isOfRun, runDir, type Paths } from '../storage/dataDir'

export interface RunEnd {
  state: RunState
  reason: string | null
  weights: { file: string; sha256: string } | null
}

/**
 * Returns the run's end where the message is one; writing that is the caller's.
 * @throws where the message can't be kept
 */
export function persistTrainerMessage(context: Context, run: RunRecord, message: TrainerMessage): RunEnd | null {
  const { history, emit, paths } = context
  const { id, studyId } = run.summary
  switch (message.type) {
    case 'started': {
      const { tensorflow, data, tuning, record } = message.seconds
      const all = tensorflow + data + tuning + record
      history.transaction(() => {
        history.metrics.rollBack(run.key, message.resumedFrom)
        history.runs.started(run.key, {
          environmentHash: history.environments.put(message.environment),
          datasetFingerprint: message.datasetFingerprint,
          trainExamples: message.trainExamples,
          testExamples: message.testExamples,
          startupSeconds: all,
        })
        history.events.add(
          run.key,
          'info',
          'started',
          `${message.resumedFrom ? `Goes on after step ${message.resumedFrom.step}, in epoch ${message.resumedFrom.epochs + 1}. ` : ''}On ${message.environment.device}, after ${all.toFixed(1)} s (TensorFlow ${tensorflow.toFixed(1)}, data ${data.toFixed(1)}, measuring ${tuning.toFixed(1)}, graph ${record.toFixed(1)}).`,
        )
      })
      announce(context, id)
      return null
    }
    case 'progress':
      if (message.progress.runId !== id) throw new Error(`progress of another run, ${message.progress.runId}`)
      emit('run.progress', message.progress)
      return null
    case 'steps':
      history.metrics.addSteps(run.key, message.steps)
      return null
    case 'filters':
      history.transaction(() => {
        for (const { layer, shape, values } of message.layers)
          history.filters.add(run.key, message.epoch, layer, shape, Buffer.from(values, 'base64'))
      })
      return null
    case 'figures':
      history.filters.addFigures(run.key, message.figures)
      return null
    case 'evaluation':
      history.metrics.putEvaluation(run.key, message.evaluation)
      return null
    case 'epoch': {
      history.metrics.addEpoch(run.key, message.metrics)
      emit('run.epoch', { runId: id, studyId, metrics: message.metrics })
      announceRun(context, id)
      return null
    }
    case 'event':
      history.events.add(run.key, message.level, message.kind, message.message)
      return null
    case 'checkpoint':
      history.runs.setCheckpoint(run.key, message)
      return null
    case 'paused':
    case 'resumed':
      history.transaction(() => {
        history.runs.setState(run.key, message.type === 'paused' ? 'paused' : 'running', null)
        history.events.add(
          run.key,
          'info',
          message.type,
          message.type === 'paused' ? 'Paused between two steps.' : 'Resumed.',
        )
      })
      announce(context, id)
      return null
    case 'done':
      return {
        state: 'done',
        reason: null,
        weights: { file: weightsFile(paths, id, message.weightsFile), sha256: message.weightsSha256 },
      }
    case 'stopped':
      return {
        state: 'stopped',
        reason: message.signal === undefined ? 'Stopped.' : stoppedReason(message.signal),
        weights: null,
      }
    case 'diverged':
      return { state: 'diverged', reason: message.message, weights: null }
    case 'failed':
      return {
        state: 'failed',
        reason:
          message.error.fix === undefined ? message.error.message : `${message.error.message} ${message.error.fix}`,
        weights: null,
      }
  }
}

/** Relative to the data directory, which may be moved as a whole. */
function weightsFile(paths: Paths, runId: string, file: string): string {
  const whole = path.resolve(runDir(paths, runId), file)
  if (!isOfRun(paths, runId, whole))
    throw new Error(`a weights file outside of the run's folder, ${file.slice(0, 200)}`)
  return path.relative(paths.dataDir, whole)
}
