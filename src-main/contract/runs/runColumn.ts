/** The parts of a column of a list of runs (`columns.ts`). */
import type { RunGroup, RunRow } from './rows'

export type CellValue = string | number | null

/** How the table writes a value; `best` adds what picked the epoch. */
export type CellFormat = 'text' | 'count' | 'fixed1' | 'fixed4' | 'duration' | 'date' | 'dataset' | 'best'

/** `drawn`: a component draws the cell (RunCell, GroupCell). */
type Cell<R> = ((row: R) => CellValue) | 'drawn'

export interface TableColumn {
  label: string
  /** In pixels. */
  width: number
  isNumeric?: true
  /** Shown until a person chooses columns. */
  isUsual?: true
  format: CellFormat
  run: Cell<RunRow>
  /** The cell changes by the second while the run trains, so a component draws it then. */
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
  /** What a person can write, for completion. */
  example?: string
  /** All choices, or usual numbers. */
  values?: readonly string[]
  /** Completion offers `>` instead of `:`. */
  isCompared?: true
}

export interface RunColumn {
  /** What the value is: shown by completion and in the Columns menu. */
  doc: string
  table?: TableColumn
  /** Can be sorted by; the direction of the first click. */
  sort?: 'ascending' | 'descending'
  csv?: { name: string; value: (run: RunRow) => CellValue }
  query?: QueryField
}
