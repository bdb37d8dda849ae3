/** What the runs page shows, as it stands in its address. Pure. */
import { sortColumns, statistics, type SortColumn, type Sorting, type Statistic } from '../../../src-main/contract'

export interface View {
  query: string
  sort: Sorting[]
  group: 'none' | 'config'
  statistic: Statistic
  /** Ids of the runs that are looked at side by side; empty is the table. */
  compare: string[]
}

/** Columns whose first click puts the highest first: numbers one looks for the top of. */
const descendingFirst: readonly SortColumn[] = ['accuracy', 'best', 'epochs', 'speed', 'time', 'created']

/** Unknown words in an address are left out rather than refused: an old link still opens. */
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

/** For the address; what is as it is anyway is left out. */
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
 * The order after a click on a column's head: one direction, the other, none.
 * @param more adds to what it is sorted by, as Shift does
 */
export function nextSort(sort: readonly Sorting[], column: SortColumn, more: boolean): Sorting[] {
  const first = descendingFirst.includes(column)
  const now = sort.find((one) => one.column === column)
  const next: Sorting[] = !now
    ? [{ column, descending: first }]
    : now.descending === first
      ? [{ column, descending: !first }]
      : []
  if (!more) return next
  return now ? sort.flatMap((one) => (one.column === column ? next : [one])) : [...sort.slice(0, 4), ...next]
}
