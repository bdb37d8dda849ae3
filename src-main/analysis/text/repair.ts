/** What a repair did, in words. Pure. */
import type { Repair } from '../../contract/system/storage'
import { whole } from './numbers'
import type { Table } from './table'

/** Of the runs that lost something; a command line lists them all. */
const mostNamed = 3

export function repairWords({ from, kept, backup, tables, runs, unsure }: Repair): string {
  const where = kept === null ? '' : ` The damaged file is kept as ${kept}.`
  switch (from) {
    case 'whole':
      return 'The history is whole: there is nothing to mend.'
    case 'history': {
      const lost = tables.reduce((sum, table) => sum + (table.lost ?? 0), 0)
      const unknown = tables.filter((table) => table.lost === null).map((table) => table.table)
      const more = unknown.length === 0 ? '' : ` How many are lost of ${unknown.join(', ')} can’t be told.`
      const whose =
        runs.length === 0
          ? ''
          : ` ${runs.length === 1 ? 'One run' : `${whole(runs.length)} runs`} lost something, as ${runs.length === 1 ? 'its' : 'their'} events say: ${runs
              .slice(0, mostNamed)
              .map(({ id }) => id)
              .join(', ')}${runs.length > mostNamed ? ' …' : '.'}`
      const perhaps = unsure
        ? ' A part of the write-ahead log can’t be read that does not say what it held: more may be missing than is counted.'
        : ''
      return `The history is mended: ${whole(tables.reduce((sum, table) => sum + table.saved, 0))} rows are saved, ${lost === 0 ? (unknown.length === 0 ? 'none is lost' : 'none that is known of is lost') : `${whole(lost)} ${lost === 1 ? 'is' : 'are'} lost`}.${more}${whose}${perhaps}${where}`
    }
    case 'backup':
      return `Nothing could be read of the history; the newest copy, ${backup ?? ''}, took its place. What came after it is lost.${where}`
    case 'nothing':
      return `Nothing could be read of the history, and there is no copy of it: a new, empty one took its place.${where}`
  }
}

export function repairTable({ tables }: Repair): Table {
  return {
    caption: 'Rows of the history',
    columns: [
      { title: 'Table', align: 'left' },
      { title: 'Saved', align: 'right' },
      { title: 'Lost', align: 'right' },
    ],
    rows: tables.map(({ table, saved, lost }) => [table, whole(saved), lost === null ? 'not known' : whole(lost)]),
    notes: [],
  }
}

export function repairedRuns({ runs }: Repair): Table {
  return {
    caption: 'Runs that lost something',
    columns: [
      { title: 'Run', align: 'left' },
      { title: 'Lost', align: 'left' },
    ],
    rows: runs.map(({ id, lost }) => [id, lost]),
    notes: [],
  }
}
