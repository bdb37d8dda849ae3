/** Lists of runs as files. Pure. */
import { runPickedOn } from '../../../../src-main/analysis/statistics/picked'
import type { RunRow } from '../../../../src-main/contract'

const fields: [head: string, value: (run: RunRow) => string | number | null][] = [
  ['run', (r) => r.id],
  ['study', (r) => r.studyName],
  ['dataset', (r) => r.dataset],
  ['network', (r) => r.arch],
  ['variant', (r) => r.variant],
  ['seed', (r) => r.seed],
  ['state', (r) => r.state],
  ['reason', (r) => r.reason],
  ['test_accuracy', (r) => r.testAccuracy],
  ['best_epoch_test_accuracy', (r) => r.bestTestAccuracy],
  ['best_epoch', (r) => r.bestEpoch],
  ['best_picked_on', (r) => runPickedOn(r)],
  ['best_validation_accuracy', (r) => r.bestValidationAccuracy ?? null],
  ['train_loss', (r) => r.trainLoss],
  ['epochs_done', (r) => r.epochsDone],
  ['epochs', (r) => r.epochs],
  ['trainable_parameters', (r) => r.trainableParameters],
  ['trainable_filters', (r) => r.trainableFilters],
  ['ms_per_step', (r) => r.stepMs],
  ['images_per_second', (r) => r.imagesPerSecond],
  ['seconds', (r) => r.seconds],
  ['created', (r) => r.createdAt],
  ['tags', (r) => r.tags.join(' ')],
  ['note', (r) => r.note],
  ['config', (r) => r.configId],
]

/** Returns RFC 4180 CSV; missing values are empty. */
export function runsCsv(runs: readonly RunRow[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value)
    // Spreadsheets read a leading = + - @ as a formula, and names and notes are typed by people.
    const safe = typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [fields.map(([head]) => head), ...runs.map((run) => fields.map(([, value]) => cell(value(run))))]
    .map((row) => `${row.join(',')}\r\n`)
    .join('')
}

export function runsJson(runs: readonly RunRow[]): string {
  return `${JSON.stringify(
    runs.map(({ kind: _kind, accuracy: _a, rowTrainLoss: _b, rowTestLoss: _c, ...run }) => ({
      ...run,
      bestPickedOn: runPickedOn(run),
    })),
    null,
    2,
  )}\n`
}
