/** Writes the message in a line of a run's journal to the history, and announces it. */
import path from 'node:path'
import { stoppedReason } from '../../contract/runs/endReasons'
import type { RunState } from '../../contract/runs/states'
import type { StoredMessage, TrainerMessage } from '../../contract/trainer/messages'
import type { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import { announce, announceRun, type Context } from '../app/context'
import { isOfRun, runDir, type Paths } from '../storage/dataDir'

export interface RunEnd {
  state: RunState
  reason: string | null
  weights: { file: string; sha256: string } | null
  at: string
}

/**
 * Writes a message; within the caller's transaction.
 * @param at when the trainer wrote it
 * @returns the end of the run if the message is one; the caller writes it
 * @throws Error if the message cannot be stored
 */
export function applyMessage(
  { history, paths }: { history: History; paths: Paths },
  run: Pick<RunRecord, 'key' | 'summary'>,
  message: TrainerMessage,
  at: string,
): RunEnd | null {
  const { key, summary } = run
  const note = (level: 'info' | 'warning' | 'error', kind: string, text: string): void =>
    history.events.addJournaled(key, { at, level, kind, message: text })
  switch (message.type) {
    case 'started':
      history.metrics.rollBack(key, message.resumedFrom)
      history.runs.started(key, {
        environmentHash: history.environments.put(message.environment),
        datasetFingerprint: message.datasetFingerprint,
        trainExamples: message.trainExamples,
        testExamples: message.testExamples,
        startupSeconds: startupOf(message.seconds),
      })
      // A history of an earlier program contains it already.
      if (!('all' in message.seconds)) note('info', 'started', startedSentence(message, message.seconds))
      return null
    case 'steps':
      history.metrics.addSteps(key, message.steps)
      return null
    case 'filters':
      for (const { layer, shape, values } of message.layers)
        history.filters.add(
          key,
          message.epoch,
          layer,
          shape,
          Buffer.from(values.buffer, values.byteOffset, values.length),
        )
      return null
    case 'figures':
      history.filters.addFigures(key, message.figures)
      return null
    case 'evaluation':
      history.metrics.putEvaluation(key, message.evaluation)
      return null
    case 'epoch':
      history.metrics.addEpoch(key, message.metrics)
      return null
    case 'event':
      note(message.level, message.kind, message.message)
      return null
    case 'checkpoint':
      history.runs.setCheckpoint(key, { ...message, at })
      return null
    case 'paused':
    case 'resumed': {
      const paused = message.type === 'paused'
      history.runs.setState(key, paused ? 'paused' : 'running', null)
      note('info', message.type, paused ? 'Paused between two steps.' : 'Resumed.')
      return null
    }
    case 'done': {
      const weights = { file: weightsFile(paths, summary.id, message.weightsFile), sha256: message.weightsSha256 }
      return { state: 'done', reason: null, weights, at }
    }
    case 'stopped': {
      const reason = message.signal === undefined ? 'Stopped.' : stoppedReason(message.signal)
      return { state: 'stopped', reason, weights: null, at }
    }
    case 'diverged':
      return { state: 'diverged', reason: message.message, weights: null, at }
    case 'failed': {
      const { message: text, fix } = message.error
      return { state: 'failed', reason: fix === undefined ? text : `${text} ${fix}`, weights: null, at }
    }
  }
}

/** Announces a message whose transaction is committed. */
export function announceMessage(
  context: Pick<Context, 'history' | 'emit'>,
  { summary: { id, studyId } }: Pick<RunRecord, 'summary'>,
  message: StoredMessage,
): void {
  if (message.type === 'epoch') {
    context.emit('run.epoch', { runId: id, studyId, metrics: message.metrics })
    announceRun(context, id)
  } else if (message.type === 'started' || message.type === 'paused' || message.type === 'resumed')
    announce(context, id)
}

type Started = Extract<StoredMessage, { type: 'started' }>
type StartedSeconds = Exclude<Started['seconds'], { all: number }>

function startupOf(seconds: Started['seconds']): number {
  if ('all' in seconds) return seconds.all
  return seconds.tensorflow + seconds.data + seconds.tuning + seconds.record
}

function startedSentence({ resumedFrom, environment }: Started, seconds: StartedSeconds): string {
  const from = resumedFrom ? `Resumes after step ${resumedFrom.step}, in epoch ${resumedFrom.epochs + 1}. ` : ''
  return `${from}On ${environment.device}, after ${startupOf(seconds).toFixed(1)} s (TensorFlow ${seconds.tensorflow.toFixed(1)}, data ${seconds.data.toFixed(1)}, measuring ${seconds.tuning.toFixed(1)}, graph ${seconds.record.toFixed(1)}).`
}

/** Relative to the data directory, which may be moved. */
function weightsFile(paths: Paths, runId: string, file: string): string {
  const whole = path.resolve(runDir(paths, runId), file)
  if (!isOfRun(paths, runId, whole))
    throw new Error(`a weights file outside of the run's folder, ${file.slice(0, 200)}`)
  return path.relative(paths.dataDir, whole)
}
