/** Runs that one would put a run beside. */
import type { RunSummary } from '../../../src-main/contract'
import { call } from '../../lib/data/client'
import { closest, queriesFor } from './closeness'

/** More in one list help nobody; any other run can be compared with it from the runs page. */
const most = 60

/**
 * Started runs of the same study, the closest first: the baseline of its seed, then others of its network, then others
 * of its seed.
 */
export async function partnersOf(run: RunSummary): Promise<RunSummary[]> {
  const lists = await Promise.all(
    queriesFor(run).map((query) =>
      call('runs.query', { query, sort: [{ column: 'config', descending: false }], limit: 200 }),
    ),
  )
  const found = new Map(
    lists.flatMap(({ part }) => part.flatMap((row) => (row.kind === 'run' ? [[row.id, row] as const] : []))),
  )
  return closest(run, [...found.values()]).slice(0, most)
}
