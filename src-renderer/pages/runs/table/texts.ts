/** Cells of the runs table that are plain text; the others have a component. Pure. */
import { pickedOn, pickedWords, runPickedOn, type PickedOn } from '../../../../src-main/analysis/statistics/picked'
import type { RunGroup, RunRow, RunState } from '../../../../src-main/contract'
import { count, datasetName, duration, number, percentValue, when } from '../../../lib/format'

/** All states but done, in the order in which a group lists them. */
export const urgent: readonly RunState[] = [
  'failed',
  'diverged',
  'interrupted',
  'running',
  'paused',
  'stopped',
  'queued',
]

/** Returns the best epoch's accuracy and, in a word, what picked it. */
function picked(accuracy: number | null, on: PickedOn | null): string {
  return accuracy === null || on === null ? percentValue(null) : `${percentValue(accuracy)} ${pickedWords[on].short}`
}

export function bestText(run: Pick<RunRow, 'bestTestAccuracy' | 'bestEpoch' | 'bestValidationAccuracy'>): string {
  return picked(run.bestTestAccuracy, runPickedOn(run))
}

type Text<R> = Readonly<Record<string, (row: R) => string>>

const ofRun: Text<RunRow> = {
  seed: (run) => String(run.seed),
  best: bestText,
  trainLoss: (run) => number(run.rowTrainLoss, 4),
  testLoss: (run) => number(run.rowTestLoss, 4),
  parameters: (run) => count(run.trainableParameters),
  filters: (run) => count(run.trainableFilters),
  stepMs: (run) => number(run.stepMs, 1),
  created: (run) => when(run.createdAt),
  dataset: (run) => datasetName(run.dataset),
  study: (run) => run.studyName,
  note: (run) => run.note,
}

const ofEndedRun: Text<RunRow> = {
  ...ofRun,
  speed: (run) => count(run.imagesPerSecond),
  time: (run) => duration(run.seconds),
}

const ofGroup: Text<RunGroup> = {
  seed: () => '',
  best: (group) => picked(group.best, pickedOn(group.training)),
  trainLoss: (group) => number(group.trainLoss, 4),
  testLoss: (group) => number(group.testLoss, 4),
  epochs: (group) => `n ${group.accuracy?.n ?? 0}`,
  parameters: (group) => count(group.trainableParameters),
  filters: (group) => count(group.trainableFilters),
  stepMs: (group) => number(group.stepMs, 1),
  speed: (group) => (group.stepMs === null ? number(null) : count((1000 * group.training.batchSize) / group.stepMs)),
  time: (group) => duration(group.seconds),
  created: (group) => when(group.createdAt),
  dataset: (group) => datasetName(group.dataset),
  study: () => '',
  note: () => '',
}

/** Returns null if the cell has a component or changes every second. */
export function textOf(column: string, row: RunRow | RunGroup): string | null {
  if (row.kind === 'group') return ofGroup[column]?.(row) ?? null
  const texts = row.state === 'running' || row.state === 'paused' ? ofRun : ofEndedRun
  return texts[column]?.(row) ?? null
}
