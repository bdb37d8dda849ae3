/** What a repair did, in words. Pure. */
import type { Repair } from '../contract/records'
import { whole } from './numbers'
import type { Table } from './table'

export function repairWords({ from, kept, backup, tables }: Repair): string {
  const where = kept === null ? '' : ` The damaged file is kept as ${kept}.`
  switch (from) {
    case 'whole':
      return 'The history is whole: there is nothing to mend.'
    case 'history': {
      const lost = tables.reduce((sum, table) => sum + (table.lost ?? 0), 0)
      const unknown = tables.filter((table) => table.lost === null).map((table) => table.table)
      const more = unknown.length === 0 ? '' : ` How many are lost of ${unknown.join(', ')} can’t be told.`
      return `The history is mended: ${whole(tables.reduce((sum, table) => sum + table.saved, 0))} rows are saved, ${lost === 0 ? (unknown.length === 0 ? 'none is lost' : 'none that is known of is lost') : `${whole(lost)} ${lost === 1 ? 'is' : 'are'} lost`}.${more}${where}`
    }
    case 'backup':
      return `Nothing could be read of the history; the newest copy, ${backup ?? ''}, took its place. What came after it is lost.${where}`
    case 'nothing':
      return `Nothing could be read of the history, and there is no copy of it: the next start begins a new one.${where}`
  }
}

export function repairTable({ tables }: Repair): Table {
  return {
    caption: 'Rows of the history',
    columns: [{ title: 'Table', align: 'left' }, { title: 'Saved', align: 'right' }, { title: 'Lost', align: 'right' }],
    rows: tables.map(({ table, saved, lost }) => [table, whole(saved), lost === null ? 'not known' : whole(lost)]),
    notes: [],
  }
}
