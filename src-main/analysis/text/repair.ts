/** Describes the result of a repair. Pure. */
import type { Repair } from '../../contract/system/storage'
import { whole } from './numbers'
import type { Table } from './table'

/** Most runs that are named; the command line lists all. */
const mostNamed = 3

export function repairWords({ from, kept, backup, tables, runs, unsure }: Repair): string {
  const where = kept === null ? '' : ` The corrupt file is kept as ${kept}.`
  switch (from) {
    case 'whole':
      return 'The database is intact: nothing to repair.'
    case 'history': {
      const lost = tables.reduce((sum, table) => sum + (table.lost ?? 0), 0)
      const unknown = tables.filter((table) => table.lost === null).map((table) => table.table)
      const more = unknown.length === 0 ? '' : ` The losses in ${unknown.join(', ')} are unknown.`
      const whose =
        runs.length === 0
          ? ''
          : ` ${runs.length === 1 ? 'One run' : `${whole(runs.length)} runs`} lost data, as recorded in ${runs.length === 1 ? 'its' : 'their'} events: ${runs
              .slice(0, mostNamed)
              .map(({ id }) => id)
              .join(', ')}${runs.length > mostNamed ? ' …' : '.'}`
      const perhaps = unsure
        ? ' A part of the write-ahead log is unreadable: more data may be missing than counted.'
        : ''
      return `The database was repaired: ${whole(tables.reduce((sum, table) => sum + table.saved, 0))} rows recovered, ${lost === 0 ? (unknown.length === 0 ? 'none lost' : 'no known losses') : `${whole(lost)} lost`}.${more}${whose}${perhaps}${where}`
    }
    case 'backup':
      return `The database was unreadable and was replaced with the newest backup, ${backup ?? ''}. Later data is lost.${where}`
    case 'nothing':
      return `The database was unreadable and there is no backup: a new, empty one replaces it.${where}`
  }
}

export function repairTable({ tables }: Repair): Table {
  return {
    caption: 'Rows of the database',
    columns: [
      { title: 'Table', align: 'left' },
      { title: 'Recovered', align: 'right' },
      { title: 'Lost', align: 'right' },
    ],
    rows: tables.map(({ table, saved, lost }) => [table, whole(saved), lost === null ? 'unknown' : whole(lost)]),
    notes: [],
  }
}

export function repairedRuns({ runs }: Repair): Table {
  return {
    caption: 'Runs that lost data',
    columns: [
      { title: 'Run', align: 'left' },
      { title: 'Lost', align: 'left' },
    ],
    rows: runs.map(({ id, lost }) => [id, lost]),
    notes: [],
  }
}
