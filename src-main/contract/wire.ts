/**
 * The envelopes that travel between shell and service (Node IPC, JSON) and between renderer and shell (Electron IPC).
 */
import { z } from 'zod'
import { closeCause } from './runs/endReasons'
import { errorValue, type ErrorValue } from './errors'
import { repair } from './system/storage'
import type { EventName, EventPayload } from './events'
import type { RendererCall, RendererParams, RendererResult } from './calls'

export const request = z.strictObject({ id: z.int(), call: z.string().max(100), params: z.unknown() })

/** The shell's last message: the service stops training and exits. */
export const closeRequest = z.strictObject({ close: closeCause })
export type CloseRequest = z.infer<typeof closeRequest>

export const reply = z.union([
  z.object({ id: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), error: errorValue }),
])
export type Reply = z.infer<typeof reply>

export const eventMessage = z.object({ event: z.string(), payload: z.unknown() })
export const readyMessage = z.object({ ready: z.literal(true) })
/** A service that cannot start (newer database, unwritable folder) reports the reason and exits. */
export const startFailed = z.object({ startFailed: errorValue })

/** The result of a service that was started to repair the history. */
export const repaired = z.object({ repaired: repair })

/** What a message on `eventChannel` lists, in order. */
export type SentEvent = [event: EventName, payload: unknown]

/** The reply to a call of the renderer: errors are values, because a rejection would lose their fields. */
export type CallOutcome<T> = { ok: true; value: T } | { ok: false; error: ErrorValue }

/** The only bridge between renderer and shell: `window.workbench`. */
export interface WorkbenchBridge {
  call<C extends RendererCall>(call: C, params: RendererParams<C>): Promise<CallOutcome<RendererResult<C>>>
  /** Returns a function that unsubscribes. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void
}
