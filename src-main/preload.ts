/**
 * The one bridge: `window.workbench`. Runs in the sandbox, so everything in it is bundled into one file; of the
 * contract only types are imported, or the schema library would come along.
 */
import { contextBridge, ipcRenderer } from 'electron'
import type { EventName } from './contract/events'
import type * as wire from './contract/wire'

const callChannel: typeof wire.callChannel = 'workbench:call'
const eventChannel: typeof wire.eventChannel = 'workbench:event'

// An object, for the compiler to see that no event is missing.
const eventNames: Record<EventName, true> = {
  'run.progress': true,
  'run.changed': true,
  'run.epoch': true,
  'run.deleted': true,
  'study.changed': true,
  'queue.changed': true,
  'system.condition': true,
  'system.closing': true,
  'history.changed': true,
  'dataset.progress': true,
  'dataset.changed': true,
  'work.progress': true,
  'work.ended': true,
  'service.state': true,
  'shell.command': true,
  'shell.preferences': true,
}

type Listener = (payload: never) => void
const listeners = new Map<string, Set<Listener>>(Object.keys(eventNames).map((name) => [name, new Set()]))

ipcRenderer.on(eventChannel, (_, events: wire.SentEvent[]) => {
  for (const [name, payload] of events)
    for (const listener of [...(listeners.get(name) ?? [])]) listener(payload as never)
})

const bridge: wire.WorkbenchBridge = {
  async call(call, params) {
    if (typeof call !== 'string')
      return { ok: false, error: { code: 'bad-input', message: 'A call is named by a string.' } }
    try {
      // The shell answers every call with an outcome, and only the shell can.
      return (await ipcRenderer.invoke(callChannel, call, params)) as never
    } catch (thrown) {
      // What can't be cloned never left the window.
      return {
        ok: false,
        error: { code: 'bad-input', message: thrown instanceof Error ? thrown.message : String(thrown) },
      }
    }
  },
  on(event, listener) {
    const set = listeners.get(event)
    if (!set || typeof listener !== 'function') throw new TypeError(`There is no event “${event}”.`)
    set.add(listener)
    return () => {
      set.delete(listener)
    }
  },
}

contextBridge.exposeInMainWorld('workbench', bridge)
