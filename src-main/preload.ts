/**
 * The only bridge: `window.workbench`. It runs in the sandbox, so everything is bundled into one file. The schema
 * library is left out: only types and `channels.ts` of the contract are imported, and the build inserts the event
 * names.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { callChannel, eventChannel } from './contract/window/channels'
import type { EventName } from './contract/events'
import type { SentEvent, WorkbenchBridge } from './contract/wire'

/** Inserted by electron.vite.config.ts from the contract's declarations. */
declare const __EVENT_NAMES__: readonly EventName[]

type Listener = (payload: never) => void
const listeners = new Map<string, Set<Listener>>(__EVENT_NAMES__.map((name) => [name, new Set()]))

ipcRenderer.on(eventChannel, (_, events: SentEvent[]) => {
  for (const [name, payload] of events)
    for (const listener of [...(listeners.get(name) ?? [])]) listener(payload as never)
})

const bridge: WorkbenchBridge = {
  async call(call, params) {
    if (typeof call !== 'string')
      return { ok: false, error: { code: 'bad-input', message: 'The name of a call must be a string.' } }
    try {
      // The shell answers every call with an outcome, and only the shell can.
      return (await ipcRenderer.invoke(callChannel, call, params)) as never
    } catch (thrown) {
      // Values that cannot be cloned never leave the window.
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
