/** Exports lists of runs. Pure. */
import { runPickedOn } from '../../../../src-main/analysis/statistics/picked'
import { csvColumns, type CellValue, type RunRow } from '../../../../src-main/contract'

/** Returns RFC 4180 CSV; missing values are empty. */
export function runsCsv(runs: readonly RunRow[]): string {
  const cell = (value: CellValue): string => {
    const text = value === null ? '' : String(value)
    // Spreadsheets interpret a leading = + - @ as a formula, and users type names and notes.
    const safe = typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [csvColumns.map(({ name }) => name), ...runs.map((run) => csvColumns.map(({ value }) => cell(value(run))))]
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
