/** Writes the journal of a run that was trained without one, from the history. */
import { mkdirSync, renameSync, rmSync, rmdirSync } from 'node:fs'
import path from 'node:path'
import { datasetSizes } from '../../contract/experiment'
import type { TrainerMessage } from '../../contract/trainer/messages'
import type { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import { journalFolder } from '../../journal/format'
import { attemptsIn, unread } from '../../journal/reader'
import { JournalWriter } from '../../journal/writer'
import { modelSummary } from '../../nn/architecture'
import type { Context } from '../app/context'
import { journalPart, makeRunFolder } from '../storage/ownFiles'

/**
 * Writes the journal of a run that has none according to the history, and stores its end as the run's cursor. If the
 * run's folder has a journal, its files stay and the new one follows as the next attempt: an older history may have
 * replaced the one that knew the journal.
 * @throws errors of the disk; then the history is unchanged, and the call can be repeated
 */
export function journalEarlierRun({ history, paths }: Pick<Context, 'history' | 'paths'>, run: RunRecord): void {
  if (history.journals.get(run.key)) return
  const folder = makeRunFolder(paths, run.summary.id)
  const part = path.join(folder, journalPart)
  rmSync(part, { recursive: true, force: true })
  const messages = [...measuredOf(history, run)]
  if (messages.length === 0) return history.journals.put(run.key, unread)
  // A first journal is renamed to its final name when it is complete.
  const isFirst = attemptsIn(journalFolder(folder)).length === 0
  if (isFirst) mkdirSync(part, { recursive: true })
  const journal = new JournalWriter(isFirst ? part : folder)
  for (const message of messages)
    journal.append(message, message.type === 'checkpoint' ? run.checkpoint?.at : undefined)
  journal.finish()
  if (isFirst) {
    renameSync(journalFolder(part), journalFolder(folder))
    rmdirSync(part)
  }
  history.journals.put(run.key, { attempt: journal.attempt, bytes: journal.bytes })
}

/** Yields the measurements of a run in the order in which a trainer records them. */
function* measuredOf(history: History, run: RunRecord): Generator<TrainerMessage> {
  const { key, summary, environmentHash, datasetFingerprint, trainExamples, testExamples, validationExamples } = run
  const environment = environmentHash === null ? null : history.environments.get(environmentHash)
  const epochs = history.metrics.epochsOfRun(key)
  const steps = history.metrics.stepsOfRun(key)
  if (epochs.length === 0 && steps.length === 0 && !environment) return
  if (environment && datasetFingerprint !== null)
    yield {
      type: 'started',
      environment,
      datasetFingerprint,
      trainExamples,
      testExamples,
      validationExamples,
      resumedFrom: null,
      seconds: { all: run.startupSeconds ?? 0 },
    }
  const { layers } = modelSummary(summary.arch, summary.variant, datasetSizes[summary.dataset].classes)
  const figures = history.filters.figures(
    key,
    layers.map(({ name }) => name),
  )
  const kept = history.filters.epochs(key)
  const evaluation = history.metrics.evaluation(key)
  const filtersAfter = function* (epoch: number): Generator<TrainerMessage> {
    const found = [...kept].flatMap(([layer, all]) => {
      const shape = all.includes(epoch) ? history.filters.shape(key, layer, epoch) : null
      const values = shape && history.filters.bytes(key, layer, epoch)
      return shape && values ? [{ layer, shape, values }] : []
    })
    if (found.length > 0) yield { type: 'filters', epoch, layers: found }
    for (const one of figures) if (one.epoch === epoch) yield { type: 'figures', figures: one }
  }
  yield* filtersAfter(0)
  for (const metrics of epochs) {
    const { epoch } = metrics
    const own = steps.filter((step) => step.epoch === epoch)
    if (own.length > 0) yield { type: 'steps', steps: own }
    yield* filtersAfter(epoch)
    if (evaluation?.epoch === epoch) yield { type: 'evaluation', evaluation }
    yield { type: 'epoch', metrics }
  }
  const rest = steps.filter((step) => step.epoch > (epochs.at(-1)?.epoch ?? 0))
  if (rest.length > 0) yield { type: 'steps', steps: rest }
  if (run.checkpoint) yield { type: 'checkpoint', ...run.checkpoint, bytes: 0 }
  if (summary.state === 'done' && run.weightsFile !== null && summary.weightsSha256 !== null)
    yield { type: 'done', weightsFile: path.basename(run.weightsFile), weightsSha256: summary.weightsSha256 }
}
