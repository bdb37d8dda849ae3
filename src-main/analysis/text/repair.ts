/** Describes the result of a repair. Pure. */
import type { Repair } from '../../contract/system/storage'
import { whole } from './numbers'
import type { Table } from './table'

/** Most runs that are named; the command line lists all. */
const mostNamed = 3

export function repairWords({ from, kept, backup, studies, runs, losses, problems }: Repair): string {
  if (from === 'whole') return 'The database is intact: nothing to repair.'
  const sources = {
    records: 'the records of studies and the journals of runs',
    backup: `the backup ${backup ?? ''} and the journals of runs`,
    nothing: '',
  }
  const counts = `${counted(studies, 'study', 'studies')} and ${counted(runs, 'run', 'runs')}`
  const named = losses.slice(0, mostNamed).map(({ id }) => id)
  return [
    from === 'nothing'
      ? 'The database was unreadable, and there are no records of studies and no backup: a new, empty one replaces it.'
      : `The database was rebuilt from ${sources[from]}: ${counts}.`,
    ...(from === 'nothing'
      ? []
      : losses.length === 0
        ? ['Nothing is missing.']
        : [
            `${losses.length === 1 ? 'One run' : `${whole(losses.length)} runs`} lost data, as recorded in ${losses.length === 1 ? 'its' : 'their'} events: ${named.join(', ')}${losses.length > mostNamed ? ' …' : '.'}`,
          ]),
    ...problems,
    ...(kept === null ? [] : [`The corrupt file is kept as ${kept}.`]),
  ].join(' ')
}

export function repairLosses({ losses }: Repair): Table {
  return {
    caption: 'Runs that lost data',
    columns: [
      { title: 'Run', align: 'left' },
      { title: 'Missing', align: 'left' },
    ],
    rows: losses.map(({ id, lost }) => [id, lost]),
    notes: [],
  }
}

const counted = (count: number, one: string, many: string): string => `${whole(count)} ${count === 1 ? one : many}`
