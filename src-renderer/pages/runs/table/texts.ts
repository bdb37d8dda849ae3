/** Cells of the runs table that are plain text; the others have a component. Pure. */
import { pickedOn, pickedWords, runPickedOn, type PickedOn } from '../../../../src-main/analysis/statistics/picked'
import { sharedNote, timed } from '../../../../src-main/analysis/text/timing'
import {
  activeStates,
  runColumns,
  type CellFormat,
  type CellValue,
  type DatasetId,
  type RunGroup,
  type RunRow,
  type RunState,
  type TableColumnId,
} from '../../../../src-main/contract'
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

/** Returns the best epoch's accuracy and, in a word, the set that it was chosen on. */
function picked(accuracy: number | null, on: PickedOn | null): string {
  return accuracy === null || on === null ? percentValue(null) : `${percentValue(accuracy)} ${pickedWords[on].short}`
}

export function bestText(run: Pick<RunRow, 'bestTestAccuracy' | 'bestEpoch' | 'bestValidationAccuracy'>): string {
  return picked(run.bestTestAccuracy, runPickedOn(run))
}

const formats: Record<CellFormat, (value: CellValue, row: RunRow | RunGroup) => string> = {
  text: (value) => String(value ?? ''),
  count: (value) => count(numeric(value)),
  fixed1: (value) => number(numeric(value), 1),
  fixed4: (value) => number(numeric(value), 4),
  duration: (value) => duration(numeric(value)),
  date: (value) => when(String(value)),
  dataset: (value) => datasetName(value as DatasetId),
  best: (value, row) => picked(numeric(value), row.kind === 'run' ? runPickedOn(row) : pickedOn(row.training)),
}

const numeric = (value: CellValue): number | null => (typeof value === 'number' ? value : null)

const valueOf = <R>(cell: ((row: R) => CellValue) | 'drawn', row: R): CellValue => (cell === 'drawn' ? cell : cell(row))

/** Returns why the value of a cell has a mark. */
export function noteOf(column: TableColumnId, row: RunRow | RunGroup): string | undefined {
  return runColumns[column].table?.isTime === true && row.timing === 'shared' ? sharedNote : undefined
}

/** Returns the text of a cell; null if a component draws it. */
export function textOf(column: TableColumnId, row: RunRow | RunGroup): string | null {
  const { table } = runColumns[column]
  if (!table) return null
  const isLive = table.isLive === true && row.kind === 'run' && activeStates.includes(row.state)
  const value = isLive ? 'drawn' : row.kind === 'group' ? valueOf(table.group, row) : valueOf(table.run, row)
  if (value === 'drawn') return null
  const text = formats[table.format](value, row)
  return table.isTime ? timed(text, row.timing) : text
}
