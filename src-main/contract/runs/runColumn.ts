/** The parts of a column of run lists (`columns.ts`). */
import type { RunGroup, RunRow } from './rows'

export type CellValue = string | number | null

/** How the table formats a value; `best` adds the set that the epoch was chosen on. */
export type CellFormat = 'text' | 'count' | 'fixed1' | 'fixed4' | 'duration' | 'date' | 'dataset' | 'best'

/** `drawn`: a component renders the cell (RunCell, GroupCell). */
type Cell<R> = ((row: R) => CellValue) | 'drawn'

export interface TableColumn {
  label: string
  /** Width in pixels. */
  width: number
  isNumeric?: true
  /** Whether it is shown by default. */
  isUsual?: true
  format: CellFormat
  run: Cell<RunRow>
  /** The value is longer, or the speed lower, if another training used the machine: such cells have a mark. */
  isTime?: true
  /** The cell changes by the second while the run trains, so that a component renders it then. */
  isLive?: true
  group: Cell<RunGroup>
}

/**
 * fraction: an accuracy, above 1 in percent. duration: seconds, or 90s, 20min, 2h. date: 2026, 2026-05, 2026-05-09.
 */
export type QueryKind = 'choice' | 'text' | 'number' | 'fraction' | 'duration' | 'date'

interface QueryField {
  name: string
  kind: QueryKind
  /** What can be typed, for completion. */
  example?: string
  /** All choices, or typical numbers. */
  values?: readonly string[]
  /** Whether completion offers `>` instead of `:`. */
  isCompared?: true
}

export interface RunColumn {
  /** Description, shown by completion and in the Columns menu. */
  doc: string
  table?: TableColumn
  /** Direction of the first click; missing if it cannot be sorted by. */
  sort?: 'ascending' | 'descending'
  csv?: { name: string; value: (run: RunRow) => CellValue }
  query?: QueryField
}
