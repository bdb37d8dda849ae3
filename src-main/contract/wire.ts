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

/** The shell's last message: the service stops what trains and ends. */
export const closeRequest = z.strictObject({ close: closeCause })
export type CloseRequest = z.infer<typeof closeRequest>

export const reply = z.union([
  z.object({ id: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), error: errorValue }),
])
export type Reply = z.infer<typeof reply>

export const eventMessage = z.object({ event: z.string(), payload: z.unknown() })
export const readyMessage = z.object({ ready: z.literal(true) })
/** A service that cannot start (a newer database, an unwritable folder) says why and ends. */
export const startFailed = z.object({ startFailed: errorValue })

/** What a service that was started to mend the history says, and ends. */
export const repaired = z.object({ repaired: repair })

/** What a message on `eventChannel` lists, in order. */
export type SentEvent = [event: EventName, payload: unknown]

/** What a call of the renderer comes back as: errors are values, never rejections that lose their fields. */
export type CallOutcome<T> = { ok: true; value: T } | { ok: false; error: ErrorValue }

/** The one bridge: `window.workbench`. */
export interface WorkbenchBridge {
  call<C extends RendererCall>(call: C, params: RendererParams<C>): Promise<CallOutcome<RendererResult<C>>>
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void
}
