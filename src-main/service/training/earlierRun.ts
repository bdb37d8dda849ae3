/** Gives a run of a program that kept no journals its journal, from the history. */
import { mkdirSync, renameSync, rmSync, rmdirSync } from 'node:fs'
import path from 'node:path'
import { datasetSizes } from '../../contract/experiment'
import type { TrainerMessage } from '../../contract/trainer/messages'
import type { History } from '../../history/history'
import type { RunRecord } from '../../history/runs/runs'
import { journalFolder } from '../../journal/format'
import { unread } from '../../journal/reader'
import { JournalWriter } from '../../journal/writer'
import { modelSummary } from '../../nn/architecture'
import type { Context } from '../app/context'
import { journalPart, makeRunFolder } from '../storage/ownFiles'

/**
 * Writes the journal of a run that has none, as its first attempt, and notes in the history that it is there. Does
 * nothing for a run that has one.
 * @throws errors of the disk; then there is no journal, and it can be tried again
 */
export function journalEarlierRun({ history, paths }: Pick<Context, 'history' | 'paths'>, run: RunRecord): void {
  if (history.journals.get(run.key)) return
  const folder = makeRunFolder(paths, run.summary.id)
  const part = path.join(folder, journalPart)
  rmSync(part, { recursive: true, force: true })
  // A former try came this far and was not noted: the history is still what it was made of.
  rmSync(journalFolder(folder), { recursive: true, force: true })
  const messages = [...measuredOf(history, run)]
  if (messages.length === 0) return history.journals.put(run.key, unread)
  mkdirSync(part, { recursive: true })
  const journal = new JournalWriter(part)
  for (const message of messages)
    journal.append(message, message.type === 'checkpoint' ? run.checkpoint?.at : undefined)
  journal.finish()
  renameSync(journalFolder(part), journalFolder(folder))
  rmdirSync(part)
  history.journals.put(run.key, { attempt: journal.attempt, bytes: journal.bytes })
}

/** What a run measured, in the order in which a trainer tells it. */
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
