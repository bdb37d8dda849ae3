/** The runs of one study, read once and kept up with by what the service tells. */
import { untrack } from 'svelte'
import type { RunSummary } from '../../../src-main/contract'
import { call, on } from '../../lib/client'
import { live } from '../../lib/live.svelte'
import { resource, type Resource } from '../../lib/resource.svelte'
import { nextTask } from '../../lib/turns'
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
export function studyRuns(id: () => string): Resource<readonly RunSummary[]> {
  /** What changed or went (null) while the list was on its way: newer than what it will say. */
  let meanwhile: Change[] = []
  const runs = resource<readonly RunSummary[]>(async () => {
    for (;;) {
      const told: Change[] = []
      meanwhile = told
      const read = await readAll(id())
      // Without a run that went meanwhile the parts don't meet.
      if (!told.some(([, run]) => run === null)) return withChanges(read, told)
    }
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
