/** Moves queued runs, with a notice that offers Undo. */
import { attempt } from '../actions/action'
import { call } from './client'
import { plural } from '../format'
import { toasts } from '../actions/toasts.svelte'

export type Place = 'first' | 'last' | 'up' | 'down'

const words: Readonly<Record<Place, string>> = {
  first: 'to the front of the queue',
  last: 'to the end of the queue',
  up: 'up in the queue',
  down: 'down in the queue',
}

/**
 * @param name of the run, if only one is moved
 * @returns whether it was done; otherwise a notice was shown
 */
export async function moveInQueue(ids: readonly string[], place: Place, name?: string): Promise<boolean> {
  const moved = await attempt(() => call('queue.move', { ids: [...ids], place }))
  if (!moved) return false
  const undo = async (): Promise<void> => {
    // In reverse order: each run goes back before the one that was right behind it.
    for (const { id, before } of moved.was.reverse())
      await call('queue.move', { ids: [id], place: before === null ? 'last' : { before } })
  }
  toasts.undoable({ message: `${name ?? plural(ids.length, 'run')} moved ${words[place]}`, undo })
  return true
}
