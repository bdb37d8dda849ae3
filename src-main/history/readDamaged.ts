/** Reads what can be read of a table in a damaged database: around the pages that can't. */
import type { Database } from './database'

export type Row = readonly (string | number | null | Buffer)[]

export interface Table {
  name: string
  columns: readonly string[]
  /** The columns that order its rows: its primary key, or the row id. */
  key: readonly string[]
}

/** Places that are tried in a stretch that neither end leads into. */
const mostTries = 400

/**
 * Hands on every row that can be reached, some of them perhaps twice.
 * @param known values of the key's first column, for tables whose rows belong to something: each is looked for by itself
 * @returns whether all was whole
 */
export function readDamaged(db: Database, table: Table, known: readonly number[], take: (row: Row) => void): boolean {
  if (scan(db, table, null, take).whole) return true
  const [first = 'rowid', second] = table.key
  if (second === undefined) aroundHoles(db, table, first, null, take)
  else for (const value of known) aroundHoles(db, table, second, { column: first, value }, take)
  return false
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

/** From both ends towards the hole, and where keys are numbers from places within it. */
function aroundHoles(db: Database, table: Table, column: string, within: Within | null, take: (row: Row) => void): void {
  const up = scan(db, table, { within, column, above: null, below: null, descending: false }, take)
  if (up.whole) return
  const down = scan(db, table, { within, column, above: up.last, below: null, descending: true }, take)
  if (down.whole) return
  let holes: [number, number][] = [[numberOr(up.last, 0), numberOr(down.last, largest(up.last))]]
  for (let tries = 0; tries < mostTries && holes.length > 0; ) {
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
}

/** A row's key when nothing could be read from above it: runs, epochs and steps are counted from 1. */
function largest(last: number | string | null): number {
  return typeof last === 'string' ? 0 : Math.max(1 << 20, 2 * numberOr(last, 0))
}

function numberOr(value: number | string | null, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/** Reads until the end or the first page that can't be read. */
function scan(db: Database, table: Table, range: Range | null, take: (row: Row) => void): { whole: boolean; last: number | string | null } {
  const columns = table.columns.map(quoted).join(', ')
  const terms: string[] = []
  const values: (number | string)[] = []
  const add = (term: string, value: number | string | null): void => {
    if (value === null) return
    terms.push(term)
    values.push(value)
  }
  let order = ''
  if (range) {
    const column = quoted(range.column)
    if (range.within) add(`${quoted(range.within.column)} = ?`, range.within.value)
    add(`${column} > ?`, range.above)
    add(`${column} < ?`, range.below)
    order = `ORDER BY ${column} ${range.descending ? 'DESC' : 'ASC'}`
  }
  let last: number | string | null = null
  try {
    const key = range ? quoted(range.column) : 'NULL'
    const rows = db
      .prepare<(number | string)[], [string | number | null, ...Row]>(`SELECT ${key}, ${columns} FROM ${quoted(table.name)} ${terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : ''} ${order}`)
      .raw()
      .iterate(...values)
    for (const [at, ...row] of rows) {
      take(row)
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
