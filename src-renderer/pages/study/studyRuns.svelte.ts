/** The runs of one study, read once and kept up with by what the service tells. */
import type { RunSummary } from '../../../src-main/contract'
import { call, on } from '../../lib/data/client'
import { query, type Query } from '../../lib/data/query.svelte'
import { nextTask } from '../../lib/display/frameTasks'
import { withChanges, type Change } from './changes'

const settleMs = 40
/** To take in a thousand runs is a long task. */
const partSize = 400

async function readAll(id: string): Promise<readonly RunSummary[]> {
  const read: RunSummary[] = []
  for (;;) {
    const { runs } = await call('studies.get', { id, offset: read.length, limit: partSize })
    read.push(...runs)
    // What is made of them is a task of its own.
    await nextTask()
    if (runs.length < partSize) return read
  }
}

/** Call while a component is set up. In the order they were made; null until they are there. */
export function studyRuns(id: () => string): Query<readonly RunSummary[]> {
  /** What changed or went (null) while the list was on its way: newer than what it will say. */
  let meanwhile: Change[] = []
  const runs = query<readonly RunSummary[]>(() => {
    const of = id()
    return {
      key: ['studies.runs', { id: of }],
      load: async () => {
        for (;;) {
          const told: Change[] = []
          meanwhile = told
          const read = await readAll(of)
          // Without a run that went meanwhile the parts don't meet.
          if (!told.some(([, run]) => run === null)) return withChanges(read, told)
        }
      },
    }
  })

  /** A study that is stopped tells of a thousand runs one by one. */
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
