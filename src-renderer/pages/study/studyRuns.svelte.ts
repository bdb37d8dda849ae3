/** The runs of one study, loaded once and then updated by events. */
import type { RunSummary } from '../../../src-main/contract'
import { call, on } from '../../lib/data/client'
import { query, type Query } from '../../lib/data/query.svelte'
import { nextTask } from '../../lib/display/frameTasks'
import { withChanges, type Change } from './changes'

const settleMs = 40
/** Runs per page: parsing a thousand runs is a long task. */
const partSize = 400

async function readAll(id: string): Promise<readonly RunSummary[]> {
  const read: RunSummary[] = []
  for (;;) {
    const { runs } = await call('studies.get', { id, offset: read.length, limit: partSize })
    read.push(...runs)
    // Derived values are computed in a task of their own.
    await nextTask()
    if (runs.length < partSize) return read
  }
}

/** Call during component initialisation. Runs are in the order of creation; null until they are loaded. */
export function studyRuns(id: () => string): Query<readonly RunSummary[]> {
  /** Runs that changed or were deleted (null) while the list was loading: newer than the list. */
  let meanwhile: Change[] = []
  const runs = query<readonly RunSummary[]>(() => {
    const of = id()
    return {
      key: ['studies.runs', { id: of }],
      load: async () => {
        for (;;) {
          const changes: Change[] = []
          meanwhile = changes
          const read = await readAll(of)
          // If a run was deleted meanwhile, the pages do not join.
          if (!changes.some(([, run]) => run === null)) return withChanges(read, changes)
        }
      },
    }
  })

  /** Stopping a study emits an event for each of up to a thousand runs. */
  let settled: Change[] = []
  let settling: ReturnType<typeof setTimeout> | undefined
  const settle = (): void => {
    settling = undefined
    const changes = settled
    runs.patch((value) => withChanges(value, changes))
    settled = []
  }
  const changed = (runId: string, run: RunSummary | null): void => {
    if (runs.loading) meanwhile.push([runId, run])
    settled.push([runId, run])
    settling ??= setTimeout(settle, settleMs)
  }
  $effect(() => () => clearTimeout(settling))
  $effect(() =>
    on('run.changed', (run) => {
      if (run.studyId === id()) changed(run.id, run)
    }),
  )
  $effect(() =>
    on('run.deleted', ({ runId, studyId }) => {
      if (studyId === id()) changed(runId, null)
    }),
  )
  return runs
}
