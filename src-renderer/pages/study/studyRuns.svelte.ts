/** The runs of one study, read once and kept up with by what the service tells. */
import { untrack } from 'svelte'
import type { RunSummary } from '../../../src-main/contract'
import { call, on } from '../../lib/client'
import { live } from '../../lib/live.svelte'
import { resource, type Resource } from '../../lib/resource.svelte'
import { withChanges, type Change } from './changes'

const settleMs = 40

/** Call while a component is set up. In the order they were made; null until they are there. */
export function studyRuns(id: () => string): Resource<readonly RunSummary[]> {
  /** What changed or went (null) while the list was on its way: newer than what it will say. */
  let meanwhile: Change[] = []
  const runs = resource<readonly RunSummary[]>(async () => {
    const told: Change[] = []
    meanwhile = told
    const answer = await call('studies.get', { id: id() })
    return withChanges(answer.runs, told)
  }, id)

  /** A study that is stopped tells of a thousand runs one by one. */
  let settled: Change[] = []
  let settling: ReturnType<typeof setTimeout> | undefined
  const settle = (): void => {
    settling = undefined
    if (runs.value) runs.value = withChanges(runs.value, settled)
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
  // A service that came back knows what nobody told.
  let read = untrack(() => live.loads)
  $effect(() => {
    if (live.loads === read) return
    read = live.loads
    untrack(() => void runs.reload())
  })
  return runs
}
