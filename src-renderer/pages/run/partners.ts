/** Runs offered for comparison with a run. */
import type { RunSummary } from '../../../src-main/contract'
import { call } from '../../lib/data/client'
import { closest, queriesFor } from './closeness'

/** Longest list; any other run can be compared from the Runs page. */
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
