/** The view of the runs page, as stored in its address. Pure. */
import {
  runColumns,
  sortColumns,
  statistics,
  type SortColumn,
  type Sorting,
  type Statistic,
} from '../../../src-main/contract'

export interface View {
  query: string
  sort: Sorting[]
  group: 'none' | 'config'
  statistic: Statistic
  /** Ids of the compared runs; empty: show the table. */
  compare: string[]
}

/** Parses an address; unknown values are ignored, so that old links still open. */
export function parseView(address: URLSearchParams): View {
  const sort = (address.get('sort') ?? '').split(',').flatMap((part): Sorting[] => {
    const descending = part.startsWith('-')
    const column = sortColumns.find((known) => known === (descending ? part.slice(1) : part))
    return column === undefined ? [] : [{ column, descending }]
  })
  return {
    query: address.get('q') ?? '',
    sort: sort.filter(({ column }, i) => sort.findIndex((other) => other.column === column) === i).slice(0, 5),
    group: address.get('group') === 'none' ? 'none' : 'config',
    statistic: statistics.find((known) => known === address.get('of')) ?? 'last',
    compare: (address.get('compare') ?? '')
      .split(',')
      .filter((id) => /^[a-z0-9][a-z0-9-]{0,79}$/.test(id))
      .slice(0, 500),
  }
}

/** Returns the query of the address, without default values. */
export function viewQuery({ query, sort, group, statistic, compare }: View): Record<string, string | null> {
  return {
    q: query.trim() || null,
    sort: sort.map(({ column, descending }) => `${descending ? '-' : ''}${column}`).join(',') || null,
    group: group === 'config' ? null : group,
    of: statistic === 'last' ? null : statistic,
    compare: compare.join(',') || null,
  }
}

/**
 * Returns the order after a click on a column's head: first one direction, then the other, then none.
 * @param more adds to the sort columns, as Shift does
 */
export function nextSort(sort: readonly Sorting[], column: SortColumn, more: boolean): Sorting[] {
  const first = runColumns[column].sort === 'descending'
  const now = sort.find((one) => one.column === column)
  const next: Sorting[] = !now
    ? [{ column, descending: first }]
    : now.descending === first
      ? [{ column, descending: !first }]
      : []
  if (!more) return next
  return now ? sort.flatMap((one) => (one.column === column ? next : [one])) : [...sort.slice(0, 4), ...next]
}

/** The kind of list, which decides the available actions. */
export type Place = 'list' | 'archive' | 'trash'

export function placeOf(query: string): Place {
  return /(^|\s)is:trashed\b/.test(query) ? 'trash' : /(^|\s)is:archived\b/.test(query) ? 'archive' : 'list'
}

export const emptyTitles: Record<Place, string> = {
  list: 'No matching runs',
  archive: 'The archive is empty',
  trash: 'The trash is empty',
}
