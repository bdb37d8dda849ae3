/** What programs that are gone left: no run of theirs stays "running", no half import and no folder of work stays at all. */
import { activeStates } from '../contract/records'
import { announce, type Context } from './context'
import { isAlive } from './owner'
import { clearScratch } from './scratch'
import { clearImports } from './transfer/take'

/** Once, when this program has come to write the history and before it begins anything. */
export function clearUp(context: Pick<Context, 'history' | 'paths'>): void {
  clearScratch(context.paths)
  clearImports(context)
}

/**
 * Ends as interrupted what a program that is gone was training, and holds what it had queued: nothing starts
 * uninvited. Runs of living programs are left alone.
 */
export function recover(context: Pick<Context, 'history' | 'emit'>): void {
  const { history } = context
  const isOrphan = ({ owner, state }: { owner: { pid: number; start: string } | null; state: string }): boolean =>
    owner === null ? state !== 'queued' : !isAlive(owner)
  // Looked at without a lock first: nearly always there is nothing to do.
  const find = (): ReturnType<typeof history.runs.unfinished> =>
    history.runs.unfinished().filter((run) => isOrphan({ owner: run.owner, state: run.summary.state }))
  if (find().length === 0) return
  const changed = history.transaction(() =>
    find().map((run) => {
      if (activeStates.includes(run.summary.state)) {
        const reason = 'The program that trained it ended unexpectedly.'
        history.runs.end(run.key, 'interrupted', reason)
        history.events.add(run.key, 'error', 'interrupted', reason)
      } else {
        history.runs.setOwner(run.key, null, 'Held: the program ended before this run began. Resume it, or its study.')
      }
      return run.summary.id
    }),
  )
  for (const id of changed) announce(context, id)
}
