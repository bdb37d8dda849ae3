/** Reads what can be read of a table in a damaged database: around the pages that can't. */
import type { Database } from '../files/database'

export type Row = readonly (string | number | null | Buffer)[]

export interface Table {
  name: string
  columns: readonly string[]
  /** The columns that order its rows: its primary key, or the row id. */
  key: readonly string[]
}

/** Places that are tried in a stretch that neither end leads into. */
const mostTries = 400

/** @param key the row's, of the column that orders the table, or of its second where rows belong to something */
type Take = (row: Row, key: string | number | null) => void

/**
 * Hands on every row that can be reached, some of them perhaps twice.
 * @param known values of the key's first column, for tables whose rows belong to something: each is looked for by
 *   itself
 * @returns whether all was whole, and of which of the known values not
 */
export function readDamaged(
  db: Database,
  table: Table,
  known: readonly number[],
  take: Take,
): { whole: boolean; holes: number[] } {
  const [first = 'rowid', second] = table.key
  if (scan(db, table, { within: null, column: first, above: null, below: null, descending: false }, take).whole)
    return { whole: true, holes: [] }
  if (second === undefined) {
    aroundHoles(db, table, first, null, take)
    return { whole: false, holes: [] }
  }
  return {
    whole: false,
    holes: known.filter((value) => !aroundHoles(db, table, second, { column: first, value }, take)),
  }
}

interface Within {
  column: string
  value: number
}

interface Range {
  within: Within | null
  column: string
  /** Exclusive. */
  above: number | string | null
  below: number | string | null
  descending: boolean
}

/**
 * From both ends towards the hole, and where keys are numbers from places within it; returns whether there was none.
 */
function aroundHoles(db: Database, table: Table, column: string, within: Within | null, take: Take): boolean {
  const up = scan(db, table, { within, column, above: null, below: null, descending: false }, take)
  if (up.whole) return true
  const down = scan(db, table, { within, column, above: up.last, below: null, descending: true }, take)
  if (down.whole) return false
  let holes: [number, number][] = [[numberOr(up.last, 0), numberOr(down.last, largest(up.last))]]
  for (let tries = 0; tries < mostTries && holes.length > 0;) {
    const next: [number, number][] = []
    for (const [low, high] of holes) {
      if (high - low < 2) continue
      tries++
      const middle = Math.floor((low + high) / 2)
      const from = scan(db, table, { within, column, above: middle - 1, below: high, descending: false }, take)
      const to = scan(db, table, { within, column, above: low, below: middle, descending: true }, take)
      if (!to.whole) next.push([low, numberOr(to.last, middle)])
      if (!from.whole) next.push([numberOr(from.last, middle), high])
    }
    holes = next
  }
  return false
}

/** A row's key when nothing could be read from above it: runs, epochs and steps are counted from 1. */
function largest(last: number | string | null): number {
  return typeof last === 'string' ? 0 : Math.max(1 << 20, 2 * numberOr(last, 0))
}

function numberOr(value: number | string | null, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/** Reads until the end or the first page that can't be read. */
function scan(db: Database, table: Table, range: Range, take: Take): { whole: boolean; last: number | string | null } {
  const columns = table.columns.map(quoted).join(', ')
  const terms: string[] = []
  const values: (number | string)[] = []
  const add = (term: string, value: number | string | null): void => {
    if (value === null) return
    terms.push(term)
    values.push(value)
  }
  const key = quoted(range.column)
  if (range.within) add(`${quoted(range.within.column)} = ?`, range.within.value)
  add(`${key} > ?`, range.above)
  add(`${key} < ?`, range.below)
  let last: number | string | null = null
  try {
    const rows = db
      .prepare<(number | string)[], [string | number | null, ...Row]>(
        `SELECT ${key}, ${columns} FROM ${quoted(table.name)} ${terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : ''} ORDER BY ${key} ${range.descending ? 'DESC' : 'ASC'}`,
      )
      .raw()
      .iterate(...values)
    for (const [at, ...row] of rows) {
      take(row, at)
      last = at
    }
    return { whole: true, last }
  } catch {
    return { whole: false, last }
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
